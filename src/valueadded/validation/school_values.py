"""Ready-made yearly values of schools: every cell of every file ends as a value or with a reason."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.config.reading import InputFile, Reading
from valueadded.config.school_values import SchoolValues
from valueadded.contracts.records import SCHOOL_VALUES
from valueadded.errors import SourceError
from valueadded.validation.id_map import read_id_map
from valueadded.validation.prescan import read_source
from valueadded.validation.quarantine import part_records
from valueadded.validation.reconciliation import reconcile_file
from valueadded.validation.school_account import count_cells, gather_ledger, gather_reasons
from valueadded.validation.school_cells import NO_COUNT, read_cells
from valueadded.validation.school_checks import school_checks

TABLE = "school_values"
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
    quarantine, ledger : as for other input files, a cell being a record
    """

    values: pd.DataFrame
    annual: pd.DataFrame
    school_types: pd.DataFrame
    value_reasons: pd.DataFrame
    account: pd.DataFrame
    quarantine: pd.DataFrame
    ledger: pd.DataFrame


@dataclass(frozen=True)
class JudgedFile:
    """The cells of one file.

    cells : accepted, with `left_out`, what the row is in words where it is no school of the study
    quarantine : cells put aside, with `school_id`, `measure` and `calendar_year` where they are known
    merged : exact repeats, `source_file` and `measure`
    ledger : one row
    """

    cells: pd.DataFrame
    quarantine: pd.DataFrame
    merged: pd.DataFrame
    ledger: pd.DataFrame


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
        judged.append(_judge_file(folder, file, f"input.{TABLE}.{place}", numbered[file.path]))
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
    )


def _judge_file(folder: str | Path, file: SchoolValues, section: str, numbered: int) -> JudgedFile:
    """Return the cells of one file; `numbered` cells of its rows have been read before."""
    how = file.model_dump(include={"sheet", "delimiter", "encoding", "last_line_end"})
    reading = Reading(files=[InputFile(path=file.path)], **how)
    source = read_source(Path(folder, file.path), reading, section)
    found = read_cells(source, file, section, read_id_map(folder, file.id_map, section))
    frame, measures = found.records.frame, np.array([*file.measures], dtype=object)
    gone = ~pd.isna(found.left_out)
    schools = replace(found.records, frame=frame.loc[~gone])
    checks = school_checks(file, section, has_types=found.has_types)
    parted = part_records(schools, source, checks, TABLE, file.path)
    cells = pd.concat([parted.accepted, frame.loc[gone].assign(left_out=found.left_out[gone])])
    cells = cells.reindex(columns=[*frame.columns, "left_out"]).astype({"left_out": "str"})
    quarantine = parted.quarantine
    quarantine["measure"] = measures[quarantine["record"].to_numpy() - 1]
    for name in ("school_id", "calendar_year"):
        quarantine[name] = frame[name].reindex(quarantine.index)
    _name_columns(quarantine, file)
    ledger = reconcile_file(
        file.path,
        TABLE,
        source.rows_in * len(measures),
        cells.index.to_numpy(),
        quarantine.index.to_numpy(),
        parted.merged,
        0,
    )
    merged = frame.loc[parted.merged, ["measure"]].assign(source_file=file.path)
    for part in (cells, quarantine):
        part["record"] += numbered
    return JudgedFile(cells.assign(source_file=file.path), quarantine, merged, ledger)


def _name_columns(quarantine: pd.DataFrame, file: SchoolValues) -> None:
    """Put the column of the file that a measure comes from in the place of the table's."""
    for place, row in quarantine[["reason", "measure"]].iterrows():
        entry = file.measures[row["measure"]]
        if row["reason"] == "value_not_a_number":
            quarantine.loc[place, "column"] = entry.column
        if row["reason"] == "students_not_a_number" and entry.n_students is not None:
            quarantine.loc[place, "column"] = entry.n_students.column or ""


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
            f" (input.{TABLE}, columns.school_type)"
        )
    if rows.empty:
        raise SourceError(
            f"input.{TABLE}: no row has a school type; expected columns.school_type in one file at least, a"
            " constant where every school is of one type"
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
            f" (input.{TABLE}, measures)"
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
