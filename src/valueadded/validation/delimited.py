"""Rows from the text of a file whose columns are separated by a character, cell for cell as text."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.csv

from valueadded.config.input import Reading
from valueadded.errors import SourceError
from valueadded.validation.notes import Note
from valueadded.validation.source_rows import SourceRows, check_names

LONGEST_ROW = 1 << 26
HEADER_LENGTH = 1 << 20
# A line within a cell is taken for a row that quotation marks have swallowed from this many separators on.
FEWEST_SEPARATORS = 3


def parse_delimited(content: bytes, path: Path, reading: Reading, section: str) -> SourceRows:
    """Return the rows of a text file; those that do not fit the header are named, not shifted.

    Parameters
    ----------
    content
        The file in UTF-8, without a byte order mark.
    path, section
        For messages.

    Raises
    ------
    SourceError
        If the file is empty, begins with a line that is no header, is cut off, leaves a quotation open,
        repeats a column name or cannot be parsed.
    """
    content = _check_ends(content, path, reading, section)
    header = _read_header(content[:HEADER_LENGTH], path, reading, section)
    names = check_names(header, path)
    misshapen: dict[int, str] = {}

    def set_aside(row: pyarrow.csv.InvalidRow) -> str:
        few = row.actual_columns < row.expected_columns
        # Rows are counted from the header.
        misshapen[row.number - 1] = "fields_too_few" if few else "fields_too_many"
        return "skip"

    try:
        rows = _read_table(content, header, reading.delimiter, set_aside).rename_columns(names).to_pandas()
    except (arrow.ArrowException, ValueError):
        # The library's own message quotes the row.
        raise _unreadable(path, reading, section) from None
    rows_in = len(rows) + len(misshapen)
    notes = _check_lines(content, rows, rows_in, path, reading)
    fits = np.ones(rows_in + 1, dtype=bool)
    fits[[0, *misshapen]] = False
    source_row = np.flatnonzero(fits)
    again = _repeats_header(rows, names)
    if again.any():
        misshapen |= dict.fromkeys(source_row[again].tolist(), "header_repeated")
        rows, source_row = rows.loc[~again].reset_index(drop=True), source_row[~again]
    return SourceRows(rows, source_row, misshapen, rows_in, tuple(notes))


def _check_ends(content: bytes, path: Path, reading: Reading, section: str) -> bytes:
    """Refuse what no reader stumbles over: no text, no end of the last line, an open quotation.

    The content is returned, its last line ended.
    """
    if not content[:HEADER_LENGTH].strip() and not content.strip():
        raise SourceError(
            f"{path}: the file is empty; expected a header and rows ({section}.files)", "file_empty"
        )
    if b"\x00" in content[:HEADER_LENGTH].partition(b"\n")[0]:
        raise SourceError(
            f"{path}: line 1: found NUL characters among the column names; expected the file's own encoding,"
            f" for example utf-16-le ({section}.encoding)",
            "header_nul",
        )
    if content[:4].lower() == b"sep=":
        raise SourceError(
            f"{path}: line 1: found an instruction for a spreadsheet; expected the column names there: remove"
            f" the line and name the separator ({section}.delimiter)",
            "separator_line",
        )
    if content[-1:] not in (b"\r", b"\n"):
        if reading.last_line_end:
            raise SourceError(
                f"{path}: line {_line_of(content, len(content))}, the last, has no line end, so the file may"
                " be cut off; expected a complete file, its last line ended like the others: export it again"
                f" ({section}.last_line_end)",
                "last_line_unfinished",
            )
        content += b"\n"
    if content.count(b'"') % 2:
        last = _line_of(content, content.rfind(b'"'))
        raise SourceError(
            f"{path}: a quotation mark is opened and never closed; expected pairs of quotation marks; the"
            f" last is on line {last}",
            "quotation_open",
        )
    return content


def _line_of(content: bytes, place: int) -> int:
    feeds = content.count(b"\n", 0, place)
    return 1 + (feeds or content.count(b"\r", 0, place))


def _read_header(content: bytes, path: Path, reading: Reading, section: str) -> list[str]:
    text = content.decode(errors="replace")
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=reading.delimiter))
    except (csv.Error, TypeError, ValueError):
        raise _unreadable(path, reading, section) from None
    if not any(name.strip() for name in header):
        raise SourceError(
            f"{path}: line 1: the first line is blank; expected the column names there, separated by"
            f" '{reading.delimiter}' ({section}.delimiter)",
            "header_blank",
        )
    return header


def _read_table(
    content: bytes, header: list[str], delimiter: str, set_aside: Callable[[pyarrow.csv.InvalidRow], str]
) -> arrow.Table:
    return pyarrow.csv.read_csv(
        arrow.BufferReader(content),
        # Rows are numbered only when they are parsed in one thread.
        pyarrow.csv.ReadOptions(use_threads=False, block_size=min(len(content) + 1, LONGEST_ROW)),
        pyarrow.csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(header, arrow.large_string()), strings_can_be_null=False
        ),
    )


def _check_lines(
    content: bytes, rows: pd.DataFrame, rows_in: int, path: Path, reading: Reading
) -> list[Note]:
    """Return notes on line ends, after counting that no line below the header is lost."""
    # A search that ends at once is cheaper than three counts.
    pairs, returns = (content.count(b"\r\n"), content.count(b"\r")) if b"\r" in content else (0, 0)
    feeds, returns = content.count(b"\n") - pairs, returns - pairs
    lines = pairs + feeds + returns - 1
    if b'"' not in content:
        if lines != rows_in:
            raise SourceError(
                f"{path}: found {lines} lines below the header and read {rows_in} rows; expected all of them",
                "lines_lost",
            )
        if sum(count > 0 for count in (pairs, feeds, returns)) > 1:
            fewest = min(count for count in (pairs, feeds, returns) if count)
            return [Note("mixed_line_ends", "", fewest, "lines that end alike; look where parts were joined")]
        if returns:
            return [Note("carriage_returns", "", lines, "nothing to do")]
    elif lines != rows_in:
        _refuse_swallowed(rows, path, reading)
        return [Note("line_breaks_in_cells", "", lines - rows_in, "as many rows as the file should have")]
    return []


def _refuse_swallowed(rows: pd.DataFrame, path: Path, reading: Reading) -> None:
    """Refuse a file in which a cell holds whole rows: two quotation marks in different rows do that."""
    fewest = max(FEWEST_SEPARATORS, len(rows.columns) - 1)
    for column in rows.columns:
        broken = rows[column].str.contains(r"[\r\n]", regex=True).to_numpy(dtype=bool)
        for row in np.flatnonzero(broken):
            within = rows[column].iloc[row].splitlines()[1:]
            if any(line.count(reading.delimiter) >= fewest for line in within):
                raise SourceError(
                    f"{path}: row {row + 1}, column '{column}': a quotation holds {len(within)} further"
                    " lines of the file; expected every quotation mark closed in its own cell",
                    "quotation_swallows_lines",
                )


def _repeats_header(rows: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return which rows hold the column names."""
    again = (rows.iloc[:, 0].str.strip() == names[0]).to_numpy(dtype=bool, copy=True)
    for place in np.flatnonzero(again):
        again[place] = [str(cell).strip() for cell in rows.iloc[place]] == names
    return again


def _unreadable(path: Path, reading: Reading, section: str) -> SourceError:
    return SourceError(
        f"{path}: cannot be read as text separated by {reading.delimiter!r}; expected the character that"
        f" separates the columns ({section}.delimiter)",
        "text_unreadable",
    )
