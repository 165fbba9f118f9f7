"""Characteristics are joined by identifier and year; contradictions are refused without values."""

import pandas as pd
import pytest

from valueadded.cohorts.covariates import join_characteristics, list_covariates
from valueadded.errors import CohortError

COHORT = pd.DataFrame({"student_id": ["1", "2"], "score": [1.0, 2.0]})


def table(**columns):
    return pd.DataFrame({"student_id": ["1", "1"], "calendar_year": [2021, 2021], **columns})


def test_fixed_columns_are_no_covariates():
    frame = pd.DataFrame(columns=["student_id", "source_row", "sex", "esl", "score_se", "participation"])
    assert list_covariates(frame) == ["esl", "sex"]


def test_rows_that_agree_are_joined_once_and_students_without_a_row_are_missing():
    joined = join_characteristics(COHORT, table(sex=["f", "f"]), "student_id", 2021, "students")
    assert joined["student_id"].tolist() == ["1", "2"]
    assert joined["sex"].isna().tolist() == [False, True]


def test_other_years_are_not_joined():
    joined = join_characteristics(COHORT, table(sex=["f", "m"]), "student_id", 2020, "students")
    assert joined["sex"].isna().all()


def test_rows_that_contradict_each_other_are_refused():
    with pytest.raises(CohortError, match=r"input\.students\.files.*2021 has 1 further rows") as refusal:
        join_characteristics(COHORT, table(sex=["female", "male"]), "student_id", 2021, "students")
    assert "female" not in str(refusal.value)


def test_a_covariate_that_would_overwrite_a_column_is_refused():
    with pytest.raises(CohortError, match=r"input\.schools\.covariates: \['score'\]"):
        join_characteristics(COHORT, table(score=[1.0, 1.0]), "student_id", 2021, "schools")
