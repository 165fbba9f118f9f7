"""Ready-made values of schools: every cell ends as a value or with a reason, whatever stands in the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from valueadded.config.school_values import SchoolValues
from valueadded.contracts.intake_adjusted_records import INTAKE_ADJUSTED_ANNUAL, INTAKE_ADJUSTED_SCHOOL_TYPES
from valueadded.contracts.records import (
    LEDGER,
    QUARANTINE,
    SCHOOL_VALUE_ACCOUNT,
    SCHOOL_VALUE_REASONS,
    SCHOOL_VALUES,
)
from valueadded.errors import SourceError
from valueadded.table_io import check_table
from valueadded.validation.school_values import YearlyValues, read_school_values

HEADER = "KIND,ID,TYPE,READ,PUPILS,ROLL,FSM"
ROWS = [
    "1,001,CY,104.5,30,210,12%",
    "1,002,AC,SUPP,4,80,0%",
    '1,003,CY,99,25,"1,204",NEW',
    "3,,,103,5000,400000,20%",
]
FILE: dict[str, Any] = {
    "path": "tables.csv",
    "calendar_year": 2019,
    "columns": {
        "school_id": "ID",
        "school_type": {"column": "TYPE", "codes": {"CY": "Community", "AC": "Academy"}},
    },
    "rows": [{"column": "KIND", "keep": ["1"], "drop": {"3": "authority total"}}],
    "codes": {"SUPP": "suppressed", "NEW": "new school"},
    "measures": {
        "reading": {"column": "READ", "n_students": "PUPILS"},
        "pupils": {"column": "ROLL", "thousands": ","},
        "fsm": {"column": "FSM", "percent": True},
    },
}
Read = Callable[..., YearlyValues]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes lines to a file, with further files beside it, and reads them all."""

    def run(lines: list[str] = ROWS, header: str = HEADER, others: Any = (), **changes: Any) -> YearlyValues:
        (tmp_path / "tables.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        files = [SchoolValues(**(FILE | changes))]
        for text, entry in others:
            (tmp_path / entry["path"]).write_text(text, encoding="utf-8")
            files.append(SchoolValues(**entry))
        found = read_school_values(tmp_path, files)
        for table, contract in (
            (found.values, SCHOOL_VALUES),
            (found.annual, INTAKE_ADJUSTED_ANNUAL),
            (found.school_types, INTAKE_ADJUSTED_SCHOOL_TYPES),
            (found.value_reasons, SCHOOL_VALUE_REASONS),
            (found.account, SCHOOL_VALUE_ACCOUNT),
            (found.quarantine, QUARANTINE),
            (found.ledger, LEDGER),
        ):
            check_table(table, contract, contract.name)
        # Whatever the case: the account has every cell of every file once.
        counted = found.account.groupby("source_file")["cells"].sum()
        assert counted.to_dict() == found.ledger.set_index("source_file")["rows_in"].to_dict()
        return found

    return run


def value_of(found: YearlyValues, school: str, measure: str) -> tuple[float, float]:
    rows = found.annual[(found.annual["school_id"] == school) & (found.annual["measure"] == measure)]
    return tuple(rows[["value", "n_students"]].fillna(-1).to_numpy()[0])


def cells(found: YearlyValues) -> dict[tuple[str, str, str], int]:
    return found.account.set_index(["measure", "fate", "reason"])["cells"].to_dict()


def test_every_cell_is_a_value_or_missing_with_its_reason(read):
    found = read()
    assert value_of(found, "001", "reading") == (104.5, 30)
    assert value_of(found, "001", "fsm") == (12, -1)
    assert value_of(found, "003", "pupils") == (1204, -1)
    assert value_of(found, "002", "reading")[0] == -1
    assert found.value_reasons[["school_id", "measure", "reason"]].to_numpy().tolist() == [
        ["002", "reading", "suppressed"],
        ["003", "fsm", "new school"],
    ]
    assert cells(found) == {
        ("fsm", "left out", "authority total"): 1,
        ("fsm", "missing", "new school"): 1,
        ("fsm", "value", ""): 2,
        ("pupils", "left out", "authority total"): 1,
        ("pupils", "value", ""): 3,
        ("reading", "left out", "authority total"): 1,
        ("reading", "missing", "suppressed"): 1,
        ("reading", "value", ""): 2,
    }
    assert found.ledger.drop(columns=["source_file", "table", "content"]).to_numpy().tolist() == [
        [12, 12, 0, 0, 3]
    ]
    assert found.school_types["school_type"].tolist() == ["Community", "Academy", "Community"]
    assert found.quarantine.empty


@pytest.mark.parametrize(
    ("row", "reason", "column", "remedy", "measures"),
    [
        ("1,004,CY,good,30,210,12%", "value_not_a_number", "READ", "input.school_values.0.codes", 1),
        ("1,004,CY,101,many,210,12%", "students_not_a_number", "PUPILS", "input.school_values.0.codes", 1),
        ("1,004,CY,101,-3,210,12%", "students_not_a_number", "PUPILS", "0 or more", 1),
        ("1,004,CY,101%,30,210,12%", "value_not_a_number", "READ", "`percent`", 1),
        ("1,004,XX,101,30,210,12%", "code_unknown", "TYPE", "input.school_values.0.columns.school_type", 3),
        ("1,004,,101,30,210,12%", "school_type_missing", "TYPE", "columns.school_type", 3),
        ("9,004,CY,101,30,210,12%", "code_unknown", "KIND", "input.school_values.0.rows", 3),
        ("1,,CY,101,30,210,12%", "school_id_missing", "ID", "a value in every row", 3),
        ("1,1.2E+11,CY,101,30,210,12%", "identifier_damaged", "ID", "all its digits", 3),
        ("1,0\x0104,CY,101,30,210,12%", "character_not_allowed", "ID", "one line", 3),
        ("1,004,CY,101,30,210", "fields_too_few", "", "as many fields", 3),
    ],
)
def test_what_cannot_be_read_is_put_aside_with_file_row_column_and_remedy(
    read, row, reason, column, remedy, measures
):
    found = read([*ROWS, row])
    assert found.quarantine["source_file"].unique().tolist() == ["tables.csv"]
    assert found.quarantine["source_row"].unique().tolist() == [5]
    assert found.quarantine["reason"].tolist() == [reason] * measures
    assert set(found.quarantine["column"]) == {column}
    assert remedy in found.quarantine["detail"].iloc[0]
    # A cell of a school that is known says so in the list of reasons, too.
    known = found.value_reasons[found.value_reasons["school_id"] == "004"]
    assert set(known["reason"]) <= {reason}
    # The rest of the row is of use where one cell is at fault.
    assert (found.annual["school_id"] == "004").sum() == (3 - measures)


def test_a_year_may_be_a_column(read):
    rows = ["1,001,CY,104,30,210,1%,2018", "1,001,CY,105,30,210,1%,2019", "1,001,CY,106,30,210,1%,next"]
    columns = FILE["columns"] | {"calendar_year": "YEAR"}
    found = read(rows, HEADER + ",YEAR", calendar_year=None, columns=columns)
    years = found.annual.loc[found.annual["measure"] == "reading"].set_index("calendar_year")["value"]
    assert years.to_dict() == {2018: 104, 2019: 105}
    assert set(found.quarantine["reason"]) == {"year_not_a_number"}


def test_a_column_that_is_not_there_is_named_with_its_key(read):
    measures = FILE["measures"] | {"sen": "SEN"}
    rows = [{"column": "RECTYPE", "drop": {"3": "total"}}]
    with pytest.raises(SourceError) as fault:
        read(measures=measures, rows=rows)
    assert "tables.csv: missing column" in str(fault.value)
    assert "'SEN' (input.school_values.0.measures.sen)" in str(fault.value)
    assert "'RECTYPE' (input.school_values.0.rows)" in str(fault.value)
    assert "'READ'" in str(fault.value)


def test_repeats_are_merged_and_contradictions_put_aside(read):
    found = read([*ROWS, ROWS[0], ROWS[1].replace(",80,", ",81,")])
    fates = found.account.groupby("fate")["cells"].sum().to_dict()
    # The whole first row again; of the second row two cells again, and one that contradicts another.
    assert (fates["merged"], fates["quarantined"]) == (5, 2)
    assert set(found.quarantine["reason"]) == {"conflicting_duplicate"}
    assert found.value_reasons["reason"].tolist().count("conflicting_duplicate") == 1


def test_rows_that_are_not_dropped_are_kept_where_no_code_is_asked_for(read):
    found = read(rows=[{"column": "KIND", "drop": {"3": "authority total"}}])
    assert set(found.annual["school_id"]) == {"001", "002", "003"}
    assert found.quarantine.empty


def test_students_of_another_measure_or_one_number(read):
    measures = {
        "reading": {"column": "READ", "n_students": {"measure": "pupils"}},
        "pupils": {"column": "ROLL", "thousands": ","},
        "fsm": {"column": "FSM", "percent": True, "n_students": 25},
    }
    found = read([*ROWS, "1,004,CY,100,30,,5%"], measures=measures)
    assert value_of(found, "003", "reading") == (99, 1204)
    assert value_of(found, "003", "fsm")[1] == 25
    reasons = found.value_reasons.set_index(["school_id", "measure"])["reason"]
    assert reasons["004", "reading"] == "no number of students: no pupils"
    assert reasons["004", "pupils"] == "no value in the file"


def test_a_count_that_is_suppressed_hides_its_value(read):
    found = read([*ROWS, "1,004,CY,100,SUPP,120,5%"])
    assert value_of(found, "004", "reading") == (-1, -1)
    reasons = found.value_reasons.set_index(["school_id", "measure"])["reason"]
    assert reasons["004", "reading"] == "no number of students: suppressed"


ABSENCE = {"path": "absence.csv", "calendar_year": 2019, "measures": {"absence": "PERCENT"}}


def test_a_second_file_adds_measures_to_schools_with_a_type(read):
    text = "school_id,PERCENT\n001,4.1\n777,9.9\n"
    found = read(others=[(text, ABSENCE)])
    assert value_of(found, "001", "absence") == (4.1, -1)
    assert "777" not in set(found.annual["school_id"])
    assert cells(found)["absence", "left out", "no file gives the school a type"] == 1


def test_two_files_may_not_give_the_same_cell(read):
    text = "school_id,PERCENT\n003,98\n"
    with pytest.raises(SourceError, match=r"row 3 of tables.csv and row 1 of absence.csv both have reading"):
        read(others=[(text, ABSENCE | {"measures": {"reading": "PERCENT"}})])


def test_two_files_may_not_differ_about_a_type(read):
    text = "school_id,school_type,PERCENT\n003,Academy,4\n"
    with pytest.raises(
        SourceError, match=r"school '003' has two types in 2019: 'Community' .row 3 of tables"
    ):
        read(others=[(text, ABSENCE)])


def test_without_any_type_the_key_is_named(read):
    with pytest.raises(SourceError, match=r"no row has a school type; expected columns.school_type"):
        read(columns={"school_id": "ID"})


def test_one_file_may_be_read_twice(read):
    again = {name: FILE[name] for name in ("path", "columns", "rows", "codes")}
    again |= {"calendar_year": 2018, "measures": {"reading": {"column": "ROLL", "thousands": ","}}}
    rows = [*ROWS, "1,004,CY,1,1,x,1%"]
    found = read(rows, others=[("\n".join([HEADER, *rows, ""]), again)])
    years = found.annual[(found.annual["measure"] == "reading") & (found.annual["school_id"] == "003")]
    assert years.set_index("calendar_year")["value"].to_dict() == {2018: 1204, 2019: 99}
    assert found.ledger["rows_in"].tolist() == [5 * 4]
    # One cell in each reading; the second goes on counting where the first ended.
    assert found.quarantine["record"].tolist() == [2, 4]


class TestChangedIdentifiers:
    def read_changed(self, read: Read) -> YearlyValues:
        entry = ABSENCE | {"id_map": {"path": "changes.csv", "old": "was", "new": "is"}}
        return read(others=[("school_id,PERCENT\nold1,4.5\n002,3.5\n", entry)])

    @pytest.fixture
    def write(self, tmp_path: Path) -> Callable[[str], None]:
        def run(text: str) -> None:
            (tmp_path / "changes.csv").write_text(text, encoding="utf-8")

        return run

    def test_a_chain_is_followed_to_its_end(self, read, write):
        write("was,is\nold1,old2\nold2,003\n")
        found = self.read_changed(read)
        assert value_of(found, "003", "absence") == (4.5, -1)
        assert value_of(found, "002", "absence") == (3.5, -1)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("was,is\nold1,old2\nold2,old1\n", "'old1' lead in a circle"),
            ("was,is\nold1,003\nold1,004\n", "row 2 gives 'old1' a second follower, '004'"),
            ("was,is\nold1,\n", "row 1 has no two identifiers"),
            ("was,becomes\nold1,003\n", r"missing column 'is' \(input.school_values.1.id_map.new\)"),
        ],
    )
    def test_a_map_that_leads_nowhere_is_refused(self, read, write, text, words):
        write(text)
        with pytest.raises(SourceError, match=words):
            self.read_changed(read)

    def test_two_schools_that_became_one_contradict_each_other(self, read, write):
        write("was,is\nold1,002\n")
        found = self.read_changed(read)
        assert set(found.quarantine["reason"]) == {"conflicting_duplicate"}
        assert found.quarantine["source_row"].tolist() == [1, 2]


def test_a_last_line_without_an_end_is_a_choice(tmp_path):
    (tmp_path / "tables.csv").write_text("\n".join([HEADER, *ROWS]), encoding="utf-8")
    with pytest.raises(SourceError, match=r"no line end.*input.school_values.0.last_line_end"):
        read_school_values(tmp_path, [SchoolValues(**FILE)])
    found = read_school_values(tmp_path, [SchoolValues(**FILE, last_line_end=False)])
    assert found.ledger["rows_in"].tolist() == [12]


def test_numbers_of_a_typed_file_are_read_alike(read, tmp_path):
    text = read().annual
    frame = pd.read_csv(tmp_path / "tables.csv", dtype={"KIND": str, "ID": str})
    frame.to_parquet(tmp_path / "tables.parquet")
    found = read_school_values(tmp_path, [SchoolValues(**(FILE | {"path": "tables.parquet"}))])
    pd.testing.assert_frame_equal(found.annual, text)
