"""The page on planted teachers against the numbers it was written from."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from valueadded.config.recovery_layered import RecoveryLayered
from valueadded.contracts.recovery_layered import RECOVERY, RECOVERY_PERSISTENCE
from valueadded.recovery_layered import Recovery, describe_recovery
from valueadded.table_io import check_table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "layered-recovery.md").read_text(encoding="utf-8")
BEGINS = "# Do the layered models find what was planted?"
NUMBERS = ROOT / "docs" / "layered-recovery"


@pytest.fixture(scope="module")
def study() -> RecoveryLayered:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    return RecoveryLayered(**config["recovery_layered"])


@pytest.fixture(scope="module")
def found() -> Recovery:
    effects = pd.read_csv(NUMBERS / "recovery.csv")
    persistence = pd.read_csv(NUMBERS / "recovery_persistence.csv")
    return Recovery(
        check_table(effects, RECOVERY, "recovery.csv"),
        check_table(persistence, RECOVERY_PERSISTENCE, "recovery_persistence.csv"),
    )


@pytest.fixture(scope="module")
def later(found: Recovery) -> pd.DataFrame:
    return found.effects[found.effects["teachers"] == "later"].set_index(["scenario", "model"])


def test_the_tables_are_those_of_the_study(study: RecoveryLayered, found: Recovery) -> None:
    written = describe_recovery(found, study.world.model_dump(), list(study.scenarios), study.replicates)
    assert PAGE[PAGE.index("\nIn each set ") :] == written[written.index("\nIn each set ") :]
    assert set(found.effects["scenario"]) == set(study.scenarios)
    assert set(found.effects["sets"]) == {study.replicates}


RIGHT = [("lasting", "complete"), ("passing", "zero")]
RIGHT += [(name, "variable") for name in ("lasting", "half_lasting", "passing", "missing_at_random")]


@pytest.mark.parametrize("key", RIGHT, ids="-".join)
def test_intervals_hold_the_truth_where_the_model_is_right(later: pd.DataFrame, key: tuple[str, str]) -> None:
    # They take variances as known: a percentage point, beside four Monte Carlo errors.
    assert later["coverage"][key] == pytest.approx(0.95, abs=0.01 + 4 * later["coverage_error"][key])


@pytest.mark.parametrize("name", [name for name, model in RIGHT if model == "variable"])
def test_persistence_is_found_where_nothing_is_left_out(found: Recovery, name: str) -> None:
    table = found.persistence[found.persistence["scenario"] == name]
    assert table["lag"].tolist() == [1, 2]
    off = (table["mean_estimate"] - table["planted"]).abs()
    # A ratio, with a bias of the order of its squared error, 0.04.
    assert (off < 0.04 + 4 * table["mean_estimate_error"]).all()
    assert (table["coverage"] > 0.95 - 4 * table["coverage_error"] - 0.01).all()


def test_the_wrong_persistence_is_seen_and_estimating_it_costs_little(later: pd.DataFrame) -> None:
    for name, right, wrong in (("lasting", "complete", "zero"), ("passing", "zero", "complete")):
        assert later["coverage"][name, wrong] < 0.88 < later["coverage"][name, right]
        assert later["correlation"][name, wrong] < later["correlation"][name, right] - 0.08
        assert later["correlation"][name, "variable"] > later["correlation"][name, right] - 0.01


def test_missing_scores(found: Recovery, later: pd.DataFrame) -> None:
    random, not_random = ((f"missing_{how}", "variable") for how in ("at_random", "not_at_random"))
    # A fifth of the scores is gone where a twentieth was.
    assert later["correlation"][random] > later["correlation"]["half_lasting", "variable"] - 0.06
    assert later["correlation"][not_random] > later["correlation"][random] - 0.04
    assert 0.87 < later["coverage"][not_random] < 0.93
    assert later["teacher_variance"][not_random] < later["teacher_variance"][random] < 1.05 * 144
    persistence = found.persistence.set_index(["scenario", "lag"]).loc["missing_not_at_random"]
    assert (persistence["coverage"] < 0.85).all()
    for name in (random, not_random):
        assert abs(later["omitted_slope"][name]) < 4 * later["omitted_slope_error"][name]


def test_what_the_source_says_of_omitted_variables(found: Recovery, later: pd.DataFrame) -> None:
    slope, error = later["omitted_slope"], later["omitted_slope_error"]
    schools, classes = (f"level_sorted_to_{sorting}" for sorting in ("schools", "classes"))
    # It acts on level: in schools the layered model suffers least, and little beside the mean score.
    assert slope[schools, "complete"] < 0.5 * slope[schools, "zero"]
    assert slope[schools, "zero"] > 4 * error[schools, "zero"]
    for model in ("complete", "zero"):
        assert 0.05 < slope[classes, model] / slope[classes, "mean_score"] < 0.2
    # It acts on growth: every model and measure suffers.
    for name in ("growth_sorted_to_schools", "growth_sorted_to_classes"):
        for model in ("complete", "zero", "variable", "mean_gain", "adjusted_mean", "mean_score"):
            assert slope[name, model] > 4 * error[name, model], (name, model)
    # Left out, it is taken for persistence.
    persistence = found.persistence.set_index(["scenario", "lag"]).loc["level_and_low_persistence"]
    assert (persistence["mean_estimate"] > 1.5 * persistence["planted"]).all()
    assert (persistence["coverage"] < 0.6).all()
    first = found.effects[found.effects["teachers"] == "first"].set_index(["scenario", "model"])
    assert first["omitted_slope"][schools, "complete"] > 15


@pytest.mark.parametrize("sorting", ["classes", "schools"])
def test_growth_leaves_persistence_without_bound(found: Recovery, sorting: str) -> None:
    rows = found.persistence[found.persistence["scenario"] == f"growth_sorted_to_{sorting}"]
    assert (rows["spread"] > 1).any()
