"""The study as a whole: chunks do not matter, and in the regular scenario the planted truth is found."""

from dataclasses import replace

import pandas as pd
import pytest
from small_world import SMALL

from valueadded.contracts.validate_benchmark import REPLICATES, SUMMARY
from valueadded.table_io import check_table
from valueadded.validate_benchmark import simulate_scenario, summarise_replicates

YEARS = [2017, 2019, 2021]


def simulated(world, replicates, scenario="regular", seed=11):
    return simulate_scenario(world, scenario, seed, YEARS, replicates, negligible=2.0, confidence=0.95)


def test_no_number_depends_on_which_replicates_share_a_job(small):
    together = simulated(small(drift=-10.0), [0, 3])
    apart = pd.concat(
        [simulated(small(drift=-10.0), [0, 1]), simulated(small(drift=-10.0), [1, 3])], ignore_index=True
    )
    pd.testing.assert_frame_equal(together, apart, check_exact=True)


def test_each_scenario_has_random_numbers_of_its_own(small):
    one, other = (simulated(small(), [0, 1], scenario) for scenario in ("regular", "drift"))
    assert not one["squared_error"].equals(other["squared_error"])


# Schools apart enough for 60 of them to determine the covariance over years.
CLEAR = replace(SMALL, schools=60, school_sd=20)
REPLICATES_DRAWN = 20


@pytest.fixture(scope="module")
def found():
    """Summaries of some replicates of a small world without and with a drift, by scenario."""
    worlds = {"regular": CLEAR, "drift": replace(CLEAR, drift=-10.0)}
    drawn = [0, REPLICATES_DRAWN]
    return {
        name: check_table(
            summarise_replicates(check_table(simulated(world, drawn, name), REPLICATES, name)), SUMMARY, name
        ).set_index(["target", "method", "measure"])
        for name, world in worlds.items()
    }


@pytest.mark.recovery
@pytest.mark.parametrize("scenario", ["regular", "drift"])
@pytest.mark.parametrize(
    "method", ["line_student", "line_school", "benchmark_drift", "joint", "two_cohort_ar1"]
)
def test_honest_methods_find_the_planted_drift(found, scenario, method):
    rows = found[scenario].loc["system", method]
    # Four Monte Carlo errors; for coverage four errors of 20 draws at 95%, 4.9 points each.
    assert abs(rows.loc["bias", "value"]) < 4 * rows.loc["bias", "monte_carlo_error"]
    assert rows.loc["coverage", "value"] > 0.95 - 4 * 0.049


@pytest.mark.recovery
def test_relative_effects_cannot_see_a_drift(found):
    rows = found["drift"].loc["system", "relative"]
    assert rows.loc["bias", "value"] == pytest.approx(10.0)
    school = found["drift"].loc["school", "relative"]
    # Four Monte Carlo errors: the schools drawn change on average by a little more or less than the drift.
    error = 4 * school.loc["bias", "monte_carlo_error"]
    assert school.loc["bias", "value"] == pytest.approx(10.0, abs=error)


@pytest.mark.recovery
def test_the_source_offset_pulls_the_drift_towards_the_benchmark(found):
    rows = found["drift"].loc["system", "benchmark_offset"]
    # A school of 20 keeps 20 x 400 / (42^2 + 20 x 400) = 82% of the drift, or a little more as the variance
    # takes in some of the drift.
    assert 0.5 < rows.loc["bias", "value"] < 2.5


@pytest.mark.recovery
@pytest.mark.parametrize("scenario", ["regular", "drift"])
@pytest.mark.parametrize("target", ["school", "place"])
def test_the_joint_model_finds_changes_with_the_right_error(found, scenario, target):
    rows = found[scenario].loc[target, "joint"]
    assert abs(rows.loc["bias", "value"]) < 4 * rows.loc["bias", "monte_carlo_error"]
    # Four Monte Carlo errors over replicates, and 2 points since variances are estimated from 60 schools.
    error = 4 * rows.loc["coverage", "monte_carlo_error"] + 0.02
    assert rows.loc["coverage", "value"] == pytest.approx(0.95, abs=error)


@pytest.mark.recovery
@pytest.mark.parametrize("scenario", ["regular", "drift"])
def test_changes_are_found_the_better_the_more_is_used(found, scenario):
    error = {
        method: found[scenario].loc[("school", method, "rmse"), "value"]
        for method in ("joint", "benchmark_drift", "benchmark_residuals", "raw_means")
    }
    assert error["joint"] < error["benchmark_drift"] < error["benchmark_residuals"] < error["raw_means"]
