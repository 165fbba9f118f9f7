"""Tables of a run as they lie there: the row ledger, and every published number under an id of its own."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

# Tables up to this length carry their numbers in the manifest, longer ones a digest of each row: the manifest
# of the default study then stays below a megabyte, and still tells every row that differs.
FULL_ROWS = 1000
DIGITS = 8  # of a row's digest, hexadecimal


def list_numbers(folder: Path, full_rows: float = FULL_ROWS) -> dict[str, Any]:
    """Return table -> its `key`, its `columns` and its rows: `numbers` by id, or `digests` in a row.

    A table of more than `full_rows` rows has digests.

    The id of a number is `table/key/column`, where key joins the row's key by "/", as in
    `system_drift/reading/2019/student/drift`.
    """
    return {path.stem: _list_table(path, full_rows) for path in sorted(folder.glob("*.parquet"))}


def read_ledger(path: Path) -> list[dict[str, Any]]:
    """Return the row ledger: of each input file, rows in, accepted, quarantined and merged."""
    if not path.is_file():
        return []
    columns = ["source_file", "table", "rows_in", "accepted", "quarantined", "duplicates_merged"]
    return list(parquet.read_table(path, columns=columns, page_checksum_verification=True).to_pylist())


def _list_table(path: Path, full_rows: float) -> dict[str, Any]:
    key, columns, rows = read_rows(path)
    entry: dict[str, Any] = {"key": key, "columns": columns, "rows": len(rows)}
    if len(rows) <= full_rows:
        return {**entry, "numbers": dict(rows)}
    return {**entry, "digests": "".join(digest_row(name, values) for name, values in rows)}


def read_rows(path: Path) -> tuple[list[str], list[str], list[tuple[str, list[Any]]]]:
    """Return the key, the other columns, and each row's id and values; rows in order of the file.

    The key of a published table is every column before `status`.
    """
    table = parquet.read_table(path, page_checksum_verification=True)
    names = table.column_names
    size = names.index("status") if "status" in names else 1
    key, columns = names[:size], names[size:]
    parts = [table.column(name).to_pylist() for name in names]
    rows = list(_rows(parts, size))
    return key, columns, rows


def digest_row(name: str, values: list[Any]) -> str:
    """Return a short digest of one row: 32 bits, which a changed row keeps once in 4 thousand million."""
    return hashlib.sha256(f"{name}={values!r}".encode()).hexdigest()[:DIGITS]


def _rows(parts: list[list[Any]], size: int) -> Iterator[tuple[str, list[Any]]]:
    for row in zip(*parts, strict=True):
        # A missing number is read as None or as nan, according to who wrote it.
        values = [None if value != value else value for value in row[size:]]
        yield "/".join(str(value) for value in row[:size]), values
