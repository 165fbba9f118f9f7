"""Every student with an outcome record is in the cohort or leaves it at one step with one reason."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valueadded.cohorts import REASONS, STEPS, match_cohort
from valueadded.config.study import Cohorts
from valueadded.contracts.cohorts import COHORT, MATCHED_COMPARISON, UNMATCHED
from valueadded.contracts.columns import PARTICIPATION
from valueadded.errors import CohortError
from valueadded.table_io import check_table

GOOD = {"student_id": "good"}


def reasons(outcome, prior, cohorts):
    found = match_cohort(outcome, prior, None, None, cohorts, "reading", 2021)
    return found.unmatched.set_index("student_id")[["step", "reason"]].apply(tuple, axis=1).to_dict()


def test_prior_and_outcome_stand_side_by_side_and_the_school_is_the_outcome_years(
    outcome_records, prior_records, cohorts
):
    found = match_cohort(
        outcome_records({"student_id": "007", "school_id": "B", "score": 512.0}),
        prior_records({"student_id": "007", "school_id": "A", "score": 401.0}),
        None,
        None,
        cohorts,
        "reading",
        2021,
    )
    assert found.cohort.to_dict("records") == [
        {
            "student_id": "007",
            "school_id": "B",
            "year": 2021,
            "domain": "reading",
            "score": 512.0,
            "prior_score": 401.0,
            "prior_school_id": "A",
        }
    ]
    assert found.unmatched.empty


def test_other_domains_years_and_levels_are_no_match(outcome_records, prior_records, cohorts):
    outcome = outcome_records(GOOD, *[{"student_id": name} for name in ("domain", "year", "level")])
    prior = prior_records(
        GOOD,
        {"student_id": "domain", "domain": "numeracy"},
        {"student_id": "year", "calendar_year": 2018},
        {"student_id": "level", "year_level": 4},
    )
    assert set(reasons(outcome, prior, cohorts).values()) == {("not_matched", "no_prior_record")}
    assert len(reasons(outcome, prior, cohorts)) == 3


@pytest.mark.parametrize("code", [code for code in PARTICIPATION if code != "present"])
def test_students_without_a_score_leave_with_their_participation_code(
    outcome_records, prior_records, cohorts, code
):
    outcome = outcome_records(GOOD, {"student_id": "1", "participation": code}, {"student_id": "2"})
    prior = prior_records(GOOD, {"student_id": "1"}, {"student_id": "2", "participation": code})
    assert reasons(outcome, prior, cohorts) == {
        "1": ("not_scored", code),
        "2": ("not_matched", f"prior_{code}"),
    }


def test_present_without_a_score_is_no_score(outcome_records, prior_records, cohorts):
    outcome = outcome_records(GOOD, {"student_id": "1", "score": None}, {"student_id": "2"})
    prior = prior_records(GOOD, {"student_id": "1"}, {"student_id": "2", "score": None})
    assert reasons(outcome, prior, cohorts) == {
        "1": ("not_scored", "no_score"),
        "2": ("not_matched", "prior_no_score"),
    }


@pytest.mark.parametrize("scale", ["reported", "yearly_z"])
def test_a_zero_beside_a_refused_test_is_no_score(outcome_records, prior_records, scale):
    outcome = outcome_records(
        *[{"student_id": name, "score": score} for name, score in [("1", 1.0), ("2", 3.0)]],
        {"student_id": "3", "participation": "refused"},
    )
    prior = prior_records(*[{"student_id": name, "score": float(name)} for name in "123"])
    rule = Cohorts(score_scale=scale)
    zero = outcome.assign(score=outcome["score"].fillna(0.0))
    found = match_cohort(zero, prior, None, None, rule, "reading", 2021)
    assert found.unmatched["reason"].tolist() == ["refused"]
    expected = match_cohort(outcome, prior, None, None, rule, "reading", 2021)
    pd.testing.assert_frame_equal(found.cohort, expected.cohort)
    pd.testing.assert_frame_equal(found.comparison, expected.comparison)


def test_ambiguous_records_leave_and_an_absent_record_elsewhere_makes_none(
    outcome_records, prior_records, cohorts
):
    outcome = outcome_records(
        GOOD,
        {"student_id": "good", "school_id": "Z", "participation": "absent"},
        {"student_id": "schools"},
        {"student_id": "schools", "school_id": "B"},
        {"student_id": "records", "score": 1.0},
        {"student_id": "records", "score": 2.0},
        {"student_id": "priors"},
        {"student_id": "repeat"},
        {"student_id": "repeat"},
    )
    prior = prior_records(
        *[{"student_id": name} for name in ("good", "schools", "records", "repeat")],
        {"student_id": "priors", "score": 1.0},
        {"student_id": "priors", "score": 2.0},
    )
    assert reasons(outcome, prior, cohorts) == {
        "schools": ("identity", "two_schools_in_year"),
        "records": ("identity", "two_records_in_level"),
        "priors": ("identity", "two_prior_records"),
    }


def test_the_first_step_with_a_reason_counts(outcome_records, prior_records, cohorts):
    outcome = outcome_records(
        GOOD,
        {"student_id": "1", "participation": "absent"},
        {"student_id": "2", "school_id": "A"},
        {"student_id": "2", "school_id": "B"},
    )
    found = reasons(outcome, prior_records(GOOD), cohorts)
    assert found == {"1": ("not_scored", "absent"), "2": ("identity", "two_schools_in_year")}


def test_small_schools_are_counted_by_their_matched_students(outcome_records, prior_records, cohorts):
    outcome = outcome_records(
        {"student_id": "1", "school_id": "large"},
        {"student_id": "2", "school_id": "large"},
        {"student_id": "3", "school_id": "small"},
        {"student_id": "4", "school_id": "small"},
    )
    prior = prior_records(*[{"student_id": name} for name in "123"])
    two = cohorts.model_copy(update={"minimum_students": 2})
    assert reasons(outcome, prior, two) == {
        "3": ("not_eligible", "school_too_small"),
        "4": ("not_matched", "no_prior_record"),
    }
    assert "3" not in reasons(outcome, prior, cohorts)


def test_covariates_of_records_and_students_travel_along(outcome_records, prior_records, cohorts):
    students = pd.DataFrame(
        {"student_id": ["1", "1"], "calendar_year": [2021, 2019], "sex": ["female", "male"]}
    )
    found = match_cohort(
        outcome_records({"student_id": "1", "esl": "yes"}, {"student_id": "2", "esl": "no"}),
        prior_records({"student_id": "1", "esl": "other"}, {"student_id": "2", "esl": "other"}),
        students,
        None,
        cohorts,
        "reading",
        2021,
    )
    assert list(found.cohort.columns) == [*COHORT.columns, "esl", "sex"]
    assert found.cohort["esl"].tolist() == ["yes", "no"]
    assert found.cohort["sex"].iloc[0] == "female"
    assert found.cohort["sex"].isna().tolist() == [False, True]


def test_score_errors_are_kept_where_they_are_known(outcome_records, prior_records, cohorts):
    outcome = outcome_records({"student_id": "1", "score_se": 20.0})
    prior = prior_records({"student_id": "1", "score_se": 25.0})
    found = match_cohort(outcome, prior, None, None, cohorts, "reading", 2021).cohort
    assert found[["score_se", "prior_score_se"]].to_numpy().tolist() == [[20.0, 25.0]]
    without = match_cohort(
        outcome.assign(score_se=np.nan), prior, None, None, cohorts, "reading", 2021
    ).cohort
    assert "score_se" not in without


def test_all_three_tables_meet_their_contracts(outcome_records, prior_records, cohorts):
    outcome = outcome_records(GOOD | {"sex": "f"}, {"student_id": "1", "sex": "m"})
    for prior in (prior_records(GOOD), prior_records(GOOD, {"student_id": "1"})):
        found = match_cohort(outcome, prior, None, None, cohorts, "reading", 2021)
        check_table(found.cohort, COHORT, "cohort")
        check_table(found.unmatched, UNMATCHED, "unmatched")
        check_table(found.comparison, MATCHED_COMPARISON, "comparison")


def test_an_empty_cohort_names_domain_year_and_key(outcome_records, prior_records, cohorts):
    with pytest.raises(CohortError, match=r"reading 2021: none of 1 .*no_prior_record 1.*cohorts\.gap_years"):
        match_cohort(outcome_records(GOOD), prior_records(), None, None, cohorts, "reading", 2021)
    with pytest.raises(CohortError, match=r"writing 2021: found no record.*study\.domains"):
        match_cohort(outcome_records(GOOD), prior_records(GOOD), None, None, cohorts, "writing", 2021)


@pytest.fixture
def matched_file():
    return pd.DataFrame(
        {
            "student_id": ["1", "2", "3", "3", "4"],
            "school_id": ["A", "A", "A", "B", "B"],
            "year": [2021] * 4 + [2019],
            "domain": ["reading"] * 5,
            "score": [1.0, 2.0, 3.0, 4.0, 5.0],
            "prior_score": [1.0, np.nan, 1.0, 1.0, 1.0],
            "prior_school_id": pd.array([None] * 5, dtype="str"),
            "source_row": [1, 2, 3, 4, 5],
            "sex": ["f", "m", "f", "f", "f"],
        }
    )


def test_files_that_come_matched_keep_students_without_a_prior_score(matched_file, cohorts):
    found = match_cohort(matched_file, None, None, None, cohorts, "reading", 2021)
    assert found.cohort["student_id"].tolist() == ["1", "2"]
    assert list(found.cohort.columns) == [*COHORT.columns, "sex"]
    assert found.unmatched[["student_id", "reason"]].to_numpy().tolist() == [["3", "two_schools_in_year"]]


def test_files_that_come_matched_meet_the_minimum_too(matched_file, cohorts):
    three = cohorts.model_copy(update={"minimum_students": 3})
    with pytest.raises(CohortError, match="school_too_small 2"):
        match_cohort(matched_file, None, None, None, three, "reading", 2021)


RECORD = st.fixed_dictionaries(
    {
        "student_id": st.sampled_from([str(number) for number in range(6)]),
        "school_id": st.sampled_from(["A", "B"]),
        "participation": st.sampled_from(["present", "present", "present", "absent", "exempt"]),
        "score": st.sampled_from([1.0, 2.0, None]),
        "domain": st.sampled_from(["reading", "reading", "reading", "numeracy"]),
    }
)


@settings(max_examples=25, deadline=None)
@given(
    outcome=st.lists(RECORD, max_size=14),
    prior=st.lists(RECORD, max_size=14),
    minimum=st.integers(1, 2),
    seed=st.randoms(use_true_random=False),
)
def test_every_student_ends_in_exactly_one_place_whatever_the_order(
    outcome_records, prior_records, outcome, prior, minimum, seed
):
    rule = Cohorts(prior_level=3, outcome_level=5, gap_years=2, minimum_students=minimum)
    sure = {"student_id": "sure", "school_id": "Z", "score": 3.0}
    sure_too = sure | {"student_id": "sure too"}
    outcome, prior = [*outcome, sure, sure_too], [*prior, sure, sure_too]

    def matched(outcome_rows, prior_rows):
        return match_cohort(
            outcome_records(*outcome_rows), prior_records(*prior_rows), None, None, rule, "reading", 2021
        )

    found = matched(outcome, prior)
    listed = [*found.cohort["student_id"], *found.unmatched["student_id"]]
    expected = {row["student_id"] for row in outcome if row.get("domain", "reading") == "reading"}
    assert sorted(listed) == sorted(expected)
    assert set(found.unmatched["reason"]) <= set(REASONS)
    assert set(found.unmatched["step"]) <= set(STEPS) - {"records", "matched", "no_cohort"}

    seed.shuffle(outcome)
    seed.shuffle(prior)
    again = matched(outcome, prior)
    pd.testing.assert_frame_equal(found.cohort, again.cohort)
    pd.testing.assert_frame_equal(found.unmatched, again.unmatched)
    pd.testing.assert_frame_equal(found.comparison, again.comparison)


@settings(max_examples=25, deadline=None)
@given(outcome=st.lists(RECORD, max_size=14), prior=st.lists(RECORD, max_size=14))
def test_the_cohort_holds_exactly_the_students_with_one_score_at_each_test(
    outcome_records, prior_records, cohorts, outcome, prior
):
    def one_score(rows):
        scores = {}
        for row in rows:
            if row["domain"] == "reading" and row["participation"] == "present" and row["score"] is not None:
                scores.setdefault(row["student_id"], set()).add((row["school_id"], row["score"]))
        return {student for student, found in scores.items() if len(found) == 1}

    sure = {
        "student_id": "sure",
        "domain": "reading",
        "participation": "present",
        "school_id": "Z",
        "score": 3.0,
    }
    outcome, prior = [*outcome, sure], [*prior, sure]
    found = match_cohort(
        outcome_records(*outcome), prior_records(*prior), None, None, cohorts, "reading", 2021
    )
    assert set(found.cohort["student_id"]) == one_score(outcome) & one_score(prior)
