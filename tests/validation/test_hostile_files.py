"""Input files that mean harm: refused by name, or their records put aside; nothing runs, nothing is shown."""

import time
import zipfile
from pathlib import Path

import pytest

from valueadded.errors import SourceError, ValueAddedError

LINE = "0001,013,2017,3,reading,present,500,20"
# What is planted in a record -> the record. The identifier is the first cell, the school the second.
RECORDS = {
    "a formula as student": "=1+1,013,2017,3,reading,present,500,20",
    "a script as student": "<script>alert(1)</script>,013,2017,3,reading,present,500,20",
    "a path as school": "0002,../../../etc/passwd,2017,3,reading,present,500,20",
    "a template as school": "0002,{{7*7}},2017,3,reading,present,500,20",
    "a wildcard as school": "0002,{domain},2017,3,reading,present,500,20",
    "a database command": "0002,'; DROP TABLE x; --,2017,3,reading,present,500,20",
    "a control character": "00\x0102,013,2017,3,reading,present,500,20",
    "a NUL": "00\x0002,013,2017,3,reading,present,500,20",
    "a line separator": "00\u202802,013,2017,3,reading,present,500,20",
    "a domain as path": "0002,013,2017,3,../../x,present,500,20",
    "a number as code": "0002,013,2017,3,reading,present,__import__('os'),20",
    "infinity": "0002,013,2017,3,reading,present,1e999,20",
    "a field of a million characters": "0" * 1_000_000 + ",013,2017,3,reading,present,500,20",
}


@pytest.mark.parametrize("name", RECORDS)
def test_hostile_record_is_a_text_or_put_aside(validate, tmp_path: Path, name: str) -> None:
    before = set(tmp_path.iterdir())
    try:
        found = validate([LINE, RECORDS[name]])
    except ValueAddedError as refusal:
        assert "records.csv" in str(refusal)
        assert len(str(refusal)) < 1000, "a refusal does not repeat what it found"
        return
    ledger = found.ledger.iloc[0]
    assert ledger["rows_in"] == 2
    assert ledger["accepted"] + ledger["quarantined"] == 2
    assert not found.quarantine["detail"].str.contains("DROP|script|import|etc/passwd|7\\*7").any()
    assert {path.name for path in tmp_path.iterdir()} - {path.name for path in before} == {"records.csv"}


@pytest.mark.parametrize("name", ["a control character", "a NUL", "a line separator", "infinity"])
def test_what_no_record_may_hold_is_put_aside(validate, name: str) -> None:
    try:
        found = validate([LINE, RECORDS[name]])
    except SourceError:
        return
    assert found.ledger["quarantined"].tolist() == [1]


def test_an_open_quotation_does_not_swallow_the_file(validate) -> None:
    lines = [
        LINE,
        '"0002,013,2017,3,reading,present,500,20',
        *(LINE.replace("0001", f"1{n:03d}") for n in range(200)),
    ]
    try:
        found = validate(lines)
    except SourceError:
        return
    assert (
        found.ledger["accepted"].item() + found.ledger["quarantined"].item() == found.ledger["rows_in"].item()
    )
    assert found.ledger["accepted"].item() >= 201, "two hundred records are not one field"


def test_a_workbook_that_grows_a_thousandfold_is_no_trap(tmp_path: Path) -> None:
    """What is called a workbook and holds 64 million zeros in a few thousand bytes is refused by name."""
    from valueadded.config.input import InputFile, Reading
    from valueadded.validation.prescan import read_source

    path = tmp_path / "records.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"0" * 64_000_000)
    start = time.process_time()
    with pytest.raises(SourceError, match=r"records\.xlsx"):
        read_source(path, Reading(files=[InputFile(path="records.xlsx")]), "input.assessments")
    assert time.process_time() - start < 30
