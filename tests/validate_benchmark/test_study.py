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


@pytest.fixture(scope="module")
def found():
    """Summaries of 50 replicates of the small world without and with a drift, by scenario."""
    worlds = {"regular": replace(SMALL, schools=60), "drift": replace(SMALL, schools=60, drift=-10.0)}
    return {
        name: check_table(
            summarise_replicates(check_table(simulated(world, [0, 50], name), REPLICATES, name)),
            SUMMARY,
            name,
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
    # Four Monte Carlo errors; for coverage the error of 50 draws at 95%, 3.1 points.
    assert abs(rows.loc["bias", "value"]) < 4 * rows.loc["bias", "monte_carlo_error"]
    assert rows.loc["coverage", "value"] > 0.95 - 4 * 0.031


@pytest.mark.recovery
def test_relative_effects_cannot_see_a_drift(found):
    rows = found["drift"].loc["system", "relative"]
    assert rows.loc["bias", "value"] == pytest.approx(10.0)
    assert found["drift"].loc[("school", "relative", "bias"), "value"] == pytest.approx(10.0, abs=2)


@pytest.mark.recovery
def test_the_source_offset_pulls_the_drift_towards_the_benchmark(found):
    rows = found["drift"].loc["system", "benchmark_offset"]
    # Schools of 20 shrink by about a third where the variance has not absorbed all of the drift.
    assert rows.loc["bias", "value"] > 4 * rows.loc["bias", "monte_carlo_error"]


@pytest.mark.recovery
@pytest.mark.parametrize("scenario", ["regular", "drift"])
def test_the_joint_model_finds_changes_with_the_right_error(found, scenario):
    for target in ("school", "place"):
        rows = found[scenario].loc[target, "joint"]
        assert abs(rows.loc["bias", "value"]) < 4 * rows.loc["bias", "monte_carlo_error"]
        # Four Monte Carlo errors over replicates, and 1 point since variances are estimated.
        error = 4 * rows.loc["coverage", "monte_carlo_error"] + 0.01
        assert rows.loc["coverage", "value"] == pytest.approx(0.95, abs=error)
    changes = {
        method: found[scenario].loc[("school", method, "rmse"), "value"]
        for method in ("joint", "benchmark_residuals", "raw_means")
    }
    assert changes["joint"] < changes["benchmark_residuals"] < changes["raw_means"]
