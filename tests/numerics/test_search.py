import numpy as np
import pytest

from valueadded.numerics.search import minimise_ratio


def bowl(at: float):
    """A criterion of log(ratio) with its minimum at `at`."""

    def criterion(ratio: float) -> tuple[float, float]:
        shifted = np.log((ratio + 1e-9) / at)
        return shifted**2, 2 * shifted / (ratio + 1e-9)

    return criterion


@pytest.mark.parametrize("at", [1e-5, 0.03, 2.0, 400.0])
def test_interior_minimum_to_machine_precision(at: float) -> None:
    ratio, record = minimise_ratio(bowl(at), 30.0, "ratio")
    assert ratio + 1e-9 == pytest.approx(at, rel=1e-13)
    assert record.converged
    assert not record.boundary
    assert record.evaluations == len(record.path)


def test_a_criterion_that_rises_from_zero_ends_at_exactly_zero() -> None:
    ratio, record = minimise_ratio(lambda r: (r, 1.0), 30.0, "ratio")
    assert ratio == 0.0
    assert record.boundary
    assert record.converged


def test_no_false_zero_where_a_lower_interior_minimum_exists() -> None:
    # Falls away from 0 only after a small rise: an optimiser started near 0 would stay there.
    def criterion(ratio: float) -> tuple[float, float]:
        return ratio * (ratio - 1.0) * (ratio - 1.2) - 0.5 * ratio**2, 3 * ratio**2 - 5.4 * ratio + 1.2

    ratio, record = minimise_ratio(criterion, 1.0, "ratio")
    assert ratio == pytest.approx((5.4 + np.sqrt(5.4**2 - 14.4)) / 6, rel=1e-12)
    assert not record.boundary


def test_a_criterion_without_minimum_says_so() -> None:
    _, record = minimise_ratio(lambda r: (-np.log1p(r), -1.0 / (1.0 + r)), 10.0, "ratio")
    assert not record.converged
    assert "no minimum" in record.status


def test_a_criterion_that_is_not_a_number_is_not_converged() -> None:
    _, record = minimise_ratio(lambda r: (np.nan, np.nan), 10.0, "ratio")
    assert not record.converged
    assert "not a number" in record.status
