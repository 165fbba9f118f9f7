"""The cells of one file with ready-made values of schools: rows by measures, each a number or a reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.config.school_values import SchoolValues, ValueColumn
from valueadded.config.sources import Source
from valueadded.errors import SourceError
from valueadded.validation.mapping import Records, column_of, origin_in_words
from valueadded.validation.source_rows import SourceRows, describe_names, expect_columns
from valueadded.validation.values import UNKNOWN_CODE, number_of, text_of

EMPTY_CELL = "no value in the file"
NO_COUNT = "no number of students"
KEPT = "keep"


@dataclass(frozen=True)
class Cells:
    """The cells of one file before any is judged.

    records : one record for each row and measure, index 1 .. rows x measures with gaps where a row could not
        be read; columns `school_id`, `calendar_year`, `school_type`, `row_code`, `measure`, `value`,
        `n_students` (NaN missing, infinite: no number), `missing_reason`, `source_row`, `record`
    left_out : (n,) of the records, what the row is in words where it is no school of the study, else None
    has_types : whether the file says of what type its schools are
    columns_read : columns of the file that something is read from, each once
    """

    records: Records
    left_out: NDArray[np.object_]
    has_types: bool
    columns_read: tuple[str, ...]


def read_cells(source: SourceRows, file: SchoolValues, section: str, ids: Mapping[str, str]) -> Cells:
    """Return the cells of one file; `ids` leads from a school's former identifier to its present one.

    Raises
    ------
    SourceError
        If the file lacks a column, naming it and the columns the file has.
    """
    sources = _key_sources(file, list(source.rows.columns), section)
    keys = pd.DataFrame(
        {name: column_of(source, origin, file.missing, file.path) for name, origin in sources.items()},
        index=source.source_row,
    )
    keys["calendar_year"] = number_of(keys["calendar_year"])
    keys["school_id"] = keys["school_id"].map(lambda name: ids.get(name, name)).astype("str")
    if "school_type" not in keys:
        keys["school_type"] = pd.array([None] * len(keys), dtype="str")
    left_out, unknown = _judge_rows(source.rows, file)
    # As objects: a text of numpy's own loses a NUL at its end.
    codes = np.array([KEPT, UNKNOWN_CODE], dtype=object)
    keys["row_code"] = pd.array(codes[unknown.astype(int)], dtype="str")
    keys["source_row"] = source.source_row
    parts = [
        keys.assign(measure=measure, record=number, **_values_of(source, column, file))
        for number, (measure, column) in enumerate(file.measures.items(), start=1)
    ]
    count = len(parts)
    frame = pd.concat(parts)
    frame["measure"] = frame["measure"].astype("str")
    frame.index = pd.Index((frame["source_row"] - 1) * count + frame["record"], name="record_key")
    origins = {name: words for name, origin in sources.items() if (words := origin_in_words(origin))}
    order = np.argsort(frame.index.to_numpy(), kind="stable")
    origins["row_code"] = " or ".join(rows.column for rows in file.rows)
    return Cells(
        Records(frame.iloc[order], origins, count, True),
        np.tile(left_out, count)[order],
        "school_type" in sources,
        tuple(dict.fromkeys(column for _, columns in _named_columns(sources, file) for column in columns)),
    )


def _key_sources(file: SchoolValues, available: list[str], section: str) -> dict[str, Source]:
    """Return where the school, its type and the year come from, every column of the file being there."""
    sources = dict(file.columns)
    if file.calendar_year is not None:
        sources["calendar_year"] = Source(constant=str(file.calendar_year))
    for name in ("school_id", "calendar_year", "school_type"):
        if name not in sources and (name != "school_type" or name in available):
            sources[name] = Source(column=name)
    lacking = [
        f"'{column}' ({section}.{key})"
        for key, columns in _named_columns(sources, file)
        for column in columns
        if column not in available
    ]
    if lacking:
        raise SourceError(
            f"{file.path}: missing column {', '.join(lacking)}; the file has {describe_names(available)};"
            f" {expect_columns(available, section)}",
            "columns_missing",
        )
    return sources


def _named_columns(sources: Mapping[str, Source], file: SchoolValues) -> Iterator[tuple[str, list[str]]]:
    """Yield each configuration key that names columns of the file, and the columns."""
    for name, origin in sources.items():
        yield f"columns.{name}", [column for column in (origin.column, *(origin.columns or [])) if column]
    for rows in file.rows:
        yield "rows", [rows.column]
    for measure, entry in file.measures.items():
        students = entry.n_students.column if entry.n_students else None
        yield f"measures.{measure}", [column for column in (entry.column, students) if column]


def _judge_rows(rows: pd.DataFrame, file: SchoolValues) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return what each row is where it is left out, and whether it has a code that nobody has named."""
    left_out = np.full(len(rows), None, dtype=object)
    unknown = np.zeros(len(rows), dtype=bool)
    for rule in file.rows:
        codes = text_of(rows[rule.column]).fillna("")
        words = codes.map(rule.drop)
        gone = words.notna().to_numpy()
        left_out = np.where(pd.isna(left_out) & gone, words.to_numpy(object), left_out)
        if rule.keep:
            unknown |= ~gone & ~codes.isin(rule.keep).to_numpy()
    return left_out, unknown & pd.isna(left_out)


def _values_of(source: SourceRows, entry: ValueColumn, file: SchoolValues) -> dict[str, pd.Series]:
    """Return `value`, `n_students` and `missing_reason` of one measure, a row each."""
    codes = file.codes | entry.codes
    value, reason = _numbers(source.rows[entry.column], codes, file.missing, entry)
    counted = entry.n_students
    count = pd.Series(np.nan, index=value.index)
    if counted is not None and counted.constant is not None:
        count[:] = float(counted.constant)
    if counted is not None and counted.column is not None:
        count, why = _numbers(source.rows[counted.column], codes, file.missing, entry)
        without = value.notna() & count.isna()
        reason = reason.mask(without, (NO_COUNT + ": " + why).astype("str"))
        value = value.mask(without)
    columns = {"value": value, "n_students": count, "missing_reason": reason}
    return {name: pd.Series(part.array, index=source.source_row) for name, part in columns.items()}


def _numbers(
    column: pd.Series, codes: Mapping[str, str], missing: list[str], entry: ValueColumn
) -> tuple[pd.Series, pd.Series]:
    """Return numbers (infinite where there is none) and, where they are missing, the reason in words."""
    texts = text_of(column)
    reason = texts.map(codes).astype("str")
    gap = (texts.isna() | texts.isin(missing)) & reason.isna()
    reason = reason.mask(gap, codes.get("", EMPTY_CELL))
    if entry.percent:
        texts = texts.str.removesuffix("%").str.rstrip()
    if entry.thousands is not None:
        texts = texts.str.replace(entry.thousands, "", regex=False)
    return number_of(texts.mask(reason.notna())), reason
