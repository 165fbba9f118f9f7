import numpy as np
import pytest

from valueadded.numerics.profile import profile_end


def interval(estimate: float, slope: float, limit: float) -> tuple[float, float]:
    """Ends where the root of the deviance lost grows with the arcsine, from 0 at the estimate."""

    def lost(angle: float) -> float:
        return slope * abs(angle - np.arcsin(estimate)) - limit

    return tuple(profile_end(lost, estimate, side, 0.05) for side in (-1.0, 1.0))


def test_ends_lie_where_the_limit_is_reached() -> None:
    lower, upper = interval(0.3, 4.0, 1.96)
    # Followed to an arcsine of 1e-5.
    assert lower == pytest.approx(np.sin(np.arcsin(0.3) - 0.49), abs=2e-5)
    assert upper == pytest.approx(np.sin(np.arcsin(0.3) + 0.49), abs=2e-5)


def test_an_end_is_one_where_too_little_is_lost() -> None:
    lower, upper = interval(0.9, 2.0, 1.96)
    assert upper == 1.0
    assert lower == pytest.approx(np.sin(np.arcsin(0.9) - 0.98), abs=2e-5)
    assert interval(0.0, 0.1, 1.96) == (-1.0, 1.0)


def test_from_an_estimate_of_one_only_the_other_end_is_looked_for() -> None:
    lower, upper = interval(1.0, 2.0, 1.96)
    assert upper == 1.0
    assert lower == pytest.approx(np.sin(np.pi / 2 - 0.98), abs=2e-5)


def test_no_angle_is_asked_twice() -> None:
    asked: list[float] = []

    def lost(angle: float) -> float:
        asked.append(angle)
        return 3 * abs(angle) - 1.96

    profile_end(lost, 0.0, 1.0, 0.1)
    assert len(asked) == len(set(asked))
