"""Files that cannot be trusted as a whole are refused by name; every format keeps identifiers."""

import gzip
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as arrow
import pyarrow.parquet
import pyreadstat
import pytest

from valueadded.config.input import InputFile, Reading
from valueadded.config.stages import Validation
from valueadded.errors import SourceError
from valueadded.validation import validate_file
from valueadded.validation.prescan import read_source

IDS = ["0007", "12345678901234567890", "00000000000000000001"]
TABLE = pd.DataFrame(
    {
        "student_id": IDS,
        "school_id": [7, 12, 7],
        "calendar_year": [2017.0, 2017.0, 2017.0],
        "year_level": [5, 5, 3],
        "domain": ["reading"] * 3,
        "score": [500.25, None, 410.0],
        "level": [2.0, None, 3.5],
    }
)


def write_csv(path: Path) -> None:
    TABLE.to_csv(path, index=False)


def write_parquet(path: Path) -> None:
    table = arrow.Table.from_pandas(TABLE, preserve_index=False)
    coded = table["student_id"].dictionary_encode()
    arrow.parquet.write_table(table.set_column(0, "student_id", coded), path)


def write_excel(path: Path) -> None:
    TABLE.to_excel(path, index=False)


def write_stata(path: Path) -> None:
    TABLE.astype({"student_id": object, "domain": object}).to_stata(path, write_index=False, version=118)


def write_spss(path: Path) -> None:
    pyreadstat.write_sav(TABLE, str(path), variable_value_labels={"school_id": {7: "North"}})


def write_sas(path: Path) -> None:
    pyreadstat.write_xport(TABLE, str(path), file_format_version=8)


WRITERS: dict[str, Callable[[Path], None]] = {
    "records.csv": write_csv,
    "records.csv.gz": write_csv,
    "records.parquet": write_parquet,
    "records.xlsx": write_excel,
    "records.dta": write_stata,
    "records.sav": write_spss,
    "records.xpt": write_sas,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_records(tmp_path, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        WRITERS[name](tmp_path / name)
    file = InputFile(path=name)
    reading = Reading(
        files=[file], covariates={"band": "level", "size": {"column": "level", "kind": "number"}}
    )
    validated = validate_file(
        tmp_path / name,
        "assessments",
        file,
        reading,
        Validation(year_levels=[3, 5]),
        [2017],
        [3, 5],
        ["reading"],
    )
    assert validated.quarantine.empty
    upper = validated.parts[2017, 5].sort_values("source_row")
    assert upper["student_id"].tolist() == IDS[:2]
    assert upper["school_id"].tolist() == ["7", "12"]
    assert upper["participation"].tolist() == ["present", "absent"]
    assert upper["score"].tolist()[0] == 500.25
    assert upper["band"].tolist()[0] in ("2", "2.0")  # text formats keep what they say
    assert upper["band"].isna().tolist() == [False, True]
    assert upper["size"].tolist()[0] == 2.0
    assert validated.parts[2017, 3]["student_id"].tolist() == IDS[2:]


@pytest.mark.parametrize("name", ["ids.parquet", "ids.xlsx"])
def test_identifiers_that_lost_digits_are_put_aside(tmp_path, name):
    path = tmp_path / name
    table = pd.DataFrame({"student_id": [1.2345678901234567e19, 5.0], "calendar_year": [2017, 2017]})
    table.to_parquet(path) if name.endswith("parquet") else table.to_excel(path, index=False)
    file = InputFile(path=name)
    validated = validate_file(
        path, "students", file, Reading(files=[file]), Validation(year_levels=[3]), [2017], [], []
    )
    assert validated.quarantine[["source_row", "reason"]].to_numpy().tolist() == [[1, "identifier_damaged"]]
    assert validated.parts[2017, None]["student_id"].tolist() == ["5"]


def test_whole_numbers_with_gaps_keep_their_digits(tmp_path):
    path = tmp_path / "ids.parquet"
    arrow.parquet.write_table(arrow.table({"student_id": arrow.array([9007199254740993, None])}), path)
    source = read_source(path, Reading(files="ids.parquet"), "input.students")
    assert source.rows["student_id"].astype("str").tolist()[0] == "9007199254740993"


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"\n\n", "empty"),
    "header only": (b"a,b\n", "no rows"),
    "repeated name": (b"a,b,a\n1,2,3\n", "repeats 'a'"),
    "cut off": (b"a,b\n1,2\n1,2", "cut off"),
    "wrong encoding": ("a,b\n1,é\n".encode("cp1252"), "line 2 cannot be decoded as utf-8"),
    "utf-16": ("a,b\n1,2\n".encode("utf-16"), "utf-16"),
    "blank first line": (b"\na,b\n1,2\n", "first line is blank"),
    "spaces for a first line": (b"  \r\na,b\r\n1,2\r\n", "first line is blank"),
    "header without end": (b"a" * 200_000 + b",b\n1,2\n", r"cannot be read as text separated by ','"),
    "open quotation": (b'a,b\n"1,2\n3,4\n', "never closed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_untrustworthy_text_is_refused_by_name(tmp_path, case):
    content, words = REFUSED[case]
    path = tmp_path / "scores.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words) as refusal:
        read_source(path, Reading(files="scores.csv"), "input.assessments")
    assert "scores.csv" in str(refusal.value)


@pytest.mark.parametrize("delimiter", ["§", "\n"])
def test_delimiter_that_separates_nothing_is_refused_by_name(tmp_path, delimiter):
    path = tmp_path / "scores.csv"
    path.write_text(f"a{delimiter}b\n1{delimiter}2\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"scores\.csv: cannot be read.*input\.assessments\.delimiter"):
        read_source(path, Reading(files="scores.csv", delimiter=delimiter), "input.assessments")


@pytest.mark.parametrize(
    "name", ["scores.xlsx", "scores.parquet", "scores.dta", "scores.sav", "scores.csv.gz"]
)
def test_damaged_file_is_refused_by_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"canary77, nothing of the kind\n")
    with pytest.raises(SourceError, match=name) as refusal:
        read_source(path, Reading(files=name), "input.assessments")
    assert "canary77" not in str(refusal.value)


def test_missing_file_and_unknown_format_are_refused(tmp_path):
    with pytest.raises(SourceError, match=r"no such file.*data_folder"):
        read_source(tmp_path / "absent.csv", Reading(files="absent.csv"), "input.assessments")
    (tmp_path / "scores.pdf").write_bytes(b"x")
    with pytest.raises(SourceError, match=r"'\.pdf'"):
        read_source(tmp_path / "scores.pdf", Reading(files="scores.pdf"), "input.assessments")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_row_numbers(tmp_path, end):
    path = tmp_path / "scores.csv.gz"
    lines = ["\ufeffa,b", "01,x", "1,2,3", "", "4", '"5 ""five""",y', ""]
    path.write_bytes(gzip.compress(end.join(lines).encode()))
    source = read_source(path, Reading(files="scores.csv.gz"), "input.assessments")
    assert source.rows["a"].tolist() == ["01", "", '5 "five"']
    assert source.source_row.tolist() == [1, 3, 5]
    assert source.misshapen == {2: "fields_too_many", 4: "fields_too_few"}
    assert source.rows_in == 5


def test_rows_are_numbered_across_line_breaks_in_quotes(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text('a,b\n"1\n2",x\n3\n4,y\n')
    source = read_source(path, Reading(files="scores.csv"), "input.assessments")
    assert source.source_row.tolist() == [1, 3]
    assert source.misshapen == {2: "fields_too_few"}
