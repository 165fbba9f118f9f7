import numpy as np
import pytest
from scipy.special import stdtr

from valueadded.numerics.student_t import NEARLY_NORMAL, t_probability


@pytest.mark.parametrize("freedom", [3.0, 50.5, NEARLY_NORMAL - 1, NEARLY_NORMAL, 12_345.5, 1e6, 2e7])
def test_probabilities_are_those_of_the_library(freedom: float) -> None:
    values = np.linspace(-8, 8, 1601)
    found, expected = t_probability(freedom, values), stdtr(freedom, values)
    # A few roundings of numbers of order 1; in the lower tail, of the result itself.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)
    tail = (values < 0) & (expected > 1e-12)
    np.testing.assert_allclose(found[tail], expected[tail], rtol=1e-12)


def test_few_and_many_degrees_meet() -> None:
    values = np.linspace(-5, 5, 101)
    step = t_probability(NEARLY_NORMAL, values) - t_probability(NEARLY_NORMAL * (1 - 1e-12), values)
    assert np.abs(step).max() < 1e-15
