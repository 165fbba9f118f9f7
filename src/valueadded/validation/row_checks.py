"""One function for each rule a record must keep: frame in, mask of the records that break it out.

`checks_for` puts the rules of a table in order; a record that breaks several is put aside for the first.
"""

from functools import partial

import numpy as np
import pandas as pd

from valueadded.config.sources import Source
from valueadded.config.stages import Validation
from valueadded.contracts.columns import PARTICIPATION
from valueadded.contracts.records import INPUT_TABLES
from valueadded.validation.mapping import number_columns
from valueadded.validation.row_check import Mask, RowCheck
from valueadded.validation.text_checks import identifier_checks, text_checks

FIRST_YEAR = 1900
LAST_YEAR = 2100


def row_blank(frame: pd.DataFrame, columns: list[str]) -> Mask:
    """Every column that is read is empty."""
    return frame[columns].isna().all(axis=1).to_numpy() if columns else np.zeros(len(frame), dtype=bool)


def year_not_a_number(frame: pd.DataFrame, column: str) -> Mask:
    """The calendar year is no whole number in this or the last century."""
    years = frame[column].to_numpy()
    return ~((years >= FIRST_YEAR) & (years <= LAST_YEAR) & (years == np.floor(years)))


def year_outside_file(frame: pd.DataFrame, column: str, calendar_year: int) -> Mask:
    """The calendar year is not the only one the file may hold."""
    return frame[column].to_numpy() != calendar_year


def level_not_allowed(frame: pd.DataFrame, column: str, year_levels: list[int]) -> Mask:
    """The year level is not one a record may have."""
    return ~np.isin(frame[column].to_numpy(), year_levels)


def participation_unknown(frame: pd.DataFrame, column: str) -> Mask:
    """The participation code is none of the known ones."""
    return ~frame[column].isin(PARTICIPATION).to_numpy()


def not_a_number(frame: pd.DataFrame, column: str) -> Mask:
    """There is something, and it is no plain number."""
    return np.isinf(frame[column].to_numpy())


def score_missing(frame: pd.DataFrame, column: str) -> Mask:
    """The student was present (or the file is of matched students), and there is no score."""
    present = frame["participation"] == "present" if "participation" in frame else True
    return (frame[column].isna() & present).to_numpy()


def score_out_of_range(frame: pd.DataFrame, column: str, lowest: float | None, highest: float | None) -> Mask:
    """The score is below the lowest or above the highest possible score."""
    scores = frame[column].to_numpy()
    return (scores < (-np.inf if lowest is None else lowest)) | (
        scores > (np.inf if highest is None else highest)
    )


def not_a_size(frame: pd.DataFrame, column: str) -> Mask:
    """There is something, and it is no plain number or is negative."""
    return not_a_number(frame, column) | (frame[column].to_numpy() < 0)


def not_a_share(frame: pd.DataFrame, column: str) -> Mask:
    """There is something, and it is no plain number above 0 and at most 1."""
    shares = frame[column]
    return (shares.notna() & ~((shares > 0) & (shares <= 1))).to_numpy(dtype=bool)


def checks_for(
    table: str,
    validation: Validation,
    calendar_year: int | None,
    covariates: dict[str, Source],
    read_columns: list[str],
) -> list[RowCheck]:
    """Return the rules of one table in the order in which they are asked.

    Parameters
    ----------
    calendar_year
        The only year the file may hold, or None.
    read_columns
        Columns of the table that come from columns of the file.
    """
    fixed = INPUT_TABLES[table].columns
    checks = [RowCheck("row_blank", "", "a row with values", partial(row_blank, columns=read_columns))]
    for name in fixed:
        if name == "participation" or name in number_columns(table):
            continue
        checks += text_checks(name, table, "code_unknown", missing_allowed=bool(fixed[name].nullable))
        if name.endswith("_id"):
            checks += identifier_checks(name)
    checks += _number_checks(table, validation, calendar_year)
    for name, origin in covariates.items():
        if origin.kind == "number":
            expected = f"a plain number such as 12.5 (input.{table}.covariates.{name})"
            checks.append(
                RowCheck("covariate_not_a_number", name, expected, partial(not_a_number, column=name))
            )
        else:
            checks += text_checks(name, table, "covariate_code_unknown", missing_allowed=True)
    return checks


def _number_checks(table: str, validation: Validation, calendar_year: int | None) -> list[RowCheck]:
    fixed = INPUT_TABLES[table].columns
    year = "year" if "year" in fixed else "calendar_year"
    expected = (
        f"a whole number from {FIRST_YEAR} to {LAST_YEAR}, or a code for it (input.{table}.columns.{year})"
    )
    checks = [RowCheck("year_not_a_number", year, expected, partial(year_not_a_number, column=year))]
    if calendar_year is not None:
        broken = partial(year_outside_file, column=year, calendar_year=calendar_year)
        checks.append(RowCheck("year_outside_file", year, f"{calendar_year} (input.{table}.files)", broken))
    if "year_level" in fixed:
        levels = partial(level_not_allowed, column="year_level", year_levels=validation.year_levels)
        expected = f"one of {validation.year_levels} (validation.year_levels)"
        checks.append(RowCheck("level_not_allowed", "year_level", expected, levels))
    if "participation" in fixed:
        expected = f"one of {', '.join(PARTICIPATION)} (input.{table}.columns.participation.codes)"
        broken = partial(participation_unknown, column="participation")
        checks.append(RowCheck("participation_unknown", "participation", expected, broken))
    if "score" in fixed:
        checks += _score_checks(table, validation)
    if "score_se" in fixed:
        expected = "a plain number, 0 or more"
        checks.append(
            RowCheck("score_se_not_a_number", "score_se", expected, partial(not_a_size, column="score_se"))
        )
    if "share" in fixed:
        expected = f"a plain number above 0, at most 1 (input.{table}.columns.share)"
        checks.append(RowCheck("share_not_a_share", "share", expected, partial(not_a_share, column="share")))
    if "prior_score" in fixed:
        broken = partial(not_a_number, column="prior_score")
        checks.append(
            RowCheck("prior_score_not_a_number", "prior_score", "a plain number such as 512.5", broken)
        )
    return checks


def _score_checks(table: str, validation: Validation) -> list[RowCheck]:
    lowest, highest = validation.score_minimum, validation.score_maximum
    limits = " and ".join(
        words
        for words, limit in ((f"at least {lowest}", lowest), (f"at most {highest}", highest))
        if limit is not None
    )
    broken = partial(score_out_of_range, column="score", lowest=lowest, highest=highest)
    missing = RowCheck(
        "score_missing",
        "score",
        f"a score, or another participation (input.{table}.columns.participation)",
        partial(score_missing, column="score"),
    )
    return [
        RowCheck(
            "score_not_a_number",
            "score",
            "a plain number such as 512.5",
            partial(not_a_number, column="score"),
        ),
        # Whoever was taught and not tested has a row without a score.
        *([] if table == "teacher_scores" else [missing]),
        RowCheck(
            "score_out_of_range",
            "score",
            f"{limits or 'any number'} (validation.score_minimum, validation.score_maximum)",
            broken,
        ),
    ]
