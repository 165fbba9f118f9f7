"""Characteristics of students and schools joined to the students of a cohort."""

import pandas as pd

from valueadded.contracts.cohorts import COHORT
from valueadded.contracts.records import ASSESSMENTS, MATCHED
from valueadded.errors import CohortError

SCORE_ERRORS = ("score_se", "prior_score_se")
NOT_COVARIATES = frozenset({*ASSESSMENTS.columns, *MATCHED.columns, *COHORT.columns, *SCORE_ERRORS})


def list_covariates(records: pd.DataFrame) -> list[str]:
    """Return the columns that follow the fixed ones in accepted records, sorted."""
    return sorted(set(records.columns) - NOT_COVARIATES)


def join_characteristics(
    frame: pd.DataFrame, characteristics: pd.DataFrame, key: str, calendar_year: int, table: str
) -> pd.DataFrame:
    """Return `frame` with the characteristics of one calendar year beside it, missing where there is none.

    Parameters
    ----------
    frame
        Rows that carry the column `key`.
    characteristics
        Accepted rows of the input table named `table`: `key`, `calendar_year`, characteristics.

    Raises
    ------
    CohortError
        If the table has a column that `frame` has too, or two differing rows for one `key`.
    """
    rows = characteristics[characteristics["calendar_year"].eq(calendar_year)]
    rows = rows.drop(columns=["calendar_year", "source_row"], errors="ignore").drop_duplicates()
    clashes = sorted((set(rows.columns) & set(frame.columns)) - {key})
    if clashes:
        raise CohortError(
            f"input.{table}.covariates: {clashes} would overwrite columns that the cohort already has;"
            " expected names that occur once among the input tables"
        )
    doubled = int(rows[key].duplicated().sum())
    if doubled:
        raise CohortError(
            f"input.{table}.files: calendar year {calendar_year} has {doubled} further rows that contradict"
            f" another row of the same {key}; expected one row for each, or repeats that agree"
        )
    return frame.merge(rows, on=key, how="left")
