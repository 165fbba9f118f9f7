"""Tables on disk: Parquet through a contract, written whole or not at all."""

import os
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet as parquet
from pandera.errors import SchemaErrors

from valueadded.checksum import EMPTY, KEY, fill_checksum, is_whole
from valueadded.contracts.columns import column_types
from valueadded.errors import ContractError
from valueadded.ownership import write_bytes

UNREADABLE = (OSError, arrow.ArrowException, UnicodeDecodeError)
# Rows of a batch, and bytes read at once of each of its columns: a few megabytes in all.
BATCH = 1 << 16
BUFFER = 1 << 16


def write_table(frame: pd.DataFrame, path: str | Path, contract: pa.DataFrameSchema) -> None:
    """Check `frame` against `contract`, sort it by the contract's key and write it to `path`.

    The fixed columns come first, in the contract's order. The file appears under its name only when
    it is complete: it is written beside, synced, then renamed. A checksum of all its bytes is stored, and one
    of every page for other readers, so that a damaged file is refused when it is read.

    Raises
    ------
    ContractError
        If a column is missing, of the wrong type, or breaks a rule of the contract.
    """
    key = list(contract.unique or [])
    further = [name for name in frame.columns if name not in contract.columns]
    checked = check_table(frame, contract, str(path))[[*contract.columns, *further]]
    if key:
        checked = checked.sort_values(key, kind="stable")
    table = arrow.Table.from_pandas(checked, preserve_index=False).replace_schema_metadata(None)
    write_bytes(fill_checksum(_as_parquet(table)), path)


def _as_parquet(table: arrow.Table) -> bytes:
    """Return a table as the bytes of a file, with room for its checksum."""
    buffer = arrow.BufferOutputStream()
    with parquet.ParquetWriter(buffer, table.schema, compression="zstd", write_page_checksum=True) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({KEY: EMPTY.decode()})
    content: bytes = buffer.getvalue().to_pybytes()
    return content


def read_table(
    path: str | Path,
    contract: pa.DataFrameSchema,
    columns: list[str] | None = None,
    foreign: bool = False,
) -> pd.DataFrame:
    """Return the table at `path`, checked against `contract`.

    Parameters
    ----------
    columns
        Read these columns only; the contract is then checked for those it names.
    foreign
        Another program may have written it, without a checksum: for input files only.

    Raises
    ------
    ContractError
        If the file is damaged, not our own, or does not meet the contract.
    """
    try:
        content = Path(path).read_bytes()
        _refuse_altered(BytesIO(content), foreign)
        with parquet.ParquetFile(arrow.BufferReader(content), page_checksum_verification=True) as file:
            frame = file.read(columns).to_pandas()
    except UNREADABLE as fault:
        raise ContractError(
            f"{path}: cannot be read as a Parquet table ({fault}); delete it and run again"
        ) from None
    if columns is not None:
        contract = contract.select_columns([name for name in columns if name in contract.columns])
        contract.unique = None
    return check_table(frame, contract, str(path))


def read_batches(path: str | Path, columns: list[str], rows: int = BATCH) -> Iterator[pd.DataFrame]:
    """Return some columns of the Parquet table at `path`, some rows at a time, in the order of the file.

    The table may be larger than memory. It may come from another program; one of ours is refused if its
    checksum is not that of its bytes. No contract is asked: whoever sums up the columns checks them.

    Raises
    ------
    ContractError
        If the file is damaged, or a column is not in it.
    """
    try:
        with open(path, "rb") as stream:
            _refuse_altered(stream, foreign=True)
            # Else all columns of up to a million rows are read at once.
            with parquet.ParquetFile(
                stream, page_checksum_verification=True, buffer_size=BUFFER, pre_buffer=False
            ) as file:
                absent = sorted(set(columns) - set(file.schema_arrow.names))
                if absent:
                    raise ContractError(
                        f"{path}: column {', '.join(absent)} is not in it; expected among "
                        f"{sorted(file.schema_arrow.names)}"
                    )
                for batch in file.iter_batches(rows, columns=columns, use_threads=False):
                    yield batch.to_pandas()
                    # Else the pool keeps what batches leave, which grows to several times a batch.
                    arrow.default_memory_pool().release_unused()
    except UNREADABLE as fault:
        raise ContractError(f"{path}: cannot be read as a Parquet table ({fault})") from None


def _refuse_altered(file: BinaryIO, foreign: bool) -> None:
    """Refuse a file that was altered since we wrote it and, unless `foreign`, one that we did not write."""
    whole = is_whole(file)
    if whole is None and not foreign:
        raise OSError("it has no checksum, so that something else than this workflow wrote it")
    if whole is False:
        raise OSError("its checksum is not that of its bytes")


def read_tables(
    paths: Iterable[str | Path],
    contract: pa.DataFrameSchema,
    columns: list[str] | None = None,
    foreign: bool = False,
) -> pd.DataFrame:
    """Return the tables at `paths` one below the other, in the order given; options as in `read_table`.

    Without any path the table has no rows and the contract's columns in their types.
    """
    frames = [read_table(path, contract, columns, foreign) for path in paths]
    if not frames:
        types = column_types(contract)
        return pd.DataFrame(columns=list(types)).astype(types)[columns or list(types)]
    return pd.concat(frames, ignore_index=True)


def check_table(frame: pd.DataFrame, contract: pa.DataFrameSchema, name: str) -> pd.DataFrame:
    """Return `frame` if it meets `contract`; `name` stands for it in the error.

    Raises
    ------
    ContractError
        Listing every broken rule with the number of rows that break it, and no values.
    """
    try:
        return contract.validate(frame, lazy=True)
    except SchemaErrors as found:
        cases = found.failure_cases.fillna({"column": ""})
        # Of a missing column pandera gives the name among the values found, and the table's as the column.
        missing = cases["check"].eq("column_in_dataframe")
        cases["column"] = cases["column"].mask(missing, cases["failure_case"])
        cases["check"] = cases["check"].mask(missing, "missing")
        counts = cases.groupby(["column", "check"], sort=True).size()
        faults = "; ".join(
            f"column {column or '(table)'}: {check} ({count} rows)"
            for (column, check), count in counts.items()
        )
        raise ContractError(f"{name}: does not meet the contract '{contract.name}': {faults}") from None


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Write `frame` as comma-separated text, whole or not at all."""
    write_text(frame.to_csv(index=False, lineterminator="\n"), path)


def write_text(content: str, path: str | Path) -> None:
    """Write text in UTF-8, whole or not at all."""
    write_bytes(content.encode("utf-8"), path)


def write_private(content: str, path: str | Path) -> None:
    """Write text in UTF-8 that only its owner may read, whatever the mask of the process."""
    before = os.umask(0o077)
    try:
        write_text(content, path)
    finally:
        os.umask(before)
