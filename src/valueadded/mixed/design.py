"""From a frame of students and a formula to the columns of a design."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec
from formulaic.errors import FormulaicError
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.mixed.moments import INTERCEPT, term_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """Columns of a design, students as rows.

    values : (N, K) the terms without the intercept, then the response
    columns : K names
    codes : (N,) number of each student's school (and cohort)
    school_id, cohort : (J,) schools and cohorts behind the numbers
    reference_levels : factor -> level its coefficients are measured from
    levels : factor -> all its levels
    n_left_out : students left out because a column was missing
    """

    values: Array
    columns: tuple[str, ...]
    codes: NDArray[np.intp]
    school_id: NDArray[np.object_]
    cohort: NDArray[np.int64]
    reference_levels: dict[str, str]
    levels: dict[str, list[str]]
    n_left_out: int


def build_design(frame: pd.DataFrame, formulas: Sequence[str], school: str, cohort: str | None) -> Design:
    """Return the design that holds the columns of every formula, for the students who have them all.

    Raises
    ------
    DesignError
        Naming a column that is absent, infinite, or whose transform would differ between cohorts.
    """
    parts = [read_formula(formula) for formula in formulas]
    response = parts[0].response
    if any(part.response != response for part in parts):
        raise DesignError(f"formulas {list(formulas)} have different responses; expected one and the same")
    # Always with an intercept, so that factors are measured from a reference level in every formula.
    right = Formula(" + ".join(["1", *dict.fromkeys(term for part in parts for term in part.terms)]))
    needed = sorted({response, *map(str, right.required_variables)})
    key = [school] if cohort is None else [school, cohort]
    absent = [name for name in (*needed, *key) if name not in frame.columns]
    if absent:
        raise DesignError(
            f"column {', '.join(absent)} is not in the data; expected among {sorted(frame.columns)}"
        )
    complete = frame[[*needed, *[name for name in key if name not in needed]]].dropna()
    if complete.empty:
        raise DesignError(f"no student has all of {needed}; expected at least one")
    numbers = complete[needed].select_dtypes("number")
    infinite = [
        str(name) for name in numbers if not np.isfinite(numbers[name].to_numpy(dtype=np.float64)).all()
    ]
    if infinite:
        raise DesignError(f"column {', '.join(infinite)} has infinite values; expected numbers")
    terms, spec = _evaluate(right, complete)
    codes, school_id, cohorts = _groups(complete, school, cohort)
    return Design(
        values=np.column_stack(
            [terms.to_numpy(dtype=np.float64), complete[response].to_numpy(dtype=np.float64)]
        ),
        columns=(*terms.columns, response),
        codes=codes,
        school_id=school_id,
        cohort=cohorts,
        reference_levels=_reference_levels(spec),
        levels={factor: [str(level) for level in state.levels] for factor, state in _factors(spec)},
        n_left_out=len(frame) - len(complete),
    )


@dataclass(frozen=True)
class FixedPart:
    """What a formula says: the response, the terms without the intercept, and whether there is one."""

    response: str
    terms: tuple[str, ...]
    intercept: bool


def read_formula(formula: str) -> FixedPart:
    """Return the fixed part a Wilkinson formula describes.

    Raises
    ------
    DesignError
        If the formula cannot be read or has no response.
    """
    try:
        parsed = Formula(formula)
        terms = [str(term) for term in parsed.rhs]
        response = " + ".join(str(term) for term in parsed.lhs)
    except (FormulaicError, AttributeError) as fault:
        raise DesignError(
            f"formula '{formula}' cannot be read ({fault}); expected 'score ~ term + term'"
        ) from None
    return FixedPart(response, tuple(term for term in terms if term != "1"), "1" in terms)


def formula_terms(
    formula: str, available: Sequence[str], constant: Collection[str] = ()
) -> tuple[list[str], bool]:
    """Return the columns among `available` that belong to `formula`, and whether it has an intercept.

    Terms with a factor among `constant`, of which only the reference level occurs, have no column.

    Raises
    ------
    DesignError
        If a term of the formula has no column.
    """
    fixed = read_formula(formula)
    terms: list[str] = []
    for term in fixed.terms:
        found = [column for column in available if term_of(column) == term]
        if not found and not set(term.split(":")) & set(constant):
            raise DesignError(
                f"formula '{formula}': term {term} has no column; expected terms among {list(available)}"
            )
        terms += found
    return terms, fixed.intercept


def _evaluate(right: Formula, frame: pd.DataFrame) -> tuple[pd.DataFrame, ModelSpec]:
    """Return the columns of the terms, without the intercept, and what was learnt of the factors."""
    try:
        matrix = right.get_model_matrix(frame, na_action="raise")
    except FormulaicError as fault:
        raise DesignError(f"terms '{right}' do not fit the data: {fault}") from None
    spec = matrix.model_spec
    if spec.transform_state:
        raise DesignError(
            f"formula uses {', '.join(spec.transform_state)}, whose constants would differ between cohorts; "
            "expected a measure of the section `intake`, which takes them from the benchmark cohort"
        )
    return pd.DataFrame(matrix).drop(columns=INTERCEPT), spec


def _reference_levels(spec: ModelSpec) -> dict[str, str]:
    levels = {}
    for factor, state in _factors(spec):
        base = getattr(state.contrasts, "base", None)
        named = base if base in state.levels else state.levels[0]
        levels[factor] = str(named)
    return levels


def _factors(spec: ModelSpec) -> list[tuple[str, Any]]:
    """Return the factors and their contrasts by name; formulaic gives them in an order that varies by run."""
    return sorted(
        ((str(factor), state) for factor, state in spec.factor_contrasts.items()), key=itemgetter(0)
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
