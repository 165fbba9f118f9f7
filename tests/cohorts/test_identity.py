"""One record stands for each student, whatever the order of the rows."""

import pandas as pd

from valueadded.cohorts.identity import choose_records, find_ambiguous, merge_repeats


def test_exact_repeats_are_merged_and_differing_records_are_not(outcome_records):
    records = outcome_records({"student_id": "1"}, {"student_id": "1"}, {"student_id": "1", "score": 501.0})
    assert sorted(merge_repeats(records)["score"]) == [500.0, 501.0]


def test_missing_values_do_not_keep_repeats_apart(outcome_records):
    absent = {"student_id": "1", "participation": "absent"}
    assert len(merge_repeats(outcome_records(absent, absent))) == 1


def test_a_present_record_goes_before_an_absent_one(outcome_records):
    chosen = choose_records(
        outcome_records(
            {"student_id": "1", "school_id": "A", "participation": "absent"},
            {"student_id": "1", "school_id": "B"},
        )
    )
    assert chosen["school_id"].tolist() == ["B"]
    assert chosen[["scored_records", "scored_schools"]].to_numpy().tolist() == [[1, 1]]


def test_the_order_of_the_codes_decides_among_records_without_a_score(outcome_records):
    rows = [
        {"student_id": "1", "school_id": "A", "participation": "exempt"},
        {"student_id": "1", "school_id": "B", "participation": "absent"},
    ]
    for order in (rows, rows[::-1]):
        chosen = choose_records(outcome_records(*order))
        assert chosen[["school_id", "participation"]].to_numpy().tolist() == [["B", "absent"]]


def test_a_present_record_without_a_score_does_not_count_as_scored(outcome_records):
    chosen = choose_records(outcome_records({"student_id": "1", "score": None}))
    assert not chosen["scored"].iloc[0]
    assert chosen["scored_records"].iloc[0] == 0


def test_two_schools_two_records_and_two_priors_are_told_apart():
    students = pd.DataFrame(
        {
            "scored_schools": [2, 1, 1, 1],
            "scored_records": [2, 2, 1, 1],
            "prior_reason": ["two_prior_records", "", "two_prior_records", "prior_absent"],
        }
    )
    assert find_ambiguous(students).tolist() == [
        "two_schools_in_year",
        "two_records_in_level",
        "two_prior_records",
        "",
    ]
