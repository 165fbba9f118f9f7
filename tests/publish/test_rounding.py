"""Rounding steps come from the standard error of a whole table."""

import numpy as np
import pandas as pd
import pytest

from valueadded.publish.rounding import round_columns, round_to, rounding_step


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (5.0, 1.0),
        (4.9, 0.5),
        (2.5, 0.5),
        (2.4, 0.2),
        (1.0, 0.2),
        (0.5, 0.1),
        (0.04, 0.005),
        (50.0, 10.0),
        (0.0, 0.0),
    ],
)
def test_step_is_the_greatest_of_1_2_5_not_above_a_fifth(error: float, step: float) -> None:
    assert rounding_step(np.array([error]), 0.2) == pytest.approx(step, rel=1e-12)


def test_median_decides_and_missing_errors_do_not_count() -> None:
    assert rounding_step(np.array([1.0, 5.0, 5.0, np.nan, 0.0]), 0.2) == 1.0
    assert rounding_step(np.array([np.nan, 0.0]), 0.2) == 0.0


def test_rounded_numbers_are_short() -> None:
    """0.15 as a multiple of 0.05 is 0.15, not 0.15000000000000002; and no minus zero."""
    assert [repr(float(value)) for value in round_to(np.array([0.1499, -0.01, 7.26]), 0.05)] == [
        "0.15",
        "0.0",
        "7.25",
    ]
    assert round_to(np.array([14.0, 15.0, 26.0]), 10.0).tolist() == [10.0, 20.0, 30.0]


def test_rounding_adds_a_third_of_a_per_cent_of_variance_at_most() -> None:
    """A step h adds h^2/12; of a standard error s and h <= s/5 that is s^2/300. Simulated within 5%."""
    draws = np.random.default_rng(5).normal(0.0, 5.0, 400_000)
    added = np.var(round_to(draws, rounding_step(np.array([5.0]), 0.2)) - draws) / 25.0
    assert added == pytest.approx(1 / 300, rel=0.05)


def test_each_group_has_a_step_of_its_own() -> None:
    frame = pd.DataFrame({"domain": ["a", "b"], "effect": [1.234, 1.234], "std_error": [5.0, 0.5]})
    assert round_columns(frame, ["effect"], ["domain"], "std_error", 0.2)["effect"].tolist() == [1.0, 1.2]
