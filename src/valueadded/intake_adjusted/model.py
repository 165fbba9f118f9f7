"""Intake-adjusted performance for one outcome of a plain frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError, FitError
from valueadded.intake_adjusted.choices import Choices
from valueadded.intake_adjusted.regression import assign_bands, regress_schools
from valueadded.intake_adjusted.terms import tabulate_terms

Array = NDArray[np.float64]


@dataclass(frozen=True)
class IntakeAdjustedFit:
    """Performance of schools on one outcome.

    performance : one row a school: its id, `n_students`, `observed`, `expected`,
        `standardised_residual`, `band` (higher, similar, lower), `status` (published, suppressed,
        missing intake, missing outcome, capped), `reason`, `leverage`
    regression : one row a term, see `tabulate_terms`
    """

    performance: pd.DataFrame
    regression: pd.DataFrame


def fit_intake_adjusted(
    frame: pd.DataFrame,
    outcome: str,
    intake: Sequence[str],
    unit: str = "school_id",
    minimum_students: int = 3,
    cap: float = 3.0,
    band: float = 1.0,
    choices: Choices | None = None,
) -> IntakeAdjustedFit:
    """Regress an outcome of schools on their intake and say who stands above or below (V1, V16-V19).

    Parameters
    ----------
    frame
        One row a school with `unit`, the outcome and the intake measures as they enter the regression. Where
        a column `n_students` counts the students behind the outcome, schools with fewer than
        `minimum_students` are suppressed: they stay in the regression, and their result is hidden.
    choices
        `residual` and `outlier_passes` are heeded.

    Raises
    ------
    DesignError
        If a column is absent, holds no numbers or infinite ones, or a school has two rows.
    FitError
        If schools are too few for the coefficients, or the intake gives the outcome exactly.
    """
    chosen = choices or Choices()
    _check_frame(frame, outcome, intake, unit)
    rows = frame.assign(**{unit: frame[unit].astype("str")}).sort_values(
        unit, kind="stable", ignore_index=True
    )
    columns = rows[list(intake)].to_numpy(np.float64)
    response = rows[outcome].to_numpy(np.float64)
    students = rows["n_students"].to_numpy(np.float64) if "n_students" in rows else np.full(len(rows), np.nan)
    judged = judge_schools(columns, response, students, intake, minimum_students, cap, band, chosen)
    if judged is None:
        raise FitError(
            f"{outcome}: no regression on {len(intake)} intake measures; expected more schools with all, "
            "and an outcome that they do not give exactly"
        )
    performance, regression = judged
    performance.insert(0, unit, rows[unit])
    return IntakeAdjustedFit(performance, regression)


def judge_schools(
    columns: Array,
    response: Array,
    students: Array,
    names: Sequence[str],
    minimum_students: int,
    cap: float,
    band: float,
    choices: Choices,
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return performance and terms for schools with columns (J, p), response (J,) and students (J,).

    A missing count of students suppresses nothing. None stands for no regression.
    """
    has_outcome, lacks = np.isfinite(response), ~np.isfinite(columns)
    fitted = has_outcome & ~lacks.any(axis=1)
    found = regress_schools(columns[fitted], response[fitted], cap, choices.outlier_passes, choices.residual)
    if found is None:
        return None
    few = has_outcome & (students < minimum_students)
    removed = np.zeros(len(response), dtype=bool)
    removed[fitted] = found.removed
    status = np.select(
        [~has_outcome, few, ~fitted, removed],
        ["missing outcome", "suppressed", "missing intake", "capped"],
        "published",
    )
    shown = np.isin(status, ["published", "capped"])
    values = {name: np.full(len(response), np.nan) for name in ("expected", "standardised", "leverage")}
    for name, column in values.items():
        column[fitted] = getattr(found, name)
        column[~shown] = np.nan
    performance = pd.DataFrame(
        {
            "n_students": students,
            "observed": np.where(few, np.nan, response),
            "expected": values["expected"],
            "standardised_residual": values["standardised"],
            "band": pd.array(assign_bands(values["standardised"], band), dtype="str"),
            "status": pd.array(status, dtype="str"),
            "reason": pd.array(_reasons(status, lacks, names), dtype="str"),
            "leverage": values["leverage"],
        }
    )
    counts = {
        f"n_{word.replace(' ', '_')}": int((status == word).sum())
        for word in ("suppressed", "missing intake", "missing outcome")
    }
    terms = tabulate_terms(found, names, columns[fitted], **counts)
    return performance, terms


def _reasons(status: NDArray[np.str_], lacks: NDArray[np.bool_], names: Sequence[str]) -> list[str]:
    words = {
        "suppressed": "too few students",
        "capped": "removed from the regression: beyond the cap",
        "missing outcome": "no value of the outcome",
    }
    return [
        f"no value of {', '.join(names[k] for k in np.flatnonzero(lacks[row]).tolist())}"
        if each == "missing intake"
        else words.get(str(each), "")
        for row, each in enumerate(status)
    ]


def _check_frame(frame: pd.DataFrame, outcome: str, intake: Sequence[str], unit: str) -> None:
    absent = [name for name in (unit, outcome, *intake) if name not in frame.columns]
    if absent:
        raise DesignError(f"column {', '.join(absent)} is not in the data; expected one row a school with it")
    for name in (outcome, *intake):
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise DesignError(f"column {name}: found {frame[name].dtype}; expected numbers")
        if np.isinf(frame[name].to_numpy(np.float64)).any():
            raise DesignError(f"column {name} has infinite values; expected numbers")
    twice = frame.loc[frame[unit].duplicated(), unit]
    if len(twice):
        raise DesignError(
            f"{unit} '{twice.iloc[0]}' has several rows ({len(twice)} too many); expected one a school"
        )
