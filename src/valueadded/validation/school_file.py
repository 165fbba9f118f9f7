"""The cells of one file with ready-made values of schools, judged: accepted, put aside or merged."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.config.reading import InputFile, Reading
from valueadded.config.school_values import SchoolValues
from valueadded.validation.column_notes import note_texts
from valueadded.validation.examples import mask_examples
from valueadded.validation.id_map import read_id_map
from valueadded.validation.notes import Note, tabulate_notes
from valueadded.validation.prescan import read_source
from valueadded.validation.quarantine import Parted, part_records
from valueadded.validation.reconciliation import reconcile_file
from valueadded.validation.record_notes import note_identifiers
from valueadded.validation.school_cells import Cells, read_cells
from valueadded.validation.school_checks import school_checks
from valueadded.validation.source_rows import SourceRows

TABLE = "school_values"


@dataclass(frozen=True)
class JudgedFile:
    """The cells of one file.

    cells : accepted, with `left_out`, what the row is in words where it is no school of the study
    quarantine : cells put aside, with `school_id`, `measure` and `calendar_year` where they are known
    merged : exact repeats, `source_file` and `measure`
    ledger : one row
    notes : what was noticed, one row for each note
    examples : a few cells put aside for each reason and column, masked
    """

    cells: pd.DataFrame
    quarantine: pd.DataFrame
    merged: pd.DataFrame
    ledger: pd.DataFrame
    notes: pd.DataFrame
    examples: pd.DataFrame


def judge_file(folder: str | Path, file: SchoolValues, section: str, numbered: int = 0) -> JudgedFile:
    """Return the cells of one file; `numbered` cells of its rows have been read before.

    Raises
    ------
    SourceError
        If the file is refused as a whole.
    """
    how = file.model_dump(include={"sheet", "delimiter", "encoding", "last_line_end"})
    reading = Reading(files=[InputFile(path=file.path)], **how)
    source = read_source(Path(folder, file.path), reading, section)
    found = read_cells(source, file, section, read_id_map(folder, file.id_map, section))
    frame, measures = found.records.frame, np.array([*file.measures], dtype=object)
    gone = ~pd.isna(found.left_out)
    schools = replace(found.records, frame=frame.loc[~gone])
    checks = school_checks(file, section, has_types=found.has_types)
    parted = part_records(schools, source, checks, TABLE, file.path)
    cells = pd.concat([parted.accepted, frame.loc[gone].assign(left_out=found.left_out[gone])])
    cells = cells.reindex(columns=[*frame.columns, "left_out"]).astype({"left_out": "str"})
    quarantine = parted.quarantine
    quarantine["measure"] = measures[quarantine["record"].to_numpy() - 1]
    for name in ("school_id", "calendar_year"):
        quarantine[name] = frame[name].reindex(quarantine.index)
    _name_columns(quarantine, file)
    ledger = reconcile_file(
        file.path,
        TABLE,
        source.rows_in * len(measures),
        cells.index.to_numpy(),
        quarantine.index.to_numpy(),
        parted.merged,
        int(gone.sum()),
        source.content,
    )
    merged = frame.loc[parted.merged, ["measure"]].assign(source_file=file.path)
    notes = tabulate_notes(_notes_of(source, found, parted), file.path, TABLE)
    examples = mask_examples(quarantine, source)
    for part in (cells, quarantine):
        part["record"] += numbered
    return JudgedFile(cells.assign(source_file=file.path), quarantine, merged, ledger, notes, examples)


def _notes_of(source: SourceRows, found: Cells, parted: Parted) -> Iterator[Note]:
    """Yield what is worth saying about a file; columns that nothing reads are the rule in such files."""
    yield from source.notes
    yield from note_texts(source, found.columns_read)
    origin = found.records.origins.get("school_id")
    if origin is not None:
        yield from note_identifiers(parted.accepted["school_id"], origin)
    if len(parted.merged):
        yield Note("repeats_merged", "", len(parted.merged), "each cell once")


def _name_columns(quarantine: pd.DataFrame, file: SchoolValues) -> None:
    """Put the column of the file that a measure comes from in the place of the table's."""
    for place, row in quarantine[["reason", "measure"]].iterrows():
        entry = file.measures[row["measure"]]
        if row["reason"] == "value_not_a_number":
            quarantine.loc[place, "column"] = entry.column
        if row["reason"] == "students_not_a_number" and entry.n_students is not None:
            quarantine.loc[place, "column"] = entry.n_students.column or ""
