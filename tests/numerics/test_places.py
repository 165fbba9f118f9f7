"""Places with ties are those of SciPy."""

import numpy as np
import pytest
from scipy.stats import rankdata

from valueadded.numerics.places import find_places


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("distinct", [1, 3, 1000])
def test_places_are_the_ranks_of_scipy(seed, distinct):
    stream = np.random.default_rng(seed)
    values = stream.normal(size=distinct)[stream.integers(0, distinct, 50)]
    found = find_places(values)
    for places, method in ((found.low, "min"), (found.high, "max"), (found.mean, "average")):
        np.testing.assert_array_equal(places, rankdata(values, method=method))


def test_zero_has_one_place_whatever_its_sign():
    found = find_places(np.array([0.0, -0.0, 1.0]))
    assert found.mean.tolist() == [1.5, 1.5, 3.0]
