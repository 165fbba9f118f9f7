"""The rows of one file as the reader found them, and their column names."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import SourceError
from valueadded.validation.notes import Note
from valueadded.validation.values import PLAIN_NUMBER


@dataclass(frozen=True)
class SourceRows:
    """The rows of one file.

    rows : frame, one row for each readable row of the file, columns as named in the file
    source_row : int64 (n,), the row's number in the file, the first data row being 1
    misshapen : dict, row number -> reason code, for rows whose fields do not fit the header
    rows_in : data rows in the file
    notes : what was noticed on the way
    content : SHA-256 of the file's bytes, in hexadecimal
    """

    rows: pd.DataFrame
    source_row: NDArray[np.int64]
    misshapen: dict[int, str]
    rows_in: int
    notes: tuple[Note, ...] = ()
    content: str = ""


def check_names(header: list, path: Path) -> list[str]:
    """Return the column names of a header, spaces removed.

    Raises
    ------
    SourceError
        If a name is repeated.
    """
    names = ["" if name is None else str(name).strip() for name in header]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if "" in repeated:
        raise SourceError(
            f"{path}: line 1: the header leaves {names.count('')} of {len(names)} columns without a name;"
            " expected a name for each, on the first line, with no title above",
            "header_repeats",
        )
    if repeated:
        raise SourceError(
            f"{path}: line 1: the header repeats {describe_names(repeated)}; expected each column name once",
            "header_repeats",
        )
    return names


def expect_columns(available: list[str], section: str) -> str:
    """Return what was expected of a file that lacks a column, for a message."""
    if len(available) == 1:
        return f"expected the right column separator ({section}.delimiter)"
    return f"expected each there, or its name in the file ({section}.columns)"


def describe_names(names: list[str]) -> str:
    """Return column names for a message, unless the 'header' looks like a row of a student's values."""
    if pd.Series(names, dtype="str").str.fullmatch(PLAIN_NUMBER).any():
        return "a first row with numbers in it, which looks like data; expected column names there"
    return ", ".join(repr(name) for name in names)
