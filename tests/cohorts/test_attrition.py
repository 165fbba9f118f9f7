"""The account adds up, tells repeating from accelerating, and refuses a student lost or counted twice."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valueadded.cohorts.attrition import account_for_students, refine_unmatched
from valueadded.contracts.cohorts import ATTRITION, ATTRITION_BY_SCHOOL, UNMATCHED
from valueadded.errors import ReconciliationError
from valueadded.table_io import check_table

KEY = ["domain", "year"]


def students(rows, reason=None):
    """Rows of (student, school, reason) as the cohort or, with a reason, as the unmatched table."""
    frame = pd.DataFrame(rows, columns=["student_id", "school_id", "step", "reason"]).astype("str")
    return frame.assign(domain=pd.Series(["reading"] * len(frame), dtype="str"), year=2021).astype(
        {"year": "int64"}
    )


def prior_rows(*rows):
    return pd.DataFrame(rows, columns=["student_id", "domain", "calendar_year"]).astype(
        {"student_id": "str", "domain": "str", "calendar_year": "int64"}
    )


UNMATCHED_ROWS = students(
    [
        ("3", "A", "not_scored", "absent"),
        ("4", "B", "not_matched", "no_prior_record"),
        ("5", "B", "not_matched", "no_prior_record"),
    ]
)
MATCHED_ROWS = students([("1", "A", "", ""), ("2", "B", "", "")])[["student_id", "school_id", *KEY]]
RECORDS = pd.concat([MATCHED_ROWS, UNMATCHED_ROWS, UNMATCHED_ROWS.head(1)])[["student_id", *KEY]]


def account(records=RECORDS, matched=MATCHED_ROWS, unmatched=UNMATCHED_ROWS, prior=None, absent=None):
    prior = prior_rows() if prior is None else prior
    return account_for_students(records, matched, unmatched, prior, absent or {}, ["reading"], 2)


def test_steps_add_up_to_the_distinct_students_with_a_record():
    rows = account().by_cohort.set_index(["step", "reason"])["students"].to_dict()
    assert rows == {
        ("records", ""): 5,
        ("not_scored", "absent"): 1,
        ("not_matched", "no_prior_record"): 2,
        ("matched", ""): 2,
    }


def test_schools_add_up_to_the_whole():
    found = account()
    sums = found.by_school.groupby(["step", "reason"])["students"].sum()
    pd.testing.assert_series_equal(
        sums, found.by_cohort.set_index(["step", "reason"])["students"].sort_index(), check_index_type=False
    )
    assert found.by_school.query("school_id == 'B' and step == 'records'")["students"].item() == 3


def test_the_account_meets_its_contracts():
    found = account(absent={2020: "year_not_tested"})
    check_table(found.by_cohort, ATTRITION, "attrition")
    check_table(found.by_school, ATTRITION_BY_SCHOOL, "attrition_by_school")


def test_a_year_without_a_cohort_is_explained_in_every_domain():
    found = account_for_students(
        RECORDS,
        MATCHED_ROWS,
        UNMATCHED_ROWS,
        prior_rows(),
        {2020: "year_not_tested"},
        ["reading", "numeracy"],
        2,
    ).by_cohort
    absent = found[found["step"].eq("no_cohort")]
    assert absent[["domain", "year", "reason", "students"]].to_numpy().tolist() == [
        ["numeracy", 2020, "year_not_tested", 0],
        ["reading", 2020, "year_not_tested", 0],
    ]


@pytest.mark.parametrize("fault", ["lost", "twice", "unknown"])
def test_a_student_lost_or_counted_twice_is_refused(fault):
    faulty = {
        "lost": {"unmatched": UNMATCHED_ROWS.head(2)},
        "twice": {"unmatched": pd.concat([UNMATCHED_ROWS, UNMATCHED_ROWS.tail(1)])},
        "unknown": {"records": RECORDS[RECORDS["student_id"].ne("1")]},
    }[fault]
    with pytest.raises(
        ReconciliationError, match=r"reading 2021: \d students with a record, \d accounted for"
    ):
        account(**faulty)


def refined(*prior):
    rows = UNMATCHED_ROWS[UNMATCHED_ROWS["student_id"].eq("4")]
    return refine_unmatched(rows[list(UNMATCHED.columns)], prior_rows(*prior), 2)["reason"].item()


@pytest.mark.parametrize(
    ("years", "reason"),
    [
        ([], "no_prior_record"),
        ([2018], "repeated_a_year"),
        ([2020], "accelerated"),
        ([2017, 2018], "repeated_a_year"),
        ([2018, 2020], "accelerated"),
        ([2021, 2022], "no_prior_record"),
        ([2018, 2022], "repeated_a_year"),
    ],
)
def test_the_latest_prior_level_record_before_the_outcome_decides(years, reason):
    assert refined(*[("4", "reading", year) for year in years]) == reason


def test_records_of_another_domain_or_student_do_not_count():
    assert refined(("4", "numeracy", 2018), ("5", "reading", 2018)) == "no_prior_record"


def test_only_students_without_a_prior_record_are_refined():
    prior = prior_rows(("3", "reading", 2018), ("4", "reading", 2018))
    assert refine_unmatched(UNMATCHED_ROWS, prior, 2)["reason"].tolist() == [
        "absent",
        "repeated_a_year",
        "no_prior_record",
    ]


PLACES = st.tuples(
    st.sampled_from(["reading", "numeracy"]),
    st.sampled_from([2019, 2021]),
    st.sampled_from(["A", "B"]),
    st.sampled_from(
        ["matched", "not_scored/absent", "not_matched/no_prior_record", "not_eligible/school_too_small"]
    ),
)


@settings(max_examples=25, deadline=None)
@given(places=st.lists(PLACES, min_size=1, max_size=20))
def test_every_account_adds_up(places):
    frame = pd.DataFrame(places, columns=["domain", "year", "school_id", "place"])
    frame["student_id"] = [str(number) for number in range(len(frame))]
    frame[["step", "reason"]] = frame["place"].str.partition("/")[[0, 2]]
    inside = frame["step"].eq("matched")
    found = account_for_students(
        frame[["student_id", *KEY]],
        frame.loc[inside, ["student_id", "school_id", *KEY]],
        frame.loc[~inside, list(UNMATCHED.columns)],
        prior_rows(),
        {},
        ["reading", "numeracy"],
        2,
    ).by_cohort
    signed = found["students"].where(found["step"].eq("records"), -found["students"])
    assert (signed.groupby([found["domain"], found["year"]]).sum() == 0).all()
    assert found.loc[found["step"].eq("records"), "students"].sum() == len(frame)
