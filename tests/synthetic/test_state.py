"""The state as a whole: repeatable, extensible, and true to the truth beside it."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valueadded.audit.digest import upstream_modules
from valueadded.contracts.records import SCALE_LINKS
from valueadded.contracts.synthetic import TRUTH_DEFECTS, TRUTH_SCHOOLS, TRUTH_SYSTEM
from valueadded.synthetic import generate_files, generate_state
from valueadded.table_io import check_table, read_table

SCRIPTS = Path(__file__).parents[2] / "scripts"


def match(state, settings, domain, year):
    """Students of one cohort with the intake of the planted line, from the files and the true links."""
    link = state.truth_scale_links.set_index("domain").loc[domain]

    def scores(calendar_year, level):
        tests = state.assessments[calendar_year]
        tests = tests[
            (tests["level"] == level) & (tests["domain"] == domain) & (tests["participation"] == "P")
        ]
        score = tests["score"].astype(float)
        if calendar_year >= settings.new_scale.first_year:
            score = link["intercept"] + link["slope"] * score
        return tests[["student", "school"]].assign(score=score)

    students = state.students[state.students["year"] == str(year)]
    frame = scores(year, "5").merge(scores(year - 2, "3"), on="student", suffixes=("", "_prior"))
    frame = frame.merge(students, on="student", validate="one_to_one")
    system = state.truth_system.set_index(["domain", "year"]).loc[domain, year]
    standard = (frame["score_prior"] - system["prior_centre"]) / system["prior_scale"]
    intake = pd.DataFrame(
        {
            "intercept": 1.0,
            "prior_standard": standard,
            "prior_standard_2": standard**2,
            "female": frame["sex"] == "F",
            "indigenous": frame["indigenous"] == "1",
            "esl": frame["esl"] == "Y",
            "school_mean_prior": standard.groupby(frame["school"]).transform("mean"),
        }
    ).astype(float)
    effects = state.truth_schools.query("domain == @domain and year == @year").set_index("school_id")[
        "effect"
    ]
    planted = intake @ system[intake.columns] + system["drift"] + frame["school"].map(effects)
    return frame.assign(residual=frame["score"] - planted), intake, system["residual_sd"]


@pytest.mark.recovery
@pytest.mark.parametrize("domain", ["reading", "numeracy"])
@pytest.mark.parametrize("year", [2017, 2019, 2021, 2024, 2025])
def test_what_the_truth_leaves_over_is_noise(clean_state, settings, domain, year):
    frame, intake, residual_sd = match(clean_state, settings, domain, year)
    residual = frame["residual"]
    assert residual.std() == pytest.approx(residual_sd, rel=5 / np.sqrt(2 * len(frame)))
    # Nothing left in the direction of the line: five standard errors of each coefficient. A wrong sign of
    # the drift, or a line at the true instead of the observed prior, shows here.
    inverse = np.linalg.inv(intake.T @ intake)
    estimate = inverse @ (intake.T @ residual).to_numpy()
    assert (np.abs(estimate) < 5 * residual_sd * np.sqrt(np.diag(inverse))).all()
    # Nothing left between schools: their sums of residuals are a chi-square, five standard deviations.
    schools = residual.groupby(frame["school"]).agg(["mean", "size"])
    chi_square = (schools["size"] * schools["mean"] ** 2).sum() / residual_sd**2
    assert abs(chi_square - len(schools)) < 5 * np.sqrt(2 * len(schools))


def test_every_student_in_step_has_a_prior_record(describe):
    nobody_comes = {"arrivals": 0.0, "repeaters": 0.0, "accelerants": 0.0}
    state = generate_state(describe(tested_years=[2016, 2017, 2018], defects=0.0, movement=nobody_comes))
    outcome = state.assessments[2018].query("level == '5'")
    prior = state.assessments[2016].query("level == '3'")
    assert set(outcome["student"]) <= set(prior["student"])


def test_some_students_have_no_prior_record_or_one_out_of_step(clean_state):
    outcome = set(clean_state.assessments[2019].query("level == '5'")["student"])
    prior = {
        year: outcome & set(clean_state.assessments[year].query("level == '3'")["student"])
        for year in (2016, 2017, 2018)
    }
    assert 0.002 < len(prior[2016]) / len(outcome) < 0.03, "repeaters"
    assert 0 < len(prior[2018]) / len(outcome) < 0.02, "accelerants"
    assert 0.03 < 1 - len(set.union(*prior.values())) / len(outcome) < 0.07, "arrivals"


def test_tables_meet_their_contracts(state):
    for frame, contract in (
        (state.scale_links, SCALE_LINKS),
        (state.truth_scale_links, SCALE_LINKS),
        (state.truth_schools, TRUTH_SCHOOLS),
        (state.truth_system, TRUTH_SYSTEM),
        (state.truth_defects, TRUTH_DEFECTS),
    ):
        check_table(frame, contract, contract.name)


def test_rows_grow_with_the_number_of_schools(describe, state):
    double = generate_state(describe(schools=80))
    ratio = sum(map(len, double.assessments.values())) / sum(map(len, state.assessments.values()))
    # School sizes are skewed, so 40 schools are a rough half of 80.
    assert 1.4 < ratio < 2.8
    assert len(double.schools) == pytest.approx(2 * len(state.schools), rel=0.02)


def test_a_later_year_leaves_earlier_files_alone(describe, state, settings):
    longer = generate_state(describe(tested_years=[*settings.tested_years, 2026]))
    for year, frame in state.assessments.items():
        pd.testing.assert_frame_equal(longer.assessments[year], frame)


def test_another_seed_is_another_state(describe, state):
    other = generate_state(describe(seed=4, tested_years=[2015]))
    assert not other.assessments[2015]["score"].equals(state.assessments[2015]["score"])


@pytest.mark.parametrize("by_year", [False, True])
def test_two_runs_write_the_same_bytes(describe, tmp_path, monkeypatch, by_year):
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    from generate_state import main

    settings = describe(schools=5, tested_years=[2021, 2023])
    for run in ("first", "second"):
        main(settings.model_dump(), by_year, tmp_path / run)
    written = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert len(written) == 9 + by_year
    for name in written:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name
    assert len(read_table(tmp_path / "first" / "truth_system.parquet", TRUTH_SYSTEM)) == 4


def test_students_by_year_are_the_same_students(describe, clean_state):
    whole = clean_state.students
    settings = describe(defects=0.0, movement={"two_schools": 0.0, "two_records": 0.0})
    files = dict(generate_files(settings, students_by_year=True))
    parts = [files[f"students_{year}.csv"] for year in settings.tested_years]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    assert "students.csv" not in files
    for year in settings.tested_years:
        pd.testing.assert_frame_equal(files[f"assessments_{year}.csv"], clean_state.assessments[year])


def test_a_year_is_ready_before_later_ones_are_drawn(describe):
    """What keeps a nation in memory: files come one tested year after another."""
    files = generate_files(describe(), students_by_year=True)
    first = [next(files)[0] for _ in range(4)]
    assert first == [
        f"{table}_{year}.csv" for year in describe().tested_years[:2] for table in ("assessments", "students")
    ]


def test_defects_of_students_by_year_name_their_file(describe):
    files = dict(generate_files(describe(), students_by_year=True))
    defects = files["truth_defects.parquet"].query("table == 'students'")
    assert set(defects["source_file"]) == {f"students_{year}.csv" for year in describe().tested_years}


def test_the_generator_knows_no_model():
    stages = {name.split(".")[1] for name in upstream_modules("valueadded.synthetic") if "." in name}
    assert stages <= {"config", "contracts", "errors", "numerics", "synthetic"}


def test_a_state_is_frozen(state):
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.students = None


def test_the_residuals_of_schools_have_the_planted_variances(describe):
    domains = {name: {"school_log_variance_sd": 0.8} for name in ("reading", "numeracy")}
    once = {"two_schools": 0.0, "two_records": 0.0}
    years = [2016, 2017, 2018, 2019, 2021, 2023]
    settings = describe(tested_years=years, defects=0.0, domains=domains, movement=once)
    state = generate_state(settings)
    planted = state.truth_schools.query("year == 2018").set_index(["domain", "school_id"])["log_variance"]
    for domain in settings.domains:
        # The variances average to that of the domain, whatever their spread.
        assert np.exp(planted[domain]).mean() == pytest.approx(1.0)
        frame, _, residual_sd = match(state, settings, domain, 2018)
        schools = (frame["residual"] / residual_sd).groupby(frame["school"]).agg(["var", "size"])
        large = schools[schools["size"] >= 30]
        # With 30 students a log variance has an error of sqrt(2 / 29) = 0.26, the truth spreads 0.8.
        assert np.corrcoef(np.log(large["var"]), planted[domain][large.index])[0, 1] > 0.85
