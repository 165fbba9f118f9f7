"""The rows of one file as the reader found them, and their column names."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import SourceError
from valueadded.validation.values import PLAIN_NUMBER


@dataclass(frozen=True)
class SourceRows:
    """The rows of one file.

    rows : frame, one row for each readable row of the file, columns as named in the file
    source_row : int64 (n,), the row's number in the file, the first data row being 1
    misshapen : dict, row number -> reason code, for rows whose fields do not fit the header
    rows_in : data rows in the file
    """

    rows: pd.DataFrame
    source_row: NDArray[np.int64]
    misshapen: dict[int, str]
    rows_in: int


def check_names(header: list, path: Path) -> list[str]:
    """Return the column names of a header, spaces removed.

    Raises
    ------
    SourceError
        If a name is repeated.
    """
    names = ["" if name is None else str(name).strip() for name in header]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        shown = describe_names(repeated)
        raise SourceError(f"{path}: the header repeats {shown}; expected each column name once")
    return names


def describe_names(names: list[str]) -> str:
    """Return column names for a message, unless the 'header' looks like a row of a student's values."""
    if pd.Series(names, dtype="str").str.fullmatch(PLAIN_NUMBER).any():
        return "a first row with numbers in it, which looks like data; expected column names there"
    return ", ".join(repr(name) for name in names)
