"""From a frame of students and formulas to the columns of a design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.mixed.coding import evaluate, refuse_infinite
from valueadded.mixed.formula import TermColumns, formula_variables, read_formula

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Columns of a design, students as rows.

    values : (N, K) the terms without the intercept, then the response
    columns : K names; one name is one column, whatever the formula
    codes : (N,) number of each student's school (and cohort)
    school_id, cohort : (J,) schools and cohorts behind the numbers
    levels : factor -> its levels, the one that coefficients are measured from first
    formulas : key of each formula -> its terms and their columns
    n_left_out : students left out because a column was missing
    """

    values: Array
    columns: tuple[str, ...]
    codes: NDArray[np.intp]
    school_id: NDArray[np.object_]
    cohort: NDArray[np.int64]
    levels: dict[str, tuple[str, ...]]
    formulas: dict[str, TermColumns]
    n_left_out: int


def build_design(frame: pd.DataFrame, formulas: Sequence[str], school: str, cohort: str | None) -> Design:
    """Return the design that holds the columns of every formula, for the students who have them all.

    Each formula is coded by itself, since whether a factor has a reference level depends on the other
    terms; columns with one name are then the same column.

    Raises
    ------
    DesignError
        Naming a column that is absent or infinite, a transform that would differ between cohorts, or a
        coding that is not read back from names.
    """
    needed = design_columns(formulas, school, cohort)
    complete = complete_students(frame, needed)
    refuse_nobody(len(frame), len(complete), needed)
    return code_students(
        drop_unused_levels(complete), formulas, school, cohort, n_left_out=len(frame) - len(complete)
    )


def design_columns(formulas: Sequence[str], school: str, cohort: str | None) -> list[str]:
    """Return the columns of students that a design reads: those of its formulas, school and cohort.

    Raises
    ------
    DesignError
        If a formula cannot be read, or the formulas have different responses.
    """
    needed = sorted({_response_of(formulas)}.union(*map(formula_variables, formulas)))
    key = [school] if cohort is None else [school, cohort]
    return [*needed, *[name for name in key if name not in needed]]


def _response_of(formulas: Sequence[str]) -> str:
    responses = {read_formula(formula).response for formula in formulas}
    if len(responses) > 1:
        raise DesignError(f"formulas {list(formulas)} have different responses; expected one and the same")
    return responses.pop()


def complete_students(frame: pd.DataFrame, needed: list[str]) -> pd.DataFrame:
    """Return the columns `needed`, for the students who have them all; there may be none.

    Raises
    ------
    DesignError
        Naming a column that is absent or infinite.
    """
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise DesignError(
            f"column {', '.join(absent)} is not in the data; expected among {sorted(frame.columns)}"
        )
    complete = frame[needed].dropna()
    refuse_infinite(complete)
    return complete


def refuse_nobody(n_students: int, n_complete: int, needed: list[str]) -> None:
    """Refuse students of whom none has all the columns `needed`.

    Raises
    ------
    DesignError
        Naming the columns.
    """
    if not n_complete:
        raise DesignError(
            f"found {n_students} students, no student has all of {needed}; expected at least one"
        )


def drop_unused_levels(students: pd.DataFrame) -> pd.DataFrame:
    """Return the students, with the levels of categorical columns that occur among them."""
    used = {
        str(name): column.cat.remove_unused_categories()
        for name, column in students.items()
        if isinstance(column.dtype, pd.CategoricalDtype)
    }
    return students.assign(**used)


def code_students(
    students: pd.DataFrame,
    formulas: Sequence[str],
    school: str,
    cohort: str | None,
    n_left_out: int,
    codings: Mapping[str, Any] | None = None,
) -> Design:
    """Return the design of complete students; `codings` (key of a formula -> its coding) gives the levels.

    Raises
    ------
    DesignError
        As `build_design`.
    """
    parts = [read_formula(formula) for formula in formulas]
    evaluated = {part.key: evaluate(part, students, (codings or {}).get(part.key)) for part in parts}
    matrices = pd.concat([each.matrix for each in evaluated.values()], axis=1)
    terms = matrices.loc[:, ~matrices.columns.duplicated()]
    response = parts[0].response
    codes, school_id, cohorts = _groups(students, school, cohort)
    return Design(
        values=np.column_stack([terms.to_numpy(np.float64), students[response].to_numpy(np.float64)]),
        columns=(*terms.columns, response),
        codes=codes,
        school_id=school_id,
        cohort=cohorts,
        levels={factor: levels for each in evaluated.values() for factor, levels in each.levels.items()},
        formulas={key: each.columns for key, each in evaluated.items()},
        n_left_out=n_left_out,
    )


def _groups(
    frame: pd.DataFrame, school: str, cohort: str | None
) -> tuple[NDArray[np.intp], NDArray[np.object_], NDArray[np.int64]]:
    school_codes, schools = pd.factorize(frame[school].astype("str"), sort=True)
    if cohort is None:
        return school_codes, np.asarray(schools, dtype=object), np.zeros(len(schools), dtype=np.int64)
    cohort_codes, cohorts = pd.factorize(frame[cohort], sort=True)
    both, codes = np.unique(school_codes * len(cohorts) + cohort_codes, return_inverse=True)
    return (
        codes,
        np.asarray(schools, dtype=object)[both // len(cohorts)],
        np.asarray(cohorts, dtype=np.int64)[both % len(cohorts)],
    )
