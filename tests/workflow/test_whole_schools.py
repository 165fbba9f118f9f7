"""Whole schools through Snakemake: each has a status, a registry decides, figures come when asked for."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny_state import run_snakemake, tiny_config, write_config

from valueadded.intake_adjusted import load_policy
from valueadded.intake_adjusted.shipped import registry_text

pytestmark = [pytest.mark.workflow, pytest.mark.slow]
KEY = ["outcome", "window", "group"]
STUDENT_RULES = {"match_cohort", "measure_intake", "fit_benchmark", "validate_whole_schools"}


@pytest.fixture(scope="module")
def results(tiny_run: Path) -> Path:
    return tiny_run / "results" / "intake_adjusted"


@pytest.fixture
def copied(tiny_run: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny_run, tmp_path / "study")
    return tmp_path / "study"


def table(results: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(results / f"{name}.parquet")


def test_the_registry_lies_beside_its_results(results):
    assert (results / "policy.yaml").read_text(encoding="utf-8") == registry_text("victoria_2011")


def test_every_school_has_a_status_on_every_outcome_of_its_groups(results):
    policy = load_policy("victoria_2011")
    performance = table(results, "performance")
    types = table(results, "school_types").drop_duplicates("school_id", keep="last").set_index("school_id")
    for group in policy.groups.values():
        members = types.index[types["school_type"].isin(group.school_types)]
        assert len(members) > 10
        for pair in group.pairs:
            rows = performance[performance["variable"] == pair.outcome]
            assert set(members) <= set(rows["school_id"]), pair.outcome
            assert rows["school_id"].is_unique
    excluded = types.index[types["school_type"].isin(policy.excluded_school_types)]
    assert set(performance.loc[performance["school_id"].isin(excluded), "status"]) <= {"excluded"}
    shown = performance["status"].isin(["published", "capped"])
    assert (shown == performance["standardised_residual"].notna()).all()
    assert performance.loc[performance["status"] == "missing intake", "reason"].str.len().gt(0).all()


def test_every_regression_has_its_appendix_and_its_place_in_the_contest(results):
    regressions, performance = table(results, "regressions"), table(results, "performance")
    assert len(regressions.drop_duplicates(KEY)) == 50
    judged = performance[performance["standardised_residual"].notna()].drop_duplicates(KEY)[KEY]
    standing = regressions[regressions["estimate"].notna()].drop_duplicates(KEY)[KEY]
    assert set(judged.itertuples(index=False, name=None)) <= set(standing.itertuples(index=False, name=None))
    contest = table(results, "contest")
    assert (contest.groupby(KEY)["highest"].sum() == 1).all()


def test_residuals_agree_with_the_students_own_schools(results):
    agreement = table(results, "agreement")
    assert set(agreement["outcome"]) == {"NAPLANyr5Read", "NAPLANyr5Num", "NAPLANyr9Read", "NAPLANyr9Num"}
    told = agreement["correlation"].notna()
    assert (told == agreement["reason"].eq("")).all() and told.any()
    # Both are the distance of a school's mean from one line of intake; shrinkage by size and the students'
    # prior scores move schools among each other, never turn the order round.
    assert agreement.loc[told, "correlation"].gt(0.5).all()


def test_probabilities_of_a_school_add_up(results):
    uncertainty = table(results, "uncertainty")
    total = uncertainty[["p_higher", "p_similar", "p_lower"]].sum(axis=1)
    assert np.abs(total - 1).max() < 1e-12
    shown = table(results, "performance").query("status == 'published'")
    assert len(uncertainty) == len(shown)


def test_the_multiverse_waits_until_it_is_asked_for(copied):
    assert not (copied / "results" / "intake_adjusted" / "multiverse.parquet").exists()
    assert planned(copied, "multiverse") == {"multiverse"}


def test_a_changed_registry_makes_whole_schools_again_and_nothing_else(copied):
    own = registry_text("victoria_2011").replace("minimum_students: 3 ", "minimum_students: 4 ")
    assert own != registry_text("victoria_2011")
    (copied / "own.yaml").write_text(own, encoding="utf-8")
    config = tiny_config()
    config["intake_adjusted"]["policy"] = "own.yaml"
    write_config(copied, config)
    rules = planned(copied)
    assert {"record_policy", "adjust_for_intake", "contest_composition", "draw_intake_funnel"} <= rules
    assert not rules & STUDENT_RULES


def test_another_choice_leaves_yearly_values_alone(copied):
    config = tiny_config()
    config["intake_adjusted"]["choices"]["log_constant"] = 0.5
    write_config(copied, config)
    rules = planned(copied)
    assert {"adjust_for_intake", "contest_composition"} <= rules
    assert not rules & {*STUDENT_RULES, "record_policy", "measure_whole_schools"}


def test_figures_of_other_schools_come_when_asked_for(copied):
    names = [f"results/figures/intake_bars_{school}.png" for school in ("0001", "nobody")]
    found = run_snakemake(copied, "--cores", "1", "--keep-going", *names)
    assert found.returncode != 0
    assert (copied / names[0]).read_bytes().startswith(b"\x89PNG")
    assert not (copied / names[1]).exists()
    log = (copied / "logs" / "draw_intake_bars" / "nobody.log").read_text(encoding="utf-8")
    assert "school 'nobody' has no rows" in log and "intake_adjusted.figures.schools" in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"policy": "victoria_2012"}, "registry 'victoria_2012' does not come with the package"),
        ({"figures": {"outcomes": ["moon"]}}, "intake_adjusted.figures.outcomes: found 'moon'"),
    ],
)
def test_what_the_registry_does_not_have_stops_before_any_job(change, words, tmp_path):
    config = tiny_config()
    config["intake_adjusted"] |= change
    write_config(tmp_path, config)
    found = run_snakemake(tmp_path, "--cores", "1")
    assert found.returncode != 0
    assert words in found.stdout + found.stderr
    assert not (tmp_path / "results").exists() and not (tmp_path / "logs").exists()


def planned(folder: Path, *targets: str) -> set[str]:
    """Rules that a run would do."""
    found = run_snakemake(folder, "--cores", "1", "--dry-run", *targets)
    assert found.returncode == 0, found.stdout + found.stderr
    return set(re.findall(r"^(?:local)?rule (\w+):\n", found.stdout + found.stderr, re.MULTILINE)) - {"all"}
