"""Ready-made yearly values of schools: every cell of every file ends as a value or with a reason."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.config.school_values import SchoolValues
from valueadded.contracts.records import SCHOOL_VALUES
from valueadded.errors import SourceError
from valueadded.validation.school_account import count_cells, gather_ledger, gather_reasons
from valueadded.validation.school_cells import NO_COUNT
from valueadded.validation.school_file import TABLE, judge_file

NO_TYPE = "no file gives the school a type"
KEY = ["school_id", "measure", "calendar_year"]


@dataclass(frozen=True)
class YearlyValues:
    """What became of the cells of every file.

    values : accepted cells with the file and row they come from
    annual : `school_id`, `measure`, `calendar_year`, `value` (NaN where there is none), `n_students`
    school_types : `school_id`, `calendar_year`, `school_type`
    value_reasons : why a school has no value of a measure in a year, with file and row
    account : cells by file, measure and fate
    quarantine, ledger, notes : as for other input files, a cell being a record
    """

    values: pd.DataFrame
    annual: pd.DataFrame
    school_types: pd.DataFrame
    value_reasons: pd.DataFrame
    account: pd.DataFrame
    quarantine: pd.DataFrame
    ledger: pd.DataFrame
    notes: pd.DataFrame


def read_school_values(folder: str | Path, files: list[SchoolValues]) -> YearlyValues:
    """Return yearly values of schools from every file, and an account of every cell.

    Parameters
    ----------
    folder
        The data folder.
    files
        What the configuration says about each file; one that is named twice has its cells numbered on.

    Raises
    ------
    SourceError
        If a file is refused as a whole, or two files differ about a school.
    ReconciliationError
        If a cell is lost or counted twice.
    """
    judged = []
    numbered: Counter[str] = Counter()
    for place, file in enumerate(files):
        judged.append(judge_file(folder, file, f"input.{TABLE}.{place}", numbered[file.path]))
        numbered[file.path] += len(file.measures)
    cells, quarantine, merged = (
        pd.concat([getattr(each, part) for each in judged], ignore_index=True)
        for part in ("cells", "quarantine", "merged")
    )
    school_types = _gather_types(cells)
    without_type = cells["left_out"].isna() & ~cells["school_id"].isin(school_types["school_id"])
    cells["left_out"] = cells["left_out"].mask(without_type, NO_TYPE)
    used = cells["left_out"].isna()
    values = cells.loc[used].astype({"calendar_year": "int64"})
    _refuse_repeats(values)
    values = _count_by_measure(values, files)
    cells.loc[used, "missing_reason"] = values["missing_reason"]
    account = count_cells(cells, quarantine, merged)
    return YearlyValues(
        values[list(SCHOOL_VALUES.columns)].reset_index(drop=True),
        values[[*KEY, "value", "n_students"]].reset_index(drop=True),
        school_types,
        gather_reasons(values, quarantine),
        account,
        quarantine.drop(columns=KEY),
        gather_ledger([each.ledger for each in judged], account),
        _gather_notes([each.notes for each in judged]),
    )


def _gather_notes(notes: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the notes on all files; what is said twice of a file that is read twice, once."""
    joined = pd.concat(notes, ignore_index=True)
    return joined.drop_duplicates(["source_file", "note", "column"], ignore_index=True)


def _gather_types(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the type of each school and year.

    Raises
    ------
    SourceError
        If two files give a school different types in one year, or none gives any.
    """
    named = cells[cells["left_out"].isna() & cells["school_type"].notna()]
    rows = named.drop_duplicates(["school_id", "calendar_year", "school_type"])
    twice = rows[rows.duplicated(["school_id", "calendar_year"], keep=False)]
    if len(twice):
        school, year = twice[["school_id", "calendar_year"]].iloc[0]
        here = twice[(twice["school_id"] == school) & (twice["calendar_year"] == year)]
        said = ", ".join(
            f"'{row.school_type}' (row {row.source_row} of {row.source_file})" for row in here.itertuples()
        )
        raise SourceError(
            f"school '{school}' has two types in {year:.0f}: {said}; expected one"
            f" (input.{TABLE}, columns.school_type)",
            "school_types_differ",
        )
    if rows.empty:
        raise SourceError(
            f"input.{TABLE}: no row has a school type; expected columns.school_type in one file at least, a"
            " constant where every school is of one type",
            "school_types_lacking",
        )
    found = rows[["school_id", "calendar_year", "school_type"]]
    return found.astype({"school_id": "str", "calendar_year": "int64", "school_type": "str"}).reset_index(
        drop=True
    )


def _refuse_repeats(values: pd.DataFrame) -> None:
    twice = values[values.duplicated(KEY, keep=False)]
    if len(twice):
        school, measure, year = twice[KEY].iloc[0]
        rows = twice[(twice[KEY] == [school, measure, year]).all(axis=1)]
        places = " and ".join(f"row {row.source_row} of {row.source_file}" for row in rows.itertuples())
        raise SourceError(
            f"{places} both have {measure} of school '{school}' in {year}; expected it in one file"
            f" (input.{TABLE}, measures)",
            "record_in_two_files",
        )


def _count_by_measure(values: pd.DataFrame, files: list[SchoolValues]) -> pd.DataFrame:
    """Return the values with numbers of students that another measure gives."""
    counted = {
        (file.path, measure): entry.n_students.measure
        for file in files
        for measure, entry in file.measures.items()
        if entry.n_students is not None and entry.n_students.measure is not None
    }
    values = values.copy()
    numbers = values.set_index(KEY)["value"]
    for (path, measure), other in counted.items():
        at = (values["source_file"] == path) & (values["measure"] == measure)
        wanted = values.loc[at, KEY].assign(measure=other)
        found = numbers.reindex(pd.MultiIndex.from_frame(wanted)).to_numpy()
        values.loc[at, "n_students"] = found
        without = at.to_numpy().copy()
        without[at.to_numpy()] = np.isnan(found)
        without &= values["value"].notna().to_numpy()
        values.loc[without, "missing_reason"] = f"{NO_COUNT}: no {other}"
        values.loc[without, "value"] = np.nan
    return values
