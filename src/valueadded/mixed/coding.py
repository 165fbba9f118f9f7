"""The columns of one formula: its terms evaluated, its factors coded as indicators of their levels."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from valueadded.errors import DesignError
from valueadded.mixed.formula import FixedPart, TermColumns
from valueadded.mixed.moments import INTERCEPT


@dataclass(frozen=True)
class FormulaMatrix:
    """The columns of one formula.

    matrix : (N, p) without the intercept
    columns : its terms and their columns
    levels : factor -> its levels, the reference level first
    coding : what codes other students alike
    """

    matrix: pd.DataFrame
    columns: TermColumns
    levels: dict[str, tuple[str, ...]]
    coding: Any


def evaluate(part: FixedPart, frame: pd.DataFrame, coding: Any = None) -> FormulaMatrix:
    """Return the columns of one formula, and how its factors are coded.

    `coding` is that of another matrix of the formula, whose levels are then the levels here too; without it
    the levels are those that occur in `frame`.

    Raises
    ------
    DesignError
        Naming the terms that cannot be evaluated, a transform that would differ between cohorts, or a coding
        that is not read back from names.
    """
    from formulaic import Formula
    from formulaic.errors import DataMismatchWarning, FormulaicError

    right = f"{1 if part.intercept else 0} + {' + '.join(part.terms)}" if part.terms else "1"
    try:
        # Whatever is not finite is refused below, by name.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error", DataMismatchWarning)
            reader = Formula(right) if coding is None else coding
            matrix = reader.get_model_matrix(frame, na_action="raise")
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
        spec,
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
