"""Part the records of a file: accepted, put aside with one reason, or merged as exact repeats."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.contracts.records import INPUT_TABLES
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.validation.mapping import Records
from valueadded.validation.row_check import Mask, RowCheck
from valueadded.validation.source_rows import SourceRows

# What several rows with one key may not disagree about; two records of one student in one test are a
# finding for matching, where both can be seen together.
EXCLUSIVE_KEYS = {
    "assessments": [],
    "students": ["student_id", "calendar_year"],
    "schools": ["school_id", "calendar_year"],
    "matched": ["student_id", "domain", "year"],
    "teacher_scores": ["student_id", "domain", "calendar_year"],
    "teacher_links": ["student_id", "domain", "calendar_year", "teacher_id"],
    "school_values": ["school_id", "calendar_year", "measure"],
    **{name: list(table.unique or []) for name, table in WHOLE_SCHOOL_TABLES.items()},
}
# Where repeats are looked for before whole rows are compared.
REPEAT_KEYS = EXCLUSIVE_KEYS | {"assessments": ["student_id", "domain", "calendar_year", "year_level"]}


@dataclass(frozen=True)
class Parted:
    """The records of one file by outcome.

    accepted : records, columns as in Records.frame, types as in the contract, index their keys
    quarantine : one row for each record put aside, columns as in the contract, index their keys
    merged : int64, keys of exact repeats of an accepted record
    """

    accepted: pd.DataFrame
    quarantine: pd.DataFrame
    merged: NDArray[np.int64]


def part_records(
    records: Records, source: SourceRows, checks: list[RowCheck], table: str, source_file: str
) -> Parted:
    """Return the records of one file by outcome; each is in exactly one."""
    frame = records.frame
    fault = first_fault(frame, checks)
    sound = np.flatnonzero(fault < 0)
    repeats = np.zeros(len(frame), dtype=bool)
    if records.identified:
        conflicting, repeating = find_repeats(frame, table, sound)
        fault[sound[conflicting]] = len(checks)
        repeats[sound[repeating]] = True
    faulty = _faulty_rows(frame, fault, [*checks, _conflict_of(table)], records.origins)
    misshapen = _misshapen_rows(source, records.records_a_row)
    quarantine = pd.concat([faulty, misshapen]) if len(misshapen) else faulty
    quarantine.insert(0, "table", pd.Series(table, quarantine.index, dtype="str"))
    quarantine.insert(0, "source_file", pd.Series(source_file, quarantine.index, dtype="str"))
    accepted = as_contracted(frame.loc[(fault < 0) & ~repeats], table)
    return Parted(accepted, quarantine, frame.index[repeats].to_numpy())


def first_fault(frame: pd.DataFrame, checks: list[RowCheck]) -> NDArray[np.int64]:
    """Return the place of the first rule each record breaks, -1 where it keeps them all; shape (n,)."""
    fault = np.full(len(frame), -1)
    for place, check in reversed(list(enumerate(checks))):
        fault[check.broken(frame)] = place
    return fault


def find_repeats(frame: pd.DataFrame, table: str, sound: NDArray[np.int64]) -> tuple[Mask, Mask]:
    """Return which records conflict with another of the same key, and which only repeat an earlier one.

    `sound` holds the places of the records that are looked at, shape (n,); so are both masks.
    """
    conflicting, repeating = np.zeros(len(sound), dtype=bool), np.zeros(len(sound), dtype=bool)
    suspects = frame[REPEAT_KEYS[table]].duplicated(keep=False).to_numpy()[sound]
    if not suspects.any():
        return conflicting, repeating
    rows = frame.iloc[sound[suspects]].drop(columns=["source_row", "record"], errors="ignore")
    repeat = rows.duplicated(keep="first")
    if EXCLUSIVE_KEYS[table]:
        distinct = (
            (~repeat).groupby([rows[name] for name in EXCLUSIVE_KEYS[table]], sort=False).transform("sum")
        )
        conflict = (distinct > 1).to_numpy()
    else:
        conflict = np.zeros(len(rows), dtype=bool)
    conflicting[suspects] = conflict
    repeating[suspects] = repeat.to_numpy() & ~conflict
    return conflicting, repeating


def as_contracted(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return sound records in the types of their contract; years and year levels become whole numbers."""
    whole = [name for name, column in INPUT_TABLES[table].columns.items() if str(column.dtype) == "int64"]
    return frame.astype(dict.fromkeys(whole, "int64"))


def _conflict_of(table: str) -> RowCheck:
    """Return the rule that `find_repeats` has found broken."""
    expected = f"one set of values for each {', '.join(EXCLUSIVE_KEYS[table])}"

    def conflicts(frame: pd.DataFrame) -> Mask:
        return find_repeats(frame, table, np.arange(len(frame)))[0]

    return RowCheck("conflicting_duplicate", "", expected, conflicts)


def _faulty_rows(
    frame: pd.DataFrame, fault: NDArray[np.int64], checks: list[RowCheck], origins: dict[str, str]
) -> pd.DataFrame:
    """Return the quarantine's rows for records that break a rule, in file order."""
    broken = fault >= 0
    rows = frame.loc[broken, ["source_row", "record"]].astype("int64")
    words = {
        "reason": [check.reason for check in checks],
        "column": [origins.get(check.column, check.column) for check in checks],
        "detail": [check.expected for check in checks],
    }
    for name, word in words.items():
        rows[name] = pd.array(np.array(word, dtype=object)[fault[broken]], dtype="str")
    return rows


def _misshapen_rows(source: SourceRows, records_a_row: int) -> pd.DataFrame:
    """Return the quarantine's rows for lines whose fields do not fit the header."""
    source_row = np.repeat(np.fromiter(source.misshapen, "int64", len(source.misshapen)), records_a_row)
    record = np.tile(np.arange(1, records_a_row + 1), len(source.misshapen))
    reason = np.repeat(np.array(list(source.misshapen.values()), dtype=object), records_a_row)
    count = len(source_row)
    return pd.DataFrame(
        {
            "source_row": source_row,
            "record": record,
            "reason": pd.array(reason, dtype="str"),
            "column": pd.array([""] * count, dtype="str"),
            "detail": pd.array(["as many fields as the header has"] * count, dtype="str"),
        },
        index=pd.Index((source_row - 1) * records_a_row + record, name="record_key"),
    )
