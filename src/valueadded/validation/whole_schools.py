"""Validate every file of the records of whole schools; each table once, one account of all."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from valueadded.config.plan import list_files
from valueadded.config.stages import Validation
from valueadded.config.whole_schools import WholeSchools
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.errors import SourceError
from valueadded.validation.validate import ValidatedFile, validate_file

# Which values are possible is in the contracts of these tables.
ANY_VALUE = Validation(year_levels=[0])


@dataclass(frozen=True)
class ValidatedWholeSchools:
    """What became of the records of whole schools.

    records : table -> accepted records of all its files
    quarantine : one row for each record put aside, with its reason
    ledger : one row for each file
    notes : what was noticed about files that are accepted
    """

    records: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    ledger: pd.DataFrame
    notes: pd.DataFrame


def validate_whole_schools(
    folder: str | Path, tables: WholeSchools, key: bytes | None = None
) -> ValidatedWholeSchools:
    """Return the accepted records of every table in `folder`, those put aside, and the account of both.

    Student identifiers are replaced by their hashes under `key`; without one they stay.

    Raises
    ------
    SourceError
        If a file is refused as a whole, or two files of a table hold the same record.
    ReconciliationError
        If a record is lost or counted twice.
    """
    records: dict[str, pd.DataFrame] = {}
    found: list[ValidatedFile] = []
    for table, reading in tables.readings.items():
        first = len(found)
        for file in list_files(reading, tables.file_years):
            one = reading.model_copy(update={"files": [file]})
            path = Path(folder, file.path)
            found.append(
                validate_file(path, table, file, one, ANY_VALUE, years=None, levels=[], domains=[], key=key)
            )
        records[table] = join_files([each.parts[None, None] for each in found[first:]], table)
    quarantine, ledger, notes = (
        pd.concat([getattr(each, part) for each in found], ignore_index=True)
        for part in ("quarantine", "ledger", "notes")
    )
    return ValidatedWholeSchools(records, quarantine, ledger, notes)


def join_files(parts: list[pd.DataFrame], table: str) -> pd.DataFrame:
    """Return the accepted records of all files of one table.

    Raises
    ------
    SourceError
        If two files hold the same record.
    """
    joined = pd.concat(parts, ignore_index=True)
    key = list(WHOLE_SCHOOL_TABLES[table].unique or [])
    repeated = int(joined.duplicated(key).sum()) if len(parts) > 1 else 0
    if repeated:
        raise SourceError(
            f"two files of table {table} hold the same {', '.join(key)} in {repeated} records; expected each"
            f" in one file (input.whole_schools.{table}.files)",
            "record_in_two_files",
        )
    return joined
