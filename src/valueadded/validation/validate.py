"""Validate one input file: read, map, judge, part, prove."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.config.input import InputFile, Reading
from valueadded.config.stages import Validation
from valueadded.contracts.records import INPUT_TABLES
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.validation.column_notes import note_columns
from valueadded.validation.examples import mask_examples
from valueadded.validation.mapping import YEAR_COLUMN, map_records, section_of
from valueadded.validation.notes import Note, tabulate_notes
from valueadded.validation.prescan import read_source
from valueadded.validation.quarantine import part_records
from valueadded.validation.reconciliation import reconcile_file
from valueadded.validation.record_notes import note_records
from valueadded.validation.row_checks import checks_for
from valueadded.validation.student_key import hide_students
from valueadded.validation.whole_school_checks import whole_school_checks

# Keys of the configuration that say which domains, year levels and years are used.
STUDENT_KEYS = ("study.domains", "cohorts.prior_level, cohorts.outcome_level", "study.tested_years")
TEACHER_KEYS = ("layered.domains", "layered.year_levels", "layered.years")


@dataclass(frozen=True)
class ValidatedFile:
    """What became of the records of one file.

    parts : (calendar year, year level) -> accepted records the study uses; the year level is None for tables
        that have none, both are None where every record is used. One part for every year and level asked
        for, year by year, empty or not
    outside_study : accepted records of other years, year levels or domains
    quarantine : one row for each record put aside, with its reason
    ledger : one row
    notes : what was noticed about a file that is accepted, one row for each note
    examples : for each reason and column up to three records put aside, their values masked: letters as A,
        digits as 9
    """

    parts: dict[tuple[int | None, int | None], pd.DataFrame]
    outside_study: pd.DataFrame
    quarantine: pd.DataFrame
    ledger: pd.DataFrame
    notes: pd.DataFrame
    examples: pd.DataFrame


def validate_file(
    path: str | Path,
    table: str,
    file: InputFile,
    reading: Reading,
    validation: Validation,
    years: list[int] | None,
    levels: list[int],
    domains: list[str],
    key: bytes | None = None,
) -> ValidatedFile:
    """Return the accepted records of one file in parts, those put aside, and the account of both.

    Parameters
    ----------
    path
        Where the file is.
    table
        A key of `INPUT_TABLES`, or a table of `input.whole_schools`.
    file, reading
        What the configuration says about this file, and how files of its table are read.
    years, levels, domains
        Calendar years, year levels and domains the study uses; without years it uses every record.
    key
        Student identifiers are replaced by their hashes under this key; without one they stay.

    Raises
    ------
    SourceError
        If the file is refused as a whole.
    ReconciliationError
        If a record is lost or counted twice.
    """
    name = Path(file.path).name
    source = read_source(path, reading, section_of(table))
    records = map_records(source, table, file, reading, path)
    if table in WHOLE_SCHOOL_TABLES:
        checks = whole_school_checks(table, file.calendar_year, list(records.origins))
    else:
        checks = checks_for(table, validation, file.calendar_year, reading.covariates, list(records.origins))
    parted = part_records(records, source, checks, table, name)
    notes = [*source.notes, *note_columns(source, records, table, file, reading)]
    examples = mask_examples(parted.quarantine, source)
    records_in, content, origins = source.rows_in * records.records_a_row, source.content, records.origins
    # What follows copies the records; those of a large file would be in memory four times.
    del source, records
    # Numbers such as an age change by nature.
    lasting = [covariate for covariate, origin in reading.covariates.items() if origin.kind == "text"]
    notes += note_records(parted.accepted, origins, table, validation, lasting)
    if len(parted.merged):
        notes.append(Note("repeats_merged", "", len(parted.merged), "each record once"))
    accepted = parted.accepted if key is None else hide_students(parted.accepted, key)
    used, outside = _split_by_use(accepted, table, years, levels, domains)
    if len(outside):
        notes.append(
            Note("outside_study", "", len(outside), _outside_in_words(outside, table, domains, levels))
        )
    return ValidatedFile(
        {part: _columns_of(rows, table, reading) for part, rows in used.items()},
        _columns_of(outside, table, reading),
        parted.quarantine.reset_index(drop=True),
        reconcile_file(
            name,
            table,
            records_in,
            np.concatenate([rows.index.to_numpy() for rows in [*used.values(), outside]]),
            parted.quarantine.index.to_numpy(),
            parted.merged,
            len(outside),
            content,
        ),
        tabulate_notes(notes, name, table),
        examples,
    )


def _split_by_use(
    accepted: pd.DataFrame, table: str, years: list[int] | None, levels: list[int], domains: list[str]
) -> tuple[dict[tuple[int | None, int | None], pd.DataFrame], pd.DataFrame]:
    """Return the records of each part, and those in none."""
    if years is None:
        return {(None, None): accepted}, accepted.iloc[:0]
    studied = accepted["domain"].isin(domains) if "domain" in accepted else pd.Series(True, accepted.index)
    # Only assessments are parted by level.
    if table == "teacher_scores":
        studied &= accepted["year_level"].isin(levels)
    parts: dict[tuple[int | None, int | None], pd.DataFrame] = {}
    taken = np.zeros(len(accepted), dtype=bool)
    for year in years:
        in_year = studied & (accepted[YEAR_COLUMN[table]] == year)
        for level in levels if table == "assessments" else [None]:
            here = (in_year if level is None else in_year & (accepted["year_level"] == level)).to_numpy()
            parts[year, level] = accepted.loc[here]
            taken |= here
    return parts, accepted.loc[~taken]


def _outside_in_words(outside: pd.DataFrame, table: str, domains: list[str], levels: list[int]) -> str:
    """Return how many records are outside by domain, year level and, if by neither, year."""
    other = ~outside["domain"].isin(domains) if "domain" in outside else pd.Series(False, outside.index)
    level = (
        ~outside["year_level"].isin(levels) if "year_level" in outside else pd.Series(False, outside.index)
    )
    keys = TEACHER_KEYS if table.startswith("teacher_") else STUDENT_KEYS
    counts = {
        f"domains ({keys[0]})": int(other.sum()),
        f"year levels ({keys[1]})": int((level & ~other).sum()),
        f"years ({YEAR_COLUMN[table]}, {keys[2]})": int((~level & ~other).sum()),
    }
    return "; ".join(f"{count} of other {what}" for what, count in counts.items() if count)


def _columns_of(rows: pd.DataFrame, table: str, reading: Reading) -> pd.DataFrame:
    return rows[[*INPUT_TABLES[table].columns, *reading.covariates]].reset_index(drop=True)
