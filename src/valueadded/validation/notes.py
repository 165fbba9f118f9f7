"""What is worth saying about a file that is accepted."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

import pandas as pd


@dataclass(frozen=True)
class Note:
    """One thing noticed.

    note : code, a key of NOTES
    column : column of the file; empty where it is the whole file
    records : records concerned; rows or lines where no record can be named
    detail : what to look at, in words, with the configuration key to change; never a value
    """

    note: str
    column: str
    records: int
    detail: str


def tabulate_notes(notes: Iterable[Note], source_file: str, table: str) -> pd.DataFrame:
    """Return the notes of one file, columns as in the contract; equal notes on one column become one."""
    joined: dict[tuple[str, str], Note] = {}
    for note in notes:
        key = (note.note, note.column)
        if key in joined:
            before = joined[key]
            detail = "; ".join(dict.fromkeys([before.detail, note.detail]))
            note = replace(before, records=before.records + note.records, detail=detail)
        joined[key] = note
    rows = [(source_file, table, *astuple(note)) for note in joined.values()]
    names = ["source_file", "table", "note", "column", "records", "detail"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype(dict.fromkeys(names, "str") | {"records": "int64"})
