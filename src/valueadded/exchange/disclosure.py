"""Which schools' moments may leave an agency.

Moments of few students are their scores. So are moments of many, if a column that is 0 or 1 singles out few
of them: its cross-products are sums over those few. Every cell that a pair of such columns makes within a
school has therefore to be empty or as large as a school must be.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.mixed.moments import SchoolMoments, take_rows

Array = NDArray[np.float64]

LEAST_MINIMUM = 3
# Counts are whole numbers; what moments give differs from them by rounding.
COUNT_ERROR = 1e-6
# A spread below this share of the column's size is none.
NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Withheld:
    """Moments without the schools that would give students away.

    moments : of the schools that may leave
    n_small : schools with fewer students than the minimum
    n_cells : other schools in which a pair of 0-1 columns singles out fewer students than the minimum
    n_constant : other schools whose students all have one value of a score
    n_students : students of all schools withheld
    """

    moments: SchoolMoments
    n_small: int
    n_cells: int
    n_constant: int
    n_students: int


def withhold_schools(moments: SchoolMoments, minimum: int) -> Withheld:
    """Return the moments of the schools that may leave, and how many may not, each for its first reason.

    Parameters
    ----------
    minimum
        Least students in a school, and in every cell of its 0-1 columns that is not empty.

    Raises
    ------
    DesignError
        If `minimum` is below 3, no school may leave, or a term multiplies two factors: it would single out
        students by three characteristics at once, which moments show and this rule does not see.
    """
    if minimum < LEAST_MINIMUM:
        raise DesignError(f"minimum {minimum}: expected at least {LEAST_MINIMUM} students")
    indicators = _indicators(moments)
    _refuse_products(moments, indicators)
    small = moments.n < minimum
    cells = ~small & _has_small_cell(moments, indicators, minimum)
    constant = ~small & ~cells & _is_constant(moments, indicators)
    held = small | cells | constant
    if held.all():
        raise DesignError(
            f"none of {moments.n_schools} schools may leave with a minimum of {minimum} students:"
            f" {small.sum()} are smaller, {cells.sum()} have smaller groups; expected a smaller minimum or a"
            " formula with fewer categories (mixed.formula)"
        )
    return Withheld(
        moments=take_rows(moments, np.flatnonzero(~held)),
        n_small=int(small.sum()),
        n_cells=int(cells.sum()),
        n_constant=int(constant.sum()),
        n_students=int(moments.n[held].sum()),
    )


def _indicators(moments: SchoolMoments) -> list[int]:
    """Return the positions of the terms that are 0 or 1 for everybody: their squares sum to their sum."""
    total = moments.mean + moments.centre
    diagonal = np.einsum("jkk->jk", moments.scatter)
    count = moments.n[:, None] * total
    square = diagonal + moments.n[:, None] * total**2
    close = np.abs(square - count) <= COUNT_ERROR * moments.n[:, None]
    return [k for k in range(len(moments.columns) - 1) if close[:, k].all()]


def _refuse_products(moments: SchoolMoments, indicators: list[int]) -> None:
    names = {moments.columns[k] for k in indicators} | set(moments.levels)
    for columns in moments.formulas.values():
        for term in columns:
            factors = [part for part in term.split(":") if part in names]
            if len(factors) > 1:
                raise DesignError(
                    f"term '{term}' multiplies {len(factors)} factors; expected no such product in a formula"
                    " whose moments leave the agency: make one factor of their combinations, or leave it out"
                    " of mixed.formula"
                )


def _has_small_cell(moments: SchoolMoments, indicators: list[int], minimum: int) -> NDArray[np.bool_]:
    """Return which schools have a cell of one or two 0-1 columns with 1 to `minimum` - 1 students."""
    found = np.zeros(moments.n_schools, dtype=bool)
    if not indicators:
        return found
    counts = _cell_counts(moments, indicators)
    cells = np.einsum("ca,jab,db->jcd", *_with_their_rest(moments, indicators, counts))
    return np.asarray(((cells > COUNT_ERROR) & (cells < minimum - COUNT_ERROR)).any(axis=(1, 2)))


def _cell_counts(moments: SchoolMoments, indicators: list[int]) -> Array:
    """Return cross-products (J, 1 + I, 1 + I) of a column of ones and the indicators: counts of students."""
    ones = np.ones((moments.n_schools, 1))
    mean = np.hstack([ones, (moments.mean + moments.centre)[:, indicators]])
    counts = moments.n[:, None, None] * mean[:, :, None] * mean[:, None, :]
    counts[:, 1:, 1:] += moments.scatter[:, indicators][:, :, indicators]
    return counts


def _with_their_rest(
    moments: SchoolMoments, indicators: list[int], counts: Array
) -> tuple[Array, Array, Array]:
    """Return the operands of the cells: indicators, and those left when the levels of a factor are counted.

    Rows are weights of (ones, indicators). The rest of a factor's columns is its reference level; of a
    column that belongs to no factor, whoever has 0.
    """
    place = {moments.columns[k]: i + 1 for i, k in enumerate(indicators)}
    groups = {
        tuple(name for name in names if name in place)
        for columns in moments.formulas.values()
        for term, names in columns.items()
        if term in moments.levels
    } - {()}
    grouped = {name for group in groups for name in group}
    groups |= {(name,) for name in place if name not in grouped}
    rows = list(np.eye(1 + len(place)))
    for group in sorted(groups):
        rest = np.eye(1 + len(place))[0]
        rest[[place[name] for name in group]] = -1
        rows.append(rest)
    weights = np.array(rows)
    return weights, counts, weights


def _is_constant(moments: SchoolMoments, indicators: list[int]) -> NDArray[np.bool_]:
    """Return which schools have one value of a score for all: its spread within them is none.

    A column without spread within any school is a measure of schools and gives nobody away; one that is 0
    or 1 says at most that all students of a school are of a kind.
    """
    diagonal = np.einsum("jkk->jk", moments.scatter)
    size = moments.n[:, None] * (moments.mean + moments.centre) ** 2
    flat = diagonal <= NO_SPREAD * np.maximum(size, np.finfo(float).tiny)
    of_students = ~flat.all(axis=0)
    of_students[indicators] = False
    return np.asarray((flat & of_students).any(axis=1))
