"""Open one input file, refuse it by name if it cannot be trusted as a whole, and return its rows.

Only this module opens input files. Text files come back as text, cell for cell. Stata, SPSS and SAS files
come back with the codes they store, not with their value labels: labels are translated, edited and not
always distinct, codes are what a code book documents and what `codes` in the configuration can name.
"""

import codecs
import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.parquet

from valueadded.config.input import Reading
from valueadded.errors import SourceError
from valueadded.validation.delimited import parse_delimited
from valueadded.validation.notes import Note
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
            f"{path}: no such file; expected it in the data folder ({section}.files, data_folder)",
            "file_missing",
        )
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise _damaged(path, fault) from None
    if not content:
        raise SourceError(
            f"{path}: the file is empty; expected a header and rows ({section}.files)", "file_empty"
        )
    suffix = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if suffix in (".csv", ".txt", ".tsv"):
        text, notes = _decode(content, path, reading, section)
        source = parse_delimited(text, path, reading, section)
        source = replace(source, notes=(*notes, *source.notes))
    elif suffix in TYPED_READERS and path.suffix.lower() != ".gz":
        source = _read_typed(path, TYPED_READERS[suffix], reading, section)
    else:
        raise SourceError(
            f"{path}: found a file of type '{path.suffix}'; expected .csv, .txt or .tsv (also .gz),"
            f" {', '.join(TYPED_READERS)} ({section}.files)",
            "type_unknown",
        )
    if source.rows_in == 0:
        raise SourceError(
            f"{path}: found a header and no rows; expected rows ({section}.files)", "header_only"
        )
    return replace(source, content=sha256(content).hexdigest())


def _decode(content: bytes, path: Path, reading: Reading, section: str) -> tuple[bytes, list[Note]]:
    """Return a text file in UTF-8, whatever its own encoding, and what was noticed."""
    if path.suffix.lower() == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as fault:
            raise _damaged(path, fault) from None
    for beginning, words in DISGUISES.items():
        if content[: len(beginning)].lower() == beginning:
            raise SourceError(
                f"{path}: found {words}; expected text with columns, or a name that ends as such files"
                f" do ({section}.files)",
                "another_type",
            )
    try:
        encoding = codecs.lookup(reading.encoding).name
        b"".decode(encoding)  # A codec may exist and not be one of text.
    except LookupError:
        raise SourceError(
            f"{path}: found the encoding '{reading.encoding}'; expected a known one, for example"
            f" utf-8-sig or cp1252 ({section}.encoding)",
            "encoding_unknown",
        ) from None
    notes: list[Note] = []
    if content.startswith(codecs.BOM_UTF8):
        if encoding not in UTF_8:
            raise SourceError(
                f"{path}: line 1 begins with the mark of utf-8; expected a file in {reading.encoding}, or"
                f" encoding: utf-8-sig ({section}.encoding)",
                "encoding_wrong",
            )
        content = content[len(codecs.BOM_UTF8) :]
        notes.append(Note("byte_order_mark", "", 1, "nothing to do"))
    if encoding in UTF_8 and content.isascii():
        return content, notes
    try:
        # Decoding is the test; the parser takes UTF-8.
        text = content.decode("utf-8" if encoding in UTF_8 else encoding)
        return (content, notes) if encoding in UTF_8 else (text.removeprefix("\ufeff").encode(), notes)
    except UnicodeError as fault:
        place = getattr(fault, "start", 0)
        line = content.count(b"\n", 0, place) + 1
        marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        hint = "utf-16, by its first two bytes" if marked else "for example cp1252 for files from Windows"
        raise SourceError(
            f"{path}: line {line} cannot be decoded as {reading.encoding}; expected the file's own"
            f" encoding, {hint} ({section}.encoding)",
            "encoding_wrong",
        ) from None


UTF_8 = ("utf-8", "utf-8-sig")
DISGUISES = {
    b"pk\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip file",
    b"%pdf": "a PDF page",
    b"par1": "a Parquet table",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "XML",
    b"version https://git-lfs": "the address of a file kept elsewhere (Git LFS)",
}


def _damaged(path: Path, fault: Exception) -> SourceError:
    return SourceError(
        f"{path}: cannot be read ({type(fault).__name__}); expected a complete file, which a"
        " cut-off or damaged .gz file is not",
        "file_damaged",
    )


def _read_typed(
    path: Path, read: Callable[[Path, Reading], tuple[list, pd.DataFrame]], reading: Reading, section: str
) -> SourceRows:
    try:
        header, rows = read(path, reading)
    except Exception as fault:  # Readers raise what they like, and quote values in what they say.
        raise SourceError(
            f"{path}: cannot be read as a {path.suffix} file ({type(fault).__name__}); expected a complete"
            f" file of that type, and the right `sheet` for a workbook ({section})",
            "file_damaged",
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
