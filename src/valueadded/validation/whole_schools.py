"""Validate every file of the records of whole schools; each table once, one account of all."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from valueadded.config.input import Reading
from valueadded.config.plan import list_files
from valueadded.config.stages import Validation
from valueadded.config.whole_schools import WholeSchools
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.errors import SourceError
from valueadded.validation.validate import validate_file


@dataclass(frozen=True)
class ValidatedWholeSchools:
    """What became of the records of whole schools.

    records : table -> accepted records of all its files
    quarantine : one row for each record put aside, with its reason
    ledger : one row for each file
    """

    records: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    ledger: pd.DataFrame


def validate_whole_schools(folder: str | Path, tables: WholeSchools) -> ValidatedWholeSchools:
    """Return the accepted records of every table in `folder`, those put aside, and the account of both.

    Raises
    ------
    SourceError
        If a file is refused as a whole, or two files of a table hold the same record.
    ReconciliationError
        If a record is lost or counted twice.
    """
    records, quarantines, ledgers = {}, [], []
    for table, reading in tables.readings.items():
        parts = []
        for file in list_files(reading, tables.file_years):
            one = reading.model_copy(update={"files": [file]})
            # Which values are possible is in the contracts of these tables.
            any_value = Validation(year_levels=[0])
            path = Path(folder, file.path)
            found = validate_file(path, table, file, one, any_value, years=None, levels=[], domains=[])
            parts.append(found.parts[None, None])
            quarantines.append(found.quarantine)
            ledgers.append(found.ledger)
        records[table] = _join_files(parts, table, reading)
    return ValidatedWholeSchools(
        records, pd.concat(quarantines, ignore_index=True), pd.concat(ledgers, ignore_index=True)
    )


def _join_files(parts: list[pd.DataFrame], table: str, reading: Reading) -> pd.DataFrame:
    joined = pd.concat(parts, ignore_index=True)
    key = list(WHOLE_SCHOOL_TABLES[table].unique or [])
    repeated = int(joined.duplicated(key).sum()) if len(parts) > 1 else 0
    if repeated:
        raise SourceError(
            f"two files of table {table} hold the same {', '.join(key)} in {repeated} records; expected each"
            f" in one file (input.whole_schools.{table}.files)"
        )
    return joined
