"""Each reason code is given to the row that deserves it, and to no other."""

import numpy as np
import pytest

from valueadded.validation import REASONS

BROKEN = {
    "fields_too_many": "0009,012,2017,3,reading,present,400,20,7",
    "fields_too_few": "0009,012,2017,3,reading",
    "row_blank": ",,,,,,,",
    "student_id_missing": ",012,2017,3,reading,present,400,20",
    "school_id_missing": "0009, ,2017,3,reading,present,400,20",
    "identifier_damaged": "1.23457E+11,012,2017,3,reading,present,400,20",
    "year_not_a_number": "0009,012,this,3,reading,present,400,20",
    "year_outside_file": "0009,012,2016,3,reading,present,400,20",
    "level_not_allowed": "0009,012,2017,4,reading,present,400,20",
    "domain_missing": "0009,012,2017,3,NA,present,400,20",
    "participation_unknown": "0009,012,2017,3,reading,here,400,20",
    "score_missing": "0009,012,2017,3,reading,present,,20",
    "score_not_a_number": "0009,012,2017,3,reading,present,inf,20",
    "score_out_of_range": "0009,012,2017,3,reading,present,1000.5,20",
    "score_se_not_a_number": "0009,012,2017,3,reading,present,400,-1",
    "header_repeated": "student_id,school_id,calendar_year,year_level,domain,participation,score,score_se",
    "identifier_is_date": "3-Apr,012,2017,3,reading,present,400,20",
    "total_row": "Total,012,2017,3,reading,present,400,20",
    "formula_like": "=1+1,012,2017,3,reading,present,400,20",
    "spreadsheet_error": "0009,#N/A,2017,3,reading,present,400,20",
    "character_not_allowed": '0009,"0\n12",2017,3,reading,present,400,20',
}


@pytest.mark.parametrize("reason", BROKEN)
def test_broken_row_is_put_aside_with_its_reason(validate, records, reason):
    validated = validate([*records[:2], BROKEN[reason], *records[2:]])
    assert validated.quarantine[["source_row", "reason"]].to_numpy().tolist() == [[3, reason]]
    assert validated.ledger["accepted"].item() == len(records)


@pytest.mark.parametrize(
    "score", ["1,010", "nan", "-inf", "1e400", "12 points", "0x10", "1_000", "٣", "--5", "5.1.2"]
)
def test_only_plain_numbers_are_scores(validate, records, score):
    validated = validate([*records, f'0009,012,2017,3,reading,present,"{score}",20'], missing=[])
    # An Arabic digit becomes no ASCII digit under NFKC, so it is refused too.
    assert validated.quarantine["reason"].tolist() == ["score_not_a_number"]


@pytest.mark.parametrize(
    ("score", "number"), [("7", 7.0), (" 512.50 ", 512.5), ("1.2e2", 120.0), ("\uff15", 5.0), ("0", 0.0)]
)
def test_plain_numbers_are_accepted(validate, score, number):
    validated = validate([f"0009,012,2017,3,reading,present,{score},20"])
    assert validated.parts[2017, 3]["score"].tolist() == [number]


@pytest.mark.parametrize(
    ("value", "source", "reason"),
    [
        ("tall", {"column": "extra", "kind": "number"}, "covariate_not_a_number"),
        ("X", {"column": "extra", "codes": {"F": "female"}}, "covariate_code_unknown"),
        ("a\x01b", {"column": "extra"}, "character_not_allowed"),
    ],
)
def test_covariates(validate, value, source, reason):
    header = "student_id,calendar_year,extra"
    validated = validate(
        [f"1,2017,{value}", "2,2017,", "3,2017,NA"], "students", header=header, covariates={"extra": source}
    )
    assert validated.quarantine[["source_row", "reason", "column"]].to_numpy().tolist() == [
        [1, reason, "extra"]
    ]
    assert validated.parts[2017, None]["extra"].isna().all()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,10,2017,reading,,300", "score_missing"),
        ("1,10,2017,reading,x,300", "score_not_a_number"),
        ("1,10,2017,reading,400,x", "prior_score_not_a_number"),
        ("1,10,,reading,400,300", "year_not_a_number"),
        ("1,10,2017,nonsense,400,300", "code_unknown"),
    ],
)
def test_matched_records(validate, row, reason):
    header = "student_id,school_id,year,domain,score,prior_score"
    validated = validate(
        [row, "2,10,2017,reading,400,"],
        "matched",
        header=header,
        columns={"domain": {"column": "domain", "codes": {"reading": "reading"}}},
    )
    assert validated.quarantine[["source_row", "reason"]].to_numpy().tolist() == [[1, reason]]
    accepted = validated.parts[2017, None]
    assert accepted["student_id"].tolist() == ["2"]
    assert np.isnan(accepted["prior_score"].item())


@pytest.mark.parametrize(
    ("table", "header", "rows"),
    [
        (
            "students",
            "student_id,calendar_year,sex",
            ["1,2017,F", "1,2017,M", "1,2017,F", "2,2017,F", "2,2017,F"],
        ),
        (
            "schools",
            "school_id,calendar_year,sex",
            ["1,2017,F", "1,2017,M", "1,2017,F", "2,2017,F", "2,2017,F"],
        ),
    ],
)
def test_conflicting_duplicates_are_all_put_aside(validate, table, header, rows):
    validated = validate(rows, table, header=header, covariates={"sex": "sex"})
    assert validated.quarantine["source_row"].tolist() == [1, 2, 3]
    assert set(validated.quarantine["reason"]) == {"conflicting_duplicate"}
    assert validated.ledger[["accepted", "duplicates_merged"]].to_numpy().tolist() == [[1, 1]]


def test_first_reason_in_the_documented_order(validate, records):
    validated = validate([*records, ",,x,99,,nobody,abc,-"], missing=["-"])
    assert validated.quarantine["reason"].tolist() == ["student_id_missing"]


def test_every_reason_is_tested_and_has_a_sentence():
    elsewhere = {
        "conflicting_duplicate",
        "covariate_not_a_number",
        "covariate_code_unknown",
        "prior_score_not_a_number",
        "code_unknown",
        # Of records of whole schools: test_whole_school_checks.py.
        "text_missing",
        "value_not_a_number",
        "value_missing",
        "value_not_whole",
        "value_out_of_range",
        # Of scores and teachers: test_teachers.py.
        "teacher_id_missing",
        "share_not_a_share",
        # Of ready-made values of schools.
        "school_type_missing",
        "students_not_a_number",
    }
    assert set(REASONS) == set(BROKEN) | elsewhere
    assert all(sentence.endswith(".") for sentence in REASONS.values())
