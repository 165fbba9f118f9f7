"""Rows from the text of a file whose columns are separated by a character, cell for cell as text."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pyarrow.csv

from valueadded.config.input import Reading
from valueadded.errors import SourceError
from valueadded.validation.source_rows import SourceRows, check_names

LONGEST_ROW = 1 << 26
HEADER_LENGTH = 1 << 20


def parse_delimited(text: str, path: Path, reading: Reading, section: str) -> SourceRows:
    """Return the rows of a decoded text file; those that do not fit the header are named, not shifted.

    Raises
    ------
    SourceError
        If the file is empty, begins with a blank line, is cut off, leaves a quotation open, repeats a
        column name or cannot be parsed; `path` and `section` are for messages.
    """
    if not text.strip():
        raise SourceError(f"{path}: the file is empty; expected a header and rows ({section}.files)")
    if text[-1] not in "\r\n":
        if reading.last_line_end:
            raise SourceError(
                f"{path}: the last line has no line end, so the file may be cut off; expected a"
                f" complete file, its last line ended like the others ({section}.last_line_end)"
            )
        text += "\n"
    if text.count('"') % 2:
        raise SourceError(
            f"{path}: a quotation mark is opened and never closed; expected pairs of quotation marks"
        )
    header = _read_header(text[:HEADER_LENGTH], path, reading, section)
    names = check_names(header, path)
    misshapen: dict[int, str] = {}

    def set_aside(row: pyarrow.csv.InvalidRow) -> str:
        few = row.actual_columns < row.expected_columns
        # Rows are counted from the header.
        misshapen[row.number - 1] = "fields_too_few" if few else "fields_too_many"
        return "skip"

    try:
        rows = _read_table(text, header, reading.delimiter, set_aside).rename_columns(names).to_pandas()
    except (arrow.ArrowException, ValueError):
        # The library's own message quotes the row.
        raise _unreadable(path, reading, section) from None
    rows_in = len(rows) + len(misshapen)
    lines = text.count("\n") + text.count("\r") - text.count("\r\n") - 1
    if '"' not in text and lines != rows_in:
        raise SourceError(
            f"{path}: found {lines} lines below the header and read {rows_in}; expected all of them"
        )
    fits = np.ones(rows_in + 1, dtype=bool)
    fits[[0, *misshapen]] = False
    source_row = np.flatnonzero(fits)
    return SourceRows(rows, source_row, misshapen, rows_in)


def _read_header(text: str, path: Path, reading: Reading, section: str) -> list[str]:
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=reading.delimiter))
    except (csv.Error, TypeError, ValueError):
        raise _unreadable(path, reading, section) from None
    if not any(name.strip() for name in header):
        raise SourceError(
            f"{path}: the first line is blank; expected the column names there, separated by"
            f" '{reading.delimiter}' ({section}.delimiter)"
        )
    return header


def _read_table(
    text: str, header: list[str], delimiter: str, set_aside: Callable[[pyarrow.csv.InvalidRow], str]
) -> arrow.Table:
    buffer = text.encode()
    return pyarrow.csv.read_csv(
        arrow.BufferReader(buffer),
        # Rows are numbered only when they are parsed in one thread.
        pyarrow.csv.ReadOptions(use_threads=False, block_size=min(len(buffer) + 1, LONGEST_ROW)),
        pyarrow.csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(header, arrow.string()), strings_can_be_null=False
        ),
    )


def _unreadable(path: Path, reading: Reading, section: str) -> SourceError:
    return SourceError(
        f"{path}: cannot be read as text separated by {reading.delimiter!r}; expected the character that"
        f" separates the columns ({section}.delimiter)"
    )
