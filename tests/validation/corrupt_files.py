"""Corrupt a valid file in its bytes or cells, and ask of validation that it loses nothing and never breaks.

`.venv/bin/python tests/validation/corrupt_files.py records 10000` runs that many corruptions and writes
`benchmarks/corruption.md`, `values 1000` the page of values of schools beside it; `test_corruption.py` runs
some of the same in every run of the tests.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from valueadded.config.input import InputFile, Reading
from valueadded.config.school_values import SchoolValues
from valueadded.config.stages import Validation
from valueadded.errors import SourceError
from valueadded.validation import NOTES, REASONS, REFUSALS, ValidatedFile, validate_file
from valueadded.validation.school_values import read_school_values

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PAGES = {"records": BENCHMARKS / "corruption.md", "values": BENCHMARKS / "corruption-values.md"}
HEADER = "student_id,school_id,calendar_year,year_level,domain,participation,score,score_se,remark"
VALID = "\n".join(
    [
        HEADER,
        "0001,012,2017,3,reading,present,412.5,20.1,",
        "0002,012,2017,3,numeracy,present,388,19,late",
        '0003,013,2017,5,reading,present,530,19,"moved, then back"',
        "12345678901234567890,013,2017,5,numeracy,absent,,,",
        "0005,A14,2017,5,reading,refused,0,,",
        '0006,A14,2017,7,spelling,present,600,22,"said ""no"""',
        "",
    ]
).encode()
VALUES = "\n".join(
    [
        "RECTYPE,URN,TYPE,READ,PUPILS,ROLL,FSM",
        '1,100001,CY,104.5,30,"1,204",12%',
        "1,100002,AC,SUPP,4,80,0%",
        "1,100003,CY,99,25,210,NEW",
        "2,100004,CY,98,12,60,50%",
        "4,NAT,,103,5000,400000,20%",
        "",
    ]
).encode()
VALUE_COLUMNS: dict[str, Any] = {
    "calendar_year": 2019,
    "columns": {"school_id": "URN", "school_type": {"column": "TYPE", "codes": {"CY": "old", "AC": "new"}}},
    "rows": [{"column": "RECTYPE", "keep": ["1"], "drop": {"2": "special school", "4": "national total"}}],
    "codes": {"SUPP": "suppressed", "NEW": "new school"},
    "measures": {
        "reading": {"column": "READ", "n_students": "PUPILS"},
        "pupils": {"column": "ROLL", "thousands": ","},
        "fsm": {"column": "FSM", "percent": True},
    },
}
TEXTS = [
    b"",
    b"NA",
    b"1,010",
    b"inf",
    b"nan",
    b"-1",
    b"9999",
    b"1.2E+11",
    b"=1+1",
    b"3-Apr",
    b"Total",
    b"#N/A",
]
TEXTS += [
    "\u00a0",
    "\uff17",
    "\u200b",
    "\u00b9",
    "\ufeff",
    "\u0410",
    "\u00e9".encode("cp1252"),
    b"\x00",
    b"\x1a",
]
TEXTS += [
    b'"',
    b'""',
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b",",
    b";",
    HEADER.encode(),
    b"2016",
    b"4",
    b"present",
    b"%",
]
PIECES = st.sampled_from([text if isinstance(text, bytes) else text.encode() for text in TEXTS])
KINDS = ["flip", "cut", "remove", "insert", "cell", "cell", "cell", "line", "swap", "again", "ends"]
PLACES = st.integers(0, len(VALID) - 1)


@st.composite
def corrupted_files(draw: st.DrawFn, valid: bytes = VALID) -> bytes:
    """A valid file after one to four changes of bytes, cells or lines."""
    content = valid
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(KINDS))
        place = draw(PLACES) % max(len(content), 1)
        if kind == "flip":
            content = (
                content[:place]
                + bytes([draw(st.integers(1, 127) | st.integers(0, 255))])
                + content[place + 1 :]
            )
        elif kind == "cut":
            content = content[:place]
        elif kind == "remove":
            content = content[:place] + content[place + draw(st.integers(1, 80)) :]
        elif kind == "insert":
            content = content[:place] + draw(PIECES) + content[place:]
        elif kind == "ends":
            content = content.replace(b"\n", draw(st.sampled_from([b"\r", b"\r\n", b"\n\n", b",\n"])))
        else:
            content = _change_line(content, kind, place, draw(PIECES))
    return content


