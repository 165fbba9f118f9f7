"""From a frame of students and formulas to the columns of a design."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.mixed.formula import FixedPart, TermColumns, formula_variables, read_formula
from valueadded.mixed.moments import INTERCEPT

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


@dataclass(frozen=True)
class FormulaMatrix:
    """The columns of one formula.

    matrix : (N, p) without the intercept
    columns : its terms and their columns
    levels : factor -> its levels, the reference level first
    """

    matrix: pd.DataFrame
    columns: TermColumns
    levels: dict[str, tuple[str, ...]]


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
    parts = [read_formula(formula) for formula in formulas]
    response = parts[0].response
    if any(part.response != response for part in parts):
        raise DesignError(f"formulas {list(formulas)} have different responses; expected one and the same")
    complete = _complete_students(frame, formulas, response, [school] if cohort is None else [school, cohort])
    evaluated = {part.key: _evaluate(part, complete) for part in parts}
    matrices = pd.concat([each.matrix for each in evaluated.values()], axis=1)
    terms = matrices.loc[:, ~matrices.columns.duplicated()]
    codes, school_id, cohorts = _groups(complete, school, cohort)
    return Design(
        values=np.column_stack([terms.to_numpy(np.float64), complete[response].to_numpy(np.float64)]),
        columns=(*terms.columns, response),
        codes=codes,
        school_id=school_id,
        cohort=cohorts,
        levels={factor: levels for each in evaluated.values() for factor, levels in each.levels.items()},
        formulas={key: each.columns for key, each in evaluated.items()},
        n_left_out=len(frame) - len(complete),
    )


def _complete_students(
    frame: pd.DataFrame, formulas: Sequence[str], response: str, key: list[str]
) -> pd.DataFrame:
    """Return the columns the formulas need, for the students who have them all."""
    needed = sorted({response}.union(*map(formula_variables, formulas)))
    absent = [name for name in (*needed, *key) if name not in frame.columns]
    if absent:
        raise DesignError(
            f"column {', '.join(absent)} is not in the data; expected among {sorted(frame.columns)}"
        )
    complete = frame[[*needed, *[name for name in key if name not in needed]]].dropna()
    if complete.empty:
        raise DesignError(
            f"found {len(frame)} students, no student has all of {needed}; expected at least one"
        )
    refuse_infinite(complete[needed])
    unused = {
        name: complete[name].cat.remove_unused_categories()
        for name in needed
        if isinstance(complete[name].dtype, pd.CategoricalDtype)
    }
    return complete.assign(**unused)


def refuse_infinite(columns: pd.DataFrame) -> None:
    """Refuse columns with infinite values, by name.

    Raises
    ------
    DesignError
        Naming the columns.
    """
    numbers = columns.select_dtypes("number")
    infinite = [str(name) for name in numbers if not np.isfinite(numbers[name].to_numpy(np.float64)).all()]
    if infinite:
        raise DesignError(f"column {', '.join(infinite)} has infinite values; expected numbers")


def _evaluate(part: FixedPart, frame: pd.DataFrame) -> FormulaMatrix:
    """Return the columns of one formula and what was learnt of its factors."""
    from formulaic import Formula
    from formulaic.errors import DataMismatchWarning, FormulaicError

    right = f"{1 if part.intercept else 0} + {' + '.join(part.terms)}" if part.terms else "1"
    try:
        # Whatever is not finite is refused below, by name.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error", DataMismatchWarning)
            matrix = Formula(right).get_model_matrix(frame, na_action="raise")
    except (FormulaicError, DataMismatchWarning, ValueError, TypeError) as fault:
        # What the reader says may quote the data.
        raise DesignError(
            f"terms '{right}' cannot be evaluated ({type(fault).__name__}); expected numbers and "
            "known functions:"
            " check zeros under a logarithm and levels named in C()"
        ) from None
    spec = matrix.model_spec
    if spec.transform_state:
        raise DesignError(
            f"formula uses {', '.join(spec.transform_state)}, whose constants would differ between cohorts; "
            "expected a measure of the section `intake`, which takes them from the benchmark cohort"
        )
    names = list(matrix.columns)
    columns = {
        ":".join(sorted(str(factor) for factor in term.factors)): tuple(names[k] for k in indices)
        for term, indices in spec.term_indices.items()
    }
    table = pd.DataFrame(matrix).drop(columns=INTERCEPT, errors="ignore")
    refuse_infinite(table)
    return FormulaMatrix(
        table,
        {term: columns[term] for term in part.terms},
        # The reader gives factors in an order that varies by run.
        {
            str(factor): _levels(str(factor), state)
            for factor, state in sorted(spec.factor_contrasts.items(), key=str)
        },
    )


def _levels(factor: str, state: Any) -> tuple[str, ...]:
    """Return the levels of a factor, the reference level first."""
    from formulaic.transforms.contrasts import TreatmentContrasts

    if not isinstance(state.contrasts, TreatmentContrasts):
        raise DesignError(
            f"{factor}: found {type(state.contrasts).__name__}; expected treatment contrasts, whose "
            "coefficients"
            " mean the same in every cohort"
        )
    base = state.contrasts.base if state.contrasts.base in state.levels else state.levels[0]
    return (str(base), *(str(level) for level in state.levels if level != base))


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
