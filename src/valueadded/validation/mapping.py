"""From the columns of a file to the columns of a table, as the configuration maps them.

A row of a file with several score columns holds one record for each of them; a gap in a score column is
then a record of a student who was absent, unless a participation column says otherwise. A score counts
only when the student was present: any other participation makes the score missing.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from valueadded.config.input import InputFile, Reading
from valueadded.config.sources import Source
from valueadded.contracts.columns import PARTICIPATION
from valueadded.contracts.records import INPUT_TABLES
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.errors import SourceError
from valueadded.validation.source_rows import SourceRows, describe_names, expect_columns
from valueadded.validation.values import number_of, recode, repeats_itself, text_of

OPTIONAL = ("participation", "score_se", "prior_score", "prior_school_id", "share")
# Columns that one table needs and another may lack.
OPTIONAL_OF = {"teacher_scores": ("school_id",)}
NUMBER_TYPES = ("int64", "float64")
YEAR_COLUMN = {
    "assessments": "calendar_year",
    "students": "calendar_year",
    "schools": "calendar_year",
    "matched": "year",
    "teacher_scores": "calendar_year",
    "teacher_links": "calendar_year",
    **dict.fromkeys(WHOLE_SCHOOL_TABLES, "calendar_year"),
}


@dataclass(frozen=True)
class Records:
    """The records of one file before any is judged.

    frame : one row for each record, in file order; index 1 .. n * r for n rows of r records each, with gaps
        where a row could not be read; columns of the table as texts and numbers (NaN missing,
        `NOT_A_NUMBER` and `UNKNOWN_CODE` for faults), covariates, `source_row` and `record`
    origins : column of the table -> column of the file it comes from, for those that come from one
    records_a_row : r
    identified : whether the file has student identifiers of its own
    scores_ignored : scores beside any participation but present
    """

    frame: pd.DataFrame
    origins: dict[str, str]
    records_a_row: int
    identified: bool
    scores_ignored: int = 0


def map_records(
    source: SourceRows, table: str, file: InputFile, reading: Reading, path: str | Path
) -> Records:
    """Return the records of one file.

    Raises
    ------
    SourceError
        If the file lacks a column, naming it and the columns the file has.
    """
    sources = resolve_sources(table, file, reading, list(source.rows.columns), path)
    numbers = number_columns(table) | {
        name for name, origin in reading.covariates.items() if origin.kind == "number"
    }
    columns = {
        name: column_of(source, origin, reading.missing, file.key, is_number=name in numbers)
        for name, origin in sources.items()
    }
    frame = pd.DataFrame(columns, index=source.source_row)
    frame["source_row"] = source.source_row
    origins = {name: words for name, origin in sources.items() if (words := origin_in_words(origin))}
    if reading.score_columns:
        frame = _one_record_a_domain(frame, source.rows, reading)
        origins["score"] = " or ".join(reading.score_columns.values())
    frame["record"] = np.tile(np.arange(1, _records_a_row(reading) + 1), len(source.rows))
    frame, scores_ignored = _with_participation(frame) if table == "assessments" else (frame, 0)
    for name in INPUT_TABLES[table].columns:
        if name not in frame:
            empty: object = np.nan if name in numbers else None
            frame[name] = pd.Series(empty, index=frame.index, dtype="float64" if name in numbers else "str")
    frame.index = pd.Index(
        (frame["source_row"] - 1) * _records_a_row(reading) + frame["record"], name="record_key"
    )
    identified = not ("student_id" in sources and sources["student_id"].row_number)
    return Records(frame, origins, _records_a_row(reading), identified, scores_ignored)


def section_of(table: str) -> str:
    """Return the section of the configuration that says how the files of a table are read."""
    return f"input.whole_schools.{table}" if table in WHOLE_SCHOOL_TABLES else f"input.{table}"


def number_columns(table: str) -> set[str]:
    """Return the fixed columns of a table that hold numbers."""
    return {name for name, column in INPUT_TABLES[table].columns.items() if str(column.dtype) in NUMBER_TYPES}


def resolve_sources(
    table: str, file: InputFile, reading: Reading, available: list[str], path: str | Path
) -> dict[str, Source]:
    """Return where each column of the table comes from: the mapping, or a column of the same name.

    The calendar year of a file that may hold only one need not be a column.
    """
    section = section_of(table)
    sources: dict[str, Source] = {}
    lacking: list[str] = []
    for name in INPUT_TABLES[table].columns:
        if name == "source_row" or (reading.score_columns and name in ("domain", "score", "score_se")):
            continue
        if name in reading.columns:
            sources[name] = reading.columns[name]
        elif name in available:
            sources[name] = Source(column=name)
        elif name == YEAR_COLUMN[table] and file.calendar_year is not None:
            sources[name] = Source(constant=str(file.calendar_year))
        elif name not in (*OPTIONAL, *OPTIONAL_OF.get(table, ())):
            lacking.append(f"'{name}' ({section}.columns.{name})")
    sources |= reading.covariates
    named = [
        *sources.items(),
        *((f"score of {key}", Source(column=name)) for key, name in reading.score_columns.items()),
    ]
    for name, origin in named:
        for column in [origin.column, *(origin.columns or [])]:
            if column is not None and column not in available:
                lacking.append(f"'{column}' for {name} ({section})")
    if lacking:
        raise SourceError(
            f"{path}: line 1: missing column {', '.join(lacking)}; the file has {describe_names(available)};"
            f" {expect_columns(available, section)}",
            "columns_missing",
        )
    return sources


def column_of(
    source: SourceRows, origin: Source, missing: list[str], file_key: str, *, is_number: bool = False
) -> ExtensionArray:
    """Return one column of the table, a row for each row of the file; `file_key` begins row numbers."""
    rows = source.rows
    if origin.row_number:
        # Two files both have a first row.
        return pd.array([f"{file_key}-{row}" for row in source.source_row], dtype="str")
    if origin.column is not None:
        values = rows[origin.column]
        if repeats_itself(values):
            places, distinct = pd.factorize(values)
            once = _values_of(pd.Series(distinct, dtype="str"), origin, missing, is_number=is_number)
            return once.take(places)
    elif origin.columns is not None:
        values = text_of(rows[origin.columns[0]], missing)
        for name in origin.columns[1:]:
            values = values + origin.separator + text_of(rows[name], missing)
    else:
        values = pd.Series(origin.constant, index=rows.index, dtype="str")
    return _values_of(values, origin, missing, is_number=is_number)


def _values_of(values: pd.Series, origin: Source, missing: list[str], *, is_number: bool) -> ExtensionArray:
    """Return values of the file as those of the table."""
    if origin.codes is not None:
        values = recode(text_of(values), origin.codes, origin.otherwise, missing)
        if is_number:
            return number_of(values, missing).array
        return values.array
    return number_of(values, missing).array if is_number else text_of(values, missing).array


def _one_record_a_domain(frame: pd.DataFrame, rows: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Return the frame with one record for each score column, records of a row side by side."""
    domains = list(reading.score_columns)
    scores = [number_of(rows[name], reading.missing).to_numpy() for name in reading.score_columns.values()]
    long = frame.loc[frame.index.repeat(len(domains))].copy()
    long["domain"] = pd.array(np.tile(np.array(domains, dtype=object), len(frame)), dtype="str")
    long["score"] = np.column_stack(scores).ravel()
    return long


def _records_a_row(reading: Reading) -> int:
    return max(1, len(reading.score_columns))


def _with_participation(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the frame with a participation for every record, and scores only where it says present.

    How many scores this takes away is returned beside it.
    """
    if "participation" not in frame:
        scored = frame["score"].notna().to_numpy()
        frame["participation"] = pd.array(np.where(scored, "present", "absent"), dtype="str")
    # Where the participation is no known one the row checks put the record aside, whatever its score.
    away = frame["participation"].isin([code for code in PARTICIPATION if code != "present"]).to_numpy()
    ignored = int((frame["score"].notna().to_numpy() & away).sum())
    for name in ("score", "score_se"):
        if name in frame:
            frame[name] = frame[name].mask(away)
    return frame, ignored


def origin_in_words(origin: Source) -> str:
    """Return the column or columns of the file that a source names; empty for a constant."""
    return origin.column or " + ".join(origin.columns or [])
