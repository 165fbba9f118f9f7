import numpy as np
import pytest

from valueadded.validate_benchmark.draw import Students, summarise_students
from valueadded.validate_benchmark.raw import raw_change, raw_drift

NAMES = np.array(["1", "2"], dtype=object)
BEFORE = Students(np.array([0, 0, 1, 1, 1]), np.zeros(5), np.array([500.0, 510, 480, 490, 500]))
AFTER = Students(np.array([0, 0, 0, 1, 1]), np.zeros(5), np.array([490.0, 500, 510, 520, 500]))


def both():
    return summarise_students(BEFORE, NAMES, 2017), summarise_students(AFTER, NAMES, 2021)


def test_change_of_school_means_and_its_error_by_hand():
    change, error = raw_change(*both())
    assert change == pytest.approx([500 - 505, 510 - 490])
    # Squares about the school means: 50 + 200 and 200 + 200, each with 3 degrees of freedom.
    assert error == pytest.approx(np.sqrt([250 / 3 / 2 + 400 / 3 / 3, 250 / 3 / 3 + 400 / 3 / 2]))


def test_change_of_the_mean_is_that_of_two_samples_of_students():
    change, error = raw_drift(*both())
    assert change == pytest.approx(AFTER.score.mean() - BEFORE.score.mean())
    expected = BEFORE.score.var(ddof=1) / 5 + AFTER.score.var(ddof=1) / 5
    assert error == pytest.approx(np.sqrt(expected))
