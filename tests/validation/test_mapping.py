"""Columns and codes of a file become those of the table, as the configuration says."""

import pytest

from valueadded.errors import SourceError

WIDE = "id,school,level,read,num"
WIDE_OPTIONS = {
    "header": WIDE,
    "columns": {"student_id": "id", "school_id": "school", "year_level": "level"},
    "score_columns": {"reading": "read", "numeracy": "num"},
}


def test_only_a_present_student_has_a_score(validate):
    words = ["absent", "exempt", "withdrawn", "refused", "sanctioned", "cancelled", "present"]
    validated = validate([f"{place},1,2017,3,reading,{word},0,9" for place, word in enumerate(words)])
    part = validated.parts[2017, 3]
    assert part["participation"].tolist() == words
    assert part["score"].notna().tolist() == part["score_se"].notna().tolist() == [False] * 6 + [True]


def test_absent_students_may_have_any_text_for_a_score(validate):
    validated = validate(["1,1,2017,3,reading,absent,-999,x"])
    assert validated.quarantine.empty
    assert validated.parts[2017, 3]["score"].isna().all()


def test_participation_codes_and_default(validate):
    codes = {
        "participation": {"column": "status", "codes": {"P": "present", "R": "refused", "": "withdrawn"}}
    }
    header = "student_id,school_id,calendar_year,year_level,domain,status,score"
    lines = [
        "1,1,2017,3,reading,P,4",
        "2,1,2017,3,reading,R,0",
        "3,1,2017,3,reading,,",
        "4,1,2017,3,reading,Q,4",
    ]
    validated = validate(lines, header=header, columns=codes)
    assert validated.parts[2017, 3]["participation"].tolist() == ["present", "refused", "withdrawn"]
    assert validated.quarantine[["source_row", "reason", "column"]].to_numpy().tolist() == [
        [4, "participation_unknown", "status"]
    ]
    default = validate(lines, header=header).parts[2017, 3]["participation"]
    assert default.tolist() == ["present", "present", "absent", "present"]


def test_joined_constant_and_recoded_columns(validate):
    header = "place,number,school,when,sex,size"
    validated = validate(
        ["a,07,2,2016_2017,F,4.50", "a,08,2,2016_2017,9,x", "a,,2,2016_2017,M,1"],
        "matched",
        header=header,
        calendar_year=None,
        columns={
            "student_id": {"columns": ["place", "number"], "separator": "_"},
            "school_id": "school",
            "year": {"column": "when", "codes": {"2016_2017": "2017"}},
            "domain": {"constant": "reading"},
            "score": {"constant": "50"},
        },
        covariates={
            "sex": {"column": "sex", "codes": {"F": "female", "M": "male"}, "otherwise": "not_stated"},
            "size": {"column": "size", "kind": "number", "codes": {"x": ""}, "otherwise": "5"},
        },
    )
    part = validated.parts[2017, None]
    assert part["student_id"].tolist() == ["a_07", "a_08"]
    assert part["sex"].tolist() == ["female", "not_stated"]
    assert part["size"].fillna(-1).tolist() == [5.0, -1.0]
    assert validated.quarantine["reason"].tolist() == ["student_id_missing"]
    assert validated.quarantine["column"].tolist() == ["place + number"]


def test_row_number_identifies_rows_and_no_row_is_a_repeat(validate):
    header = "school_id,year,domain,score"
    validated = validate(
        ["1,2017,reading,40"] * 3, "matched", header=header, columns={"student_id": {"row_number": True}}
    )
    assert validated.parts[2017, None]["student_id"].tolist() == ["records-1", "records-2", "records-3"]
    assert validated.ledger["duplicates_merged"].item() == 0


def test_wide_file_has_a_record_for_each_score_column(validate):
    validated = validate(["01,7,3,400,500", "02,7,3,,510", "03,7,5,oops,520"], **WIDE_OPTIONS)
    lower = validated.parts[2017, 3]
    assert lower[["student_id", "domain", "participation"]].to_numpy().tolist() == [
        ["01", "reading", "present"],
        ["01", "numeracy", "present"],
        ["02", "reading", "absent"],
        ["02", "numeracy", "present"],
    ]
    assert lower["score"].fillna(-1).tolist() == [400, 500, -1, 510]
    assert validated.quarantine[["source_row", "record", "reason", "column"]].to_numpy().tolist() == [
        [3, 1, "score_not_a_number", "read or num"]
    ]
    assert validated.ledger[["rows_in", "accepted", "quarantined"]].to_numpy().tolist() == [[6, 5, 1]]


def test_wide_row_that_cannot_be_read_counts_all_its_records(validate):
    validated = validate(["01,7,3,400,500", "02,7"], **WIDE_OPTIONS)
    assert validated.quarantine[["source_row", "record", "reason"]].to_numpy().tolist() == [
        [2, 1, "fields_too_few"],
        [2, 2, "fields_too_few"],
    ]
    assert validated.ledger["rows_in"].item() == 4


def test_missing_columns_are_refused_by_name_with_what_the_file_has(validate):
    with pytest.raises(SourceError) as refusal:
        validate(["1,2"], header="ID,SCHOOL", columns={"student_id": "PUPIL"}, covariates={"sex": "GENDER"})
    message = str(refusal.value)
    for words in (
        "records.csv",
        "'PUPIL'",
        "'GENDER'",
        "input.assessments.columns.school_id",
        "'ID', 'SCHOOL'",
    ):
        assert words in message


def test_year_may_come_from_the_file_name_alone(validate):
    header = "student_id,school_id,year_level,domain,score"
    assert validate(["1,1,3,reading,4"], header=header).parts[2017, 3]["calendar_year"].tolist() == [2017]
    with pytest.raises(SourceError, match="'calendar_year'"):
        validate(["1,1,3,reading,4"], header=header, calendar_year=None)


def test_wrong_separator_is_hinted_at(validate):
    with pytest.raises(SourceError, match=r"input\.assessments\.delimiter"):
        validate(["1;1"], header="student_id;school_id")


def test_file_without_a_header_does_not_show_its_first_student(validate):
    with pytest.raises(SourceError, match="looks like data") as refusal:
        validate(
            ["0002,12,2017,3,reading,present,512,20"], header="canary77,12,2017,3,reading,present,511,20"
        )
    assert "canary77" not in str(refusal.value)
    assert "511" not in str(refusal.value)


def test_no_break_spaces_and_full_width_digits_become_plain(validate):
    validated = validate(["\uff11\uff12\u00a0,\u00a0012 ,2017,3,reading,present,400,20"])
    part = validated.parts[2017, 3]
    assert part[["student_id", "school_id"]].to_numpy().tolist() == [["12", "012"]]
