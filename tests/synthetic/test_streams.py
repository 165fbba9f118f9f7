"""One stream of random numbers for each purpose."""

import numpy as np

from valueadded.numerics.streams import open_stream
from valueadded.synthetic.streams import draw_correlated


def test_a_name_always_gives_the_same_numbers():
    assert (open_stream(1, "prior", 2015).random(5) == open_stream(1, "prior", 2015).random(5)).all()


def test_other_names_and_seeds_give_other_numbers():
    firsts = {
        open_stream(seed, *name).random()
        for seed in (1, 2)
        for name in (("prior", 2015), ("prior", 2016), ("outcome", 2015), ("prior",))
    }
    assert len(firsts) == 8


def test_columns_correlate_as_asked():
    numbers = draw_correlated(open_stream(1, "any"), 40_000, 3, 0.6)
    # The standard error of a correlation is below 0.005 here.
    np.testing.assert_allclose(np.corrcoef(numbers.T), np.full((3, 3), 0.6) + 0.4 * np.eye(3), atol=0.02)
    np.testing.assert_allclose(numbers.std(axis=0), 1, atol=0.02)
