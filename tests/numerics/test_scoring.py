"""Descent by scoring: it arrives, and the rounding of the deviance does not keep it walking."""

import numpy as np
import pytest

from valueadded.numerics.scoring import ScoringPoint, descend

HOLE = np.array([2.0, -3.0])
CURVATURE = np.array([[2.0, 0.5], [0.5, 30.0]])
LEVEL = 1e6


class Bowl:
    """A quadratic deviance of a million, off by a thousand times the spacing of such numbers."""

    def __init__(self, noise: float) -> None:
        self.noise = noise * LEVEL
        self.visits = 0

    def __call__(self, point: np.ndarray) -> ScoringPoint:
        self.visits += 1
        away = point - HOLE
        # Every visit is a little higher than the one before, so that no last step lowers the deviance.
        value = LEVEL + away @ CURVATURE @ away / 2 + self.noise * self.visits
        # The stand-in is off by a fifth, as average information is: the search closes in by steps.
        return ScoringPoint(value, CURVATURE @ away, 1.2 * CURVATURE)


@pytest.mark.parametrize("noise", [0.0, 1e-12])
def test_arrives_at_the_lowest_point(noise: float) -> None:
    point, found = descend(Bowl(noise), np.zeros(2), 1e-12, rounding=3e-12)
    assert point == pytest.approx(HOLE, abs=1e-5)
    assert found.deviance == pytest.approx(LEVEL, rel=1e-9)


def test_steps_within_rounding_are_taken_and_not_repeated() -> None:
    known, unknown = Bowl(1e-12), Bowl(1e-12)
    exact, _ = descend(known, np.zeros(2), 1e-12, rounding=3e-12)
    halted, _ = descend(unknown, np.zeros(2), 1e-12)
    # Each step leaves a sixth: 19 of them bring a fall of 150 below the tolerance.
    assert known.visits <= 22
    assert unknown.visits > known.visits
    assert np.abs(exact - HOLE).max() < np.abs(halted - HOLE).max()
