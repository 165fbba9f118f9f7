"""Open one input file, refuse it by name if it cannot be trusted as a whole, and return its rows.

Only this module opens input files. Text files come back as text, cell for cell. Stata, SPSS and SAS files
come back with the codes they store, not with their value labels: labels are translated, edited and not
always distinct, codes are what a code book documents and what `codes` in the configuration can name.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.parquet

from valueadded.config.input import Reading
from valueadded.errors import SourceError
from valueadded.validation.delimited import parse_delimited
from valueadded.validation.source_rows import SourceRows, check_names
from valueadded.validation.values import LARGEST_EXACT


def read_source(path: str | Path, reading: Reading, section: str) -> SourceRows:
    """Return the rows of the file at `path`.

    Parameters
    ----------
    section
        The configuration section that names the file, for messages.

    Raises
    ------
    SourceError
        If the file is missing, empty, cut off, of an unknown format, cannot be decoded, repeats a column
        name or has no data rows.
    """
    path = Path(path)
    if not path.is_file():
        raise SourceError(
            f"{path}: no such file; expected it in the data folder ({section}.files, data_folder)"
        )
    if path.stat().st_size == 0:
        raise SourceError(f"{path}: the file is empty; expected a header and rows ({section}.files)")
    suffix = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if suffix in (".csv", ".txt", ".tsv"):
        source = parse_delimited(_decode(path, reading, section), path, reading, section)
    elif suffix in TYPED_READERS and path.suffix.lower() != ".gz":
        source = _read_typed(path, TYPED_READERS[suffix], reading, section)
    else:
        raise SourceError(
            f"{path}: found a file of type '{path.suffix}'; expected .csv, .txt or .tsv (also .gz),"
            f" {', '.join(TYPED_READERS)} ({section}.files)"
        )
    if source.rows_in == 0:
        raise SourceError(f"{path}: found a header and no rows; expected rows ({section}.files)")
    return source


def _decode(path: Path, reading: Reading, section: str) -> str:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
    except (OSError, EOFError) as fault:
        raise SourceError(
            f"{path}: cannot be read ({type(fault).__name__}); expected a complete file, which a"
            " cut-off or damaged .gz file is not"
        ) from None
    try:
        return content.decode(reading.encoding).removeprefix("\ufeff")
    except LookupError:
        raise SourceError(
            f"{path}: found the encoding '{reading.encoding}'; expected a known one, for example"
            f" utf-8-sig or cp1252 ({section}.encoding)"
        ) from None
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        hint = "utf-16, by its first two bytes" if marked else "for example cp1252 for files from Windows"
        raise SourceError(
            f"{path}: line {line} cannot be decoded as {reading.encoding}; expected the file's own"
            f" encoding, {hint} ({section}.encoding)"
        ) from None


def _read_typed(
    path: Path, read: Callable[[Path, Reading], tuple[list, pd.DataFrame]], reading: Reading, section: str
) -> SourceRows:
    try:
        header, rows = read(path, reading)
    except Exception as fault:  # Readers raise what they like, and quote values in what they say.
        raise SourceError(
            f"{path}: cannot be read as a {path.suffix} file ({type(fault).__name__}); expected a complete"
            f" file of that type, and the right `sheet` for a workbook ({section})"
        ) from None
    rows.columns = pd.Index(check_names(header, path), dtype="str")
    return SourceRows(rows, np.arange(1, len(rows) + 1), {}, len(rows))


def _read_parquet(path: Path, reading: Reading) -> tuple[list, pd.DataFrame]:
    table = pyarrow.parquet.read_table(path)
    # By position, as a repeated name is refused only later; whole numbers with gaps keep all digits.
    columns = {
        str(place): column.to_pandas(types_mapper=_INTEGERS.get) for place, column in enumerate(table.columns)
    }
    return table.column_names, pd.DataFrame(columns)


_INTEGERS = {arrow.int64(): pd.Int64Dtype(), arrow.int32(): pd.Int32Dtype(), arrow.uint64(): pd.UInt64Dtype()}


def _read_excel(path: Path, reading: Reading) -> tuple[list, pd.DataFrame]:
    sheet = 0 if reading.sheet is None else reading.sheet
    cells = pd.read_excel(
        path, sheet_name=sheet, header=None, dtype=object, na_filter=False, engine="openpyxl"
    )
    # A workbook keeps 15 digits of a number and shows more; as floating point the damage is found.
    body = cells.iloc[1:].map(lambda cell: float(cell) if _is_inexact(cell) else cell).reset_index(drop=True)
    return cells.iloc[0].tolist(), body


def _is_inexact(cell: object) -> bool:
    return isinstance(cell, int) and abs(cell) >= LARGEST_EXACT


def _read_stata(path: Path, reading: Reading) -> tuple[list, pd.DataFrame]:
    rows = pd.read_stata(path, convert_categoricals=False)
    return list(rows.columns), rows


def _read_statistical(path: Path, reading: Reading) -> tuple[list, pd.DataFrame]:
    # Loading this library takes time that only its own formats should cost.
    import pyreadstat

    suffix = path.suffix.lower()
    if suffix == ".sas7bdat":
        rows, _ = pyreadstat.read_sas7bdat(str(path))
    elif suffix == ".xpt":
        rows, _ = pyreadstat.read_xport(str(path))
    else:
        rows, _ = pyreadstat.read_sav(str(path))
    return list(rows.columns), rows


TYPED_READERS: dict[str, Callable[[Path, Reading], tuple[list, pd.DataFrame]]] = {
    ".parquet": _read_parquet,
    ".xlsx": _read_excel,
    ".xlsm": _read_excel,
    ".dta": _read_stata,
    ".sav": _read_statistical,
    ".zsav": _read_statistical,
    ".sas7bdat": _read_statistical,
    ".xpt": _read_statistical,
}
