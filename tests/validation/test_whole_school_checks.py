"""Records of whole schools keep the rules of their contracts; each fault has its reason."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valueadded.config.whole_schools import COLUMNS, WholeSchools
from valueadded.contracts.records import LEDGER, QUARANTINE
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.errors import SourceError
from valueadded.table_io import check_table
from valueadded.validation import REASONS, validate_whole_schools

SOUND = {
    "school_years": "012,2010,Primary,2",
    "campuses": "012,2010,1,0.4,120",
    "census_february": "7,012,2010,0,0.8,yes,no",
    "census_august": "7,012,2010,0,1,no,yes,yes,2.5,",
    "interviews": "7,012,2010,0.9",
    "tests": "7,012,2010,3,reading,412.5",
    "aim": "7,012,2005,reading,3.5",
    "vce": "7,012,2010,English,31",
    "judgements": "7,012,2010,2,English,Reading,2.25",
    "absence": "012,2010,3,140.5,,12",
    "surveys": "1,012,2010,5,4.1",
    "exits": "7,012,2010,12,training",
    "retention_overrides": "012,2010,88,40",
}


def describe(tables: dict[str, list[str]], folder) -> WholeSchools:
    """Write lines of tables as files and return the section that reads them."""
    for table, lines in tables.items():
        text = "\n".join([",".join(COLUMNS[table]), *lines, ""])
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    judged = {"lower_c": {2: 1.75}} if "judgements" in tables else {}
    return WholeSchools(**{table: {"files": f"{table}.csv"} for table in tables}, **judged)


def validate(table: str, lines: list[str], folder):
    tables = {"school_years": [SOUND["school_years"]], table: lines}
    validated = validate_whole_schools(folder, describe(tables, folder))
    return validated, validated.quarantine.query("table == @table").reset_index(drop=True)


def test_columns_of_the_section_are_those_of_the_contracts():
    assert {name: list(table.columns) for name, table in WHOLE_SCHOOL_TABLES.items()} == {
        name: list(columns) for name, columns in COLUMNS.items()
    }


def test_sound_records_of_every_table_are_accepted(tmp_path):
    validated = validate_whole_schools(
        tmp_path, describe({name: [line] for name, line in SOUND.items()}, tmp_path)
    )
    assert validated.quarantine.empty
    for name, table in validated.records.items():
        check_table(table, WHOLE_SCHOOL_TABLES[name], name)
        assert len(table) == 1
    check_table(validated.ledger, LEDGER, "ledger")
    check_table(validated.quarantine, QUARANTINE, "quarantine")
    assert validated.records["campuses"]["school_id"].item() == "012"


@pytest.mark.parametrize(
    ("table", "line", "reason", "words"),
    [
        ("campuses", "013,2010,1,0.4,0", "value_out_of_range", "more than 0"),
        ("campuses", "013,2010,1,n/k,100", "value_not_a_number", "a plain number"),
        ("campuses", "013,2010,,0.4,100", "text_missing", "campus_id"),
        ("retention_overrides", "013,2010,100.5,40", "value_out_of_range", "at most 100"),
        ("retention_overrides", "013,2010,,40", "value_missing", "a number in every row"),
        ("exits", "8,013,2010,12,abroad", "code_unknown", "one of education, training"),
        ("exits", "8,013,2010,12,", "text_missing", "destination"),
        ("vce", "8,013,2010,English,51", "value_out_of_range", "at most 50"),
        ("tests", "8,013,2010,3.5,reading,400", "value_not_whole", "a whole number"),
        ("tests", "8,013,2010,14,reading,400", "value_out_of_range", "at most 13"),
        ("tests", "8,013,2010,3,,400", "domain_missing", "domain"),
        ("tests", ",013,2010,3,reading,400", "student_id_missing", "student_id"),
        ("tests", "1.2E+11,013,2010,3,reading,400", "identifier_damaged", "all its digits"),
        ("census_february", "8,,2010,0,1,yes,no", "school_id_missing", "school_id"),
        ("census_february", "8,013,2010,0,0,yes,no", "value_out_of_range", "more than 0"),
        ("census_february", "8,013,2010,0,1,maybe,no", "code_unknown", "one of yes, no"),
        ("absence", "013,this year,3,140,12,12", "year_not_a_number", "a whole number from 1900"),
        ("surveys", "2,0\x0113,2010,5,4.1", "character_not_allowed", "one line"),
        ("surveys", ",,,,", "row_blank", "a row with values"),
    ],
)
def test_a_faulty_record_is_put_aside_with_its_reason(table, line, reason, words, tmp_path):
    validated, quarantine = validate(table, [SOUND[table], line], tmp_path)
    assert quarantine[["source_row", "reason"]].to_numpy().tolist() == [[2, reason]]
    assert words in quarantine["detail"].item()
    assert reason in REASONS
    assert len(validated.records[table]) == 1


def test_the_same_school_and_year_twice_is_trusted_in_neither_row(tmp_path):
    lines = ["012,2010,1,0.4,120", "012,2010,1,0.4,125", "012,2009,1,0.4,120", "012,2009,1,0.4,120"]
    validated, quarantine = validate("campuses", lines, tmp_path)
    assert quarantine["reason"].tolist() == ["conflicting_duplicate"] * 2
    assert validated.records["campuses"]["calendar_year"].tolist() == [2009]
    row = validated.ledger.set_index("table").loc["campuses"]
    assert row[["rows_in", "accepted", "quarantined", "duplicates_merged"]].tolist() == [4, 1, 2, 1]


def test_one_file_for_each_year_holds_that_year_alone(tmp_path):
    describe({"school_years": []}, tmp_path)
    header = ",".join(COLUMNS["school_years"])
    for year in (2009, 2010):
        lines = [header, f"012,{year},Primary,2", "013,2010,Primary,2", ""]
        (tmp_path / f"types_{year}.csv").write_text("\n".join(lines), encoding="utf-8")
    section = WholeSchools(file_years=[2009, 2010], school_years={"files": "types_{calendar_year}.csv"})
    validated = validate_whole_schools(tmp_path, section)
    assert validated.quarantine[["source_file", "reason"]].to_numpy().tolist() == [
        ["types_2009.csv", "year_outside_file"]
    ]
    assert len(validated.records["school_years"]) == 3


def test_a_record_in_two_files_is_refused_by_the_name_of_its_table(tmp_path):
    describe({"school_years": [SOUND["school_years"]]}, tmp_path)
    (tmp_path / "more.csv").write_bytes((tmp_path / "school_years.csv").read_bytes())
    section = WholeSchools(school_years={"files": [{"path": "school_years.csv"}, {"path": "more.csv"}]})
    with pytest.raises(
        SourceError, match=r"two files of table school_years .* 1 records.*school_years.files"
    ):
        validate_whole_schools(tmp_path, section)


def test_a_missing_column_is_named_with_its_key(tmp_path):
    section = describe({"school_years": [SOUND["school_years"]], "exits": [SOUND["exits"]]}, tmp_path)
    (tmp_path / "exits.csv").write_text("student_id,school_id,calendar_year,year_level\n7,012,2010,12\n")
    with pytest.raises(SourceError, match=r"'destination' \(input.whole_schools.exits.columns.destination\)"):
        validate_whole_schools(tmp_path, section)


def test_a_column_for_each_domain_is_a_record_for_each(tmp_path):
    describe({"school_years": [SOUND["school_years"]]}, tmp_path)
    text = "student_id,school_id,calendar_year,year_level,read,num\n7,012,2010,3,400,\n"
    (tmp_path / "wide.csv").write_text(text, encoding="utf-8")
    section = WholeSchools(
        school_years={"files": "school_years.csv"},
        tests={"files": "wide.csv", "score_columns": {"reading": "read", "numeracy": "num"}},
    )
    tests = validate_whole_schools(tmp_path, section).records["tests"]
    assert tests["domain"].tolist() == ["reading", "numeracy"]
    assert tests["score"].isna().tolist() == [False, True]


VALUES = st.sampled_from(
    ["", "7", "012", "2010", "2009", "0", "3", "14", "-1", "1e9", "nan", "yes", "no", "x"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=7, max_size=7), min_size=1, max_size=12))
def test_whatever_a_file_holds_the_ledger_balances(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("census")
    validated, quarantine = validate("census_february", [",".join(row) for row in rows], folder)
    row = validated.ledger.set_index("table").loc["census_february"]
    assert row["rows_in"] == len(rows)
    assert row["accepted"] + row["quarantined"] + row["duplicates_merged"] == len(rows)
    assert row["accepted"] == len(validated.records["census_february"])
    assert row["quarantined"] == len(quarantine)
    check_table(validated.records["census_february"], WHOLE_SCHOOL_TABLES["census_february"], "accepted")
    assert not pd.isna(quarantine["reason"]).any()
