"""Each measure lands beside each student under its configured name."""

import numpy as np
import pandas as pd
import pytest

from valueadded.config.stages import Intake
from valueadded.contracts.intake import SCHOOL_INTAKE, STUDENT_INTAKE
from valueadded.errors import CohortError
from valueadded.intake import measure_intake
from valueadded.table_io import check_table


def measured(cohort, constants, measures, history=None, companions=None, schools=None):
    none = cohort.head(0)
    history = none if history is None else history
    companions = none if companions is None else companions
    return measure_intake(cohort, history, companions, constants, schools, Intake(measures=measures).measures)


def test_powers_of_the_prior_score(cohort_of, constants):
    measures = {
        "prior": {"kind": "standardised_prior"},
        "prior_2": {"kind": "standardised_prior", "power": 2},
    }
    found = measured(cohort_of({"prior_score": 300.0}), constants, measures).students
    assert found[["prior", "prior_2"]].to_numpy().tolist() == [[-2.0, 4.0]]


def test_school_values_stand_beside_each_student(cohort_of, constants):
    cohort = cohort_of(
        {"prior_score": 400.0, "esl": "yes"},
        {"prior_score": 500.0, "esl": "no"},
        {"prior_score": 450.0, "esl": "no", "school_id": "B"},
    )
    measures = {
        "mean": {"kind": "school_prior_mean"},
        "mean_others": {"kind": "school_prior_mean", "without_student": True},
        "sd": {"kind": "school_prior_sd"},
        "esl_share": {"kind": "share", "covariate": "esl", "value": "yes"},
        "stable": {"kind": "stability"},
    }
    found = measured(cohort, constants, measures)
    assert found.students["mean"].tolist() == [1.0, 1.0, 1.0]
    assert found.students["mean_others"].tolist()[:2] == [2.0, 0.0]
    assert np.isnan(found.students["mean_others"].iloc[2])
    assert found.students["esl_share"].tolist() == [50.0, 50.0, 0.0]
    assert found.schools[["school_id", "n_students", "mean", "esl_share"]].to_numpy().tolist() == [
        ["A", 2, 1.0, 50.0],
        ["B", 1, 1.0, 0.0],
    ]
    assert "mean_others" not in found.schools
    check_table(found.students, STUDENT_INTAKE, "students")
    check_table(found.schools, SCHOOL_INTAKE, "schools")


@pytest.fixture
def years(cohort_of):
    """School A: 1 student of 1 ESL in 2018, 0 of 3 in 2019, none tested in 2020, 1 of 2 in 2021."""
    yes, no = {"esl": "yes"}, {"esl": "no"}
    history = pd.concat([cohort_of(yes, year=2018), cohort_of(no, no, no, year=2019)], ignore_index=True)
    return history, cohort_of(yes, no, {"esl": "no", "school_id": "new"})


def share(years, **further):
    return {"esl_share": {"kind": "share", "covariate": "esl", "value": "yes", "years": years, **further}}


def test_several_years_are_the_mean_of_annual_values_not_of_pooled_students(years, constants):
    history, cohort = years
    found = measured(cohort, constants, share(4), history=history)
    annual, pooled = np.mean([100.0, 0.0, 50.0]), 100.0 * 2 / 6
    assert annual != pooled
    assert found.students["esl_share"].tolist() == [annual, annual, 0.0]
    assert found.schools["esl_share_years_used"].tolist() == ["2018,2019,2021", "2021"]


def test_the_window_is_in_calendar_years_and_an_untested_year_is_not_replaced(years, constants):
    history, cohort = years
    found = measured(cohort, constants, share(3), history=history).schools.set_index("school_id")
    assert found.loc["A", "esl_share"] == 25.0
    assert found.loc["A", "esl_share_years_used"] == "2019,2021"


def test_one_year_ignores_the_history(years, constants):
    history, cohort = years
    found = measured(cohort, constants, share(1), history=history)
    assert found.students["esl_share"].tolist() == [50.0, 50.0, 0.0]
    assert "esl_share_years_used" not in found.schools


def test_the_logarithm_is_taken_of_each_annual_value(years, constants):
    history, cohort = years
    found = measured(cohort, constants, share(4, log_constant=1.0), history=history).schools
    np.testing.assert_allclose(found["esl_share"].iloc[0], np.mean(np.log([101.0, 1.0, 51.0])), rtol=1e-14)


def test_later_years_are_never_used(years, constants):
    history, cohort = years
    later = history.assign(year=2022)
    alone = measured(cohort, constants, share(4))
    pd.testing.assert_frame_equal(measured(cohort, constants, share(4), history=later).schools, alone.schools)


def test_prior_means_over_years_use_the_same_constants(cohort_of, constants):
    history = cohort_of({"prior_score": 500.0}, {"prior_score": 500.0}, year=2020)
    measures = {"mean": {"kind": "school_prior_mean", "years": 2}}
    found = measured(cohort_of({"prior_score": 400.0}), constants, measures, history=history)
    assert found.students["mean"].tolist() == [1.0]


def test_characteristics_of_the_school_are_joined_for_the_outcome_year(cohort_of, constants):
    schools = pd.DataFrame(
        {"school_id": ["A", "A"], "calendar_year": [2019, 2021], "school_type": ["old", "new"]}
    )
    found = measured(cohort_of({}, {"school_id": "B"}), constants, {}, schools=schools).students
    assert found["school_type"].iloc[0] == "new"
    assert found["school_type"].isna().tolist() == [False, True]


def test_columns_come_in_order(cohort_of, constants):
    measures = {"z": {"kind": "standardised_prior"}, "a": {"kind": "stability"}}
    found = measured(cohort_of({"sex": "f", "age": 10.0}), constants, measures).students
    measured_columns = ["z", "a", "prior_error_variance", "prior_score"]
    assert list(found.columns) == [*STUDENT_INTAKE.columns, *measured_columns, "age", "sex"]


def test_a_name_that_is_taken_is_refused(cohort_of, constants):
    with pytest.raises(CohortError, match=r"intake\.measures: \['sex'\]"):
        measured(cohort_of({"sex": "f"}), constants, {"sex": {"kind": "stability"}})


def test_files_without_prior_scores_need_no_constants_until_a_measure_asks(cohort_of, constants):
    cohort = cohort_of({"prior_score": None})
    assert measured(cohort, constants.head(0), {}).students["prior_score"].isna().all()
    with pytest.raises(CohortError, match=r"intake\.measures\.prior: "):
        measured(cohort, constants.head(0), {"prior": {"kind": "standardised_prior"}})


def test_the_constant_of_a_logarithm_is_recorded(cohort_of, constants):
    cohort = cohort_of({"esl": "yes"}, {"esl": "no"})
    shares = {
        "plain": {"kind": "share", "covariate": "esl", "value": "yes"},
        "logged": {"kind": "share", "covariate": "esl", "value": "yes", "log_constant": 0.5},
    }
    found = measured(cohort, constants, shares).schools
    assert found["logged_log_constant"].tolist() == [0.5]
    assert found["logged"].tolist() == pytest.approx([np.log(50.5)])
    assert "plain_log_constant" not in found
