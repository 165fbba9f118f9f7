"""The recovery study counts what it says it counts, and shows what the sources claim."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from valueadded.config.recovery_layered import RecoveryLayered
from valueadded.contracts import recovery_layered as contracts
from valueadded.recovery_layered import describe_recovery, recover_teachers, summarise_recovery
from valueadded.recovery_layered.study import judge_estimates
from valueadded.table_io import check_table

WORLD = {"seed": 50, "students": 500, "schools": 10, "classes": 2, "domains": {"reading": {}}}
SCENARIOS = {
    "lasting": {},
    "level": {"omitted": {"level": 30.0, "sorted_to_schools": 0.7}},
    "growth": {"omitted": {"growth": 10.0, "sorted_to_schools": 0.7}},
}


def describe_study(**changes: Any) -> RecoveryLayered:
    world = {**WORLD, "persistence": 1.0}
    return RecoveryLayered(**{"replicates": 4, "chunks": 2, "world": world, "scenarios": SCENARIOS} | changes)


@pytest.fixture(scope="module")
def found():
    """Four sets of each scenario: too few for coverage, enough for what is large."""
    study = describe_study()
    parts = [recover_teachers(name, study.world_of(name), 1, 4) for name in SCENARIOS]
    return tuple(
        pd.concat([getattr(part, table) for part in parts], ignore_index=True)
        for table in ("effects", "persistence")
    )


def test_rows_meet_their_contracts(found):
    effects, persistence = found
    check_table(effects, contracts.RECOVERY_SETS, "effects")
    check_table(persistence, contracts.RECOVERY_PERSISTENCE_SETS, "persistence")
    summary = summarise_recovery(effects, persistence)
    check_table(summary.effects, contracts.RECOVERY, "summary")
    check_table(summary.persistence, contracts.RECOVERY_PERSISTENCE, "persistence")
    # Nobody has a gain in the first year.
    models = effects.groupby("teachers")["model"].unique().map(set)
    assert models["later"] - models["first"] == {"mean_gain", "adjusted_mean"}
    assert (effects.groupby(["scenario", "replicate", "teachers"])["n_teachers"].nunique() == 1).all()


def test_a_set_does_not_depend_on_its_job(found):
    study = describe_study()
    again = recover_teachers("level", study.world_of("level"), *study.replicates_of(1))
    rows = found[0][(found[0]["scenario"] == "level") & (found[0]["replicate"] > 2)].reset_index(drop=True)
    pd.testing.assert_frame_equal(again.effects, rows, check_exact=True)
    assert [study.replicates_of(chunk) for chunk in (0, 1)] == [(1, 2), (3, 4)]


def test_errors_and_slopes_are_those_of_plain_sums():
    rows = pd.DataFrame(
        {
            "domain": "reading",
            "year": [1, 1, 1, 1],
            "effect": [-3.0, -1.0, 1.0, 3.0],
            "mean_omitted": [-1.0, 0.0, 0.0, 1.0],
        }
    )
    # Off by 5 for each unit of the variable, and by 2 for everyone.
    rows["estimate"] = rows["effect"] + 5 * rows["mean_omitted"] + 2
    rows["lower"], rows["upper"] = rows["estimate"] - 4, rows["estimate"] + 4
    judged = judge_estimates(rows, centred=False)
    assert judged["omitted_slope"] == pytest.approx(5.0)
    assert judged["square_error"] == pytest.approx((9 + 4 + 4 + 49) / 4)
    assert judged["coverage"] == 0.75
    assert judged["correlation"] == pytest.approx(np.corrcoef(rows["estimate"], rows["effect"])[0, 1])
    centred = judge_estimates(rows.assign(lower=np.nan), centred=True)
    assert centred["square_error"] == pytest.approx(50 / 4)
    assert np.isnan(centred["coverage"])


def test_coverage_and_spread_are_means_over_sets():
    rows = pd.DataFrame(
        {
            "scenario": "a",
            "replicate": np.repeat([1, 2], 2),
            "lag": 1,
            "planted": 0.5,
            "estimate": [0.5, 0.9, 0.6, 0.4],
            "std_error": [0.1, 0.1, 0.1, np.nan],
        }
    )
    effects = pd.DataFrame(
        {
            "scenario": "a",
            "model": "complete",
            "teachers": "later",
            "replicate": [1, 2],
            "square_error": [4.0, 12.0],
            "coverage": [0.9, 1.0],
            "correlation": [0.5, 0.7],
            "omitted_slope": [1.0, 3.0],
            "teacher_variance": [100.0, 140.0],
        }
    )
    found = summarise_recovery(effects, rows)
    persistence, judged = found.persistence.iloc[0], found.effects.iloc[0]
    # Set 1 holds one of two truths, set 2 the one that has an error.
    assert persistence["coverage"] == 0.75
    assert persistence["mean_estimate"] == pytest.approx((0.7 + 0.6) / 2)
    assert persistence["spread"] == pytest.approx(np.std([0.5, 0.9, 0.6], ddof=1))
    assert judged["root_mean_square_error"] == pytest.approx(np.sqrt(8))
    assert (judged["omitted_slope"], judged["omitted_slope_error"]) == (2.0, pytest.approx(1.0))
    assert judged["coverage"] == pytest.approx(0.95)


def test_level_does_little_to_the_layered_model_and_growth_harms_all(found):
    summary = summarise_recovery(*found).effects
    later = summary[summary["teachers"] == "later"].set_index(["scenario", "model"])["omitted_slope"]
    # The variable moves level by 30 and growth by 10 points; the Monte Carlo errors are 1 to 3 points.
    assert abs(later["level", "complete"]) < 5
    assert abs(later["level", "mean_gain"]) < 5
    assert later["level", "mean_score"] > 20
    for model in ("complete", "variable", "mean_gain", "adjusted_mean", "mean_score"):
        assert later["growth", model] > 4
    first = summary[summary["teachers"] == "first"].set_index(["scenario", "model"])["omitted_slope"]
    assert first["level", "complete"] > 15


def test_the_page_has_every_scenario_in_order(found):
    study = describe_study()
    page = describe_recovery(summarise_recovery(*found), study.world.model_dump(), list(SCENARIOS), 4)
    assert "4 sets of records for each scenario, seed 50" in page
    assert "500 students meet 20 teachers a year in 3 years" in page
    assert page.index("| lasting | 1 |") < page.index("| level | 1 |") < page.index("| growth | 1 |")
    # Six measures of later teachers, four of the first year's, for each scenario; two lags of each.
    assert page.count("\n| level |") == 6 + 4 + 2


def test_a_scenario_changes_what_it_names_only():
    study = describe_study()
    world = study.world_of("level")
    assert world["omitted"]["level"] == 30.0
    assert {k: v for k, v in world.items() if k != "omitted"} == {
        k: v for k, v in study.world_of("lasting").items() if k != "omitted"
    }
    with pytest.raises(ValidationError, match="chunks: found 5 for 4 replicates"):
        describe_study(chunks=5)