def _change_line(content: bytes, kind: str, place: int, piece: bytes) -> bytes:
    lines = content.split(b"\n")
    at, other = place % len(lines), place // 7 % len(lines)
    if kind == "line":
        lines.insert(at, piece)
    elif kind == "again":
        lines.insert(other, lines[at])
    elif kind == "swap":
        lines[at], lines[other] = lines[other], lines[at]
    else:
        fields = lines[at].split(b",")
        fields[place // 11 % len(fields)] = piece
        lines[at] = b",".join(fields)
    return b"\n".join(lines)


def outcome_of(content: bytes, folder: Path) -> str:
    """Validate a file, assert that every record is accounted for, and return what came of it."""
    path = folder / "records.csv"
    path.write_bytes(content)
    file = InputFile(path=path.name, calendar_year=2017)
    limits = Validation(year_levels=[3, 5, 7], score_minimum=0.0, score_maximum=1000.0)
    study = {"years": [2017], "levels": [3, 5], "domains": ["reading", "numeracy"]}
    try:
        validated = validate_file(path, "assessments", file, Reading(files=[file]), limits, **study)
    except SourceError as refusal:
        assert refusal.rule in REFUSALS
        assert "records.csv" in str(refusal)
        return f"refused: {refusal.rule}"
    _account(validated)
    if len(validated.quarantine):
        return "records put aside"
    return "accepted with a note" if len(validated.notes) else "accepted"


def outcome_of_values(content: bytes, folder: Path) -> str:
    """The same for a file with ready-made values of schools, of which every cell is accounted for."""
    path = folder / "values.csv"
    path.write_bytes(content)
    try:
        found = read_school_values(folder, [SchoolValues(path=path.name, **VALUE_COLUMNS)])
    except SourceError as refusal:
        assert refusal.rule in REFUSALS
        assert "input.school_values" in str(refusal) or "values.csv" in str(refusal)
        return f"refused: {refusal.rule}"
    counts = found.ledger.iloc[0]
    assert counts["rows_in"] == counts["accepted"] + counts["quarantined"] + counts["duplicates_merged"]
    assert counts["rows_in"] == found.account["cells"].sum()
    assert counts["quarantined"] == len(found.quarantine)
    assert set(found.quarantine["reason"]) <= set(REASONS)
    assert set(found.notes["note"]) <= set(NOTES)
    # A cell is a finite number or has a reason, never both.
    values = found.values["value"].to_numpy()
    assert np.isfinite(values[~np.isnan(values)]).all()
    assert (np.isnan(values) == found.values["missing_reason"].notna().to_numpy()).all()
    if len(found.quarantine):
        return "records put aside"
    return "accepted with a note" if len(found.notes) else "accepted"


def _account(validated: ValidatedFile) -> None:
    counts = validated.ledger.iloc[0]
    assert counts["rows_in"] == counts["accepted"] + counts["quarantined"] + counts["duplicates_merged"]
    assert counts["accepted"] == sum(map(len, validated.parts.values())) + len(validated.outside_study)
    assert counts["quarantined"] == len(validated.quarantine)
    assert set(validated.quarantine["reason"]) <= set(REASONS)
    assert set(validated.notes["note"]) <= set(NOTES)
    for part in validated.parts.values():
        scores = part["score"].to_numpy()
        present = (part["participation"] == "present").to_numpy(dtype=bool)
        assert np.isfinite(scores[present]).all()
        assert np.isnan(scores[~present]).all()


def count_outcomes(valid: bytes, outcome: Callable[[bytes, Path], str], examples: int) -> Counter[str]:
    """Corrupt a file in many ways and count what comes of it."""
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:

        @seed(8)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(corrupted_files(valid))
        def run(content: bytes) -> None:
            outcomes[outcome(content, Path(name))] += 1

        run()
    return outcomes


def main() -> None:
    kind, examples = sys.argv[1], int(sys.argv[2])
    valid, outcome = KINDS_OF_FILES[kind]
    outcomes = count_outcomes(valid, outcome, examples)
    rows = "\n".join(f"| {words} | {count:,} |" for words, count in outcomes.most_common())
    text = PAGE_TEXTS[kind].format(examples=outcomes.total(), rows=rows, changes=CHANGES)
    PAGES[kind].write_text(text, encoding="utf-8")


KINDS_OF_FILES = {"records": (VALID, outcome_of), "values": (VALUES, outcome_of_values)}
CHANGES = """changed in one to four places: bytes flipped, cut off, removed or put in,
cells replaced, lines repeated, swapped or put in, line ends exchanged."""
PAGE_TEXTS = {
    "records": """# Corrupted files

Written by `.venv/bin/python tests/validation/corrupt_files.py records 10000`; run it to renew this page.

A valid file of six records is {changes} Of each of the {examples:,} files
validation gave a refusal by name or an account in which rows in = accepted + put aside + repeats merged, with
a known reason for every record put aside and a finite score for every accepted present student. No other
error was raised: the run stops at the first. [The same](corruption-values.md) for values of schools.

| outcome | files |
|---|---:|
{rows}
""",
    "values": """# Corrupted files of values of schools

Written by `.venv/bin/python tests/validation/corrupt_files.py values 1000`; run it to renew this page.

A valid file with ready-made values of five
schools is {changes} Of each of the {examples:,} files
reading them gave a refusal by name or an account in which cells in = accepted + put aside + repeats merged,
each accepted cell being a finite number or missing with a reason. No other error was raised: the run stops at
the first.

| outcome | files |
|---|---:|
{rows}
""",
}

if __name__ == "__main__":
    main()
