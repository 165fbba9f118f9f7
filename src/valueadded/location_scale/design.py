"""From students, or their moments, and two formulas to standardised columns.

Inside, every column has mean 0 and variance 1 over the students: then the intercepts belong to the average
student, a slope effect turns about it, and the reference distribution of M5 and M6 is that of all students.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.location_scale.sums import Moments, Students
from valueadded.mixed.design import Design, build_design
from valueadded.mixed.formula import read_formula, term_columns
from valueadded.mixed.moments import INTERCEPT, SchoolMoments, pool, restrict
from valueadded.mixed.summarise import summarise_design
from valueadded.numerics.definite import find_aliased

Array = NDArray[np.float64]

# Rounding leaves a school constant with this share of its variance within schools at most.
CONSTANT_SHARE = 1e-20


@dataclass(frozen=True)
class LocationScaleDesign:
    """Standardised columns and the way back to the units of the data.

    data : what the criterion sums
    moments : of the terms of the mean and the outcome, in the units of the data
    location_terms, scale_terms : p and m names, `Intercept` first
    slope : the term whose slope varies between schools, or None
    location_centre, location_spread : (p,) mean and standard deviation of the terms; 0 and 1 for the
        intercept
    scale_centre, scale_spread : (m,) the same
    outcome_centre, outcome_spread : of the outcome
    """

    data: Students | Moments
    moments: SchoolMoments
    location_terms: tuple[str, ...]
    scale_terms: tuple[str, ...]
    slope: str | None
    location_centre: Array
    location_spread: Array
    scale_centre: Array
    scale_spread: Array
    outcome_centre: float
    outcome_spread: float

    @property
    def random(self) -> tuple[int, ...]:
        """Return the positions of the columns of the random part among the terms of the mean."""
        return self.data.random


def arrange_design(
    frame: pd.DataFrame | SchoolMoments, location: str, scale: str, school: str, slope: str | None
) -> LocationScaleDesign:
    """Return the design of `location` for the mean and `scale` for the log variance.

    Moments are enough, given or made, where no term of the log variance varies within a school.

    Raises
    ------
    DesignError
        Naming the formula, term or column at fault.
    """
    names = read_formula(location)
    if not scale.lstrip().startswith("~"):
        raise DesignError(f"scale '{scale}': found an outcome or no '~'; expected '~ term + term'")
    spread_formula = f"{names.response} {scale.strip()}"
    for formula in (location, spread_formula):
        if not read_formula(formula).intercept:
            raise DesignError(f"formula '{formula}' has no intercept; expected one in both functions")
    students = None
    if isinstance(frame, SchoolMoments):
        everything = pool(frame)
    else:
        students = build_design(frame, [location, spread_formula], school, None)
        everything = summarise_design(students)
    location_columns = _columns(location, everything)
    scale_columns = _columns(spread_formula, everything)
    everything = restrict(everything, [*dict.fromkeys([*location_columns, *scale_columns])])
    centre, spread = _standards(everything)
    _check_terms(everything, location_columns, scale_columns, slope)
    random = (0,) if slope is None else (0, 1 + location_columns.index(slope))
    at_location = [everything.columns.index(name) for name in location_columns]
    at_scale = [everything.columns.index(name) for name in scale_columns]
    data: Students | Moments
    if _constant_within(everything)[at_scale].all():
        data = _from_moments(everything, centre, spread, at_location, at_scale, random)
    elif students is None:
        raise DesignError(
            f"scale '{scale}': found moments only; expected students, since a term varies within schools"
        )
    else:
        data = _from_students(students, everything.columns, centre, spread, at_location, at_scale, random)
    return LocationScaleDesign(
        data=data,
        moments=replace(restrict(everything, location_columns), levels={}, formulas={}),
        location_terms=(INTERCEPT, *location_columns),
        scale_terms=(INTERCEPT, *scale_columns),
        slope=slope,
        location_centre=np.append(0.0, centre[at_location]),
        location_spread=np.append(1.0, spread[at_location]),
        scale_centre=np.append(0.0, centre[at_scale]),
        scale_spread=np.append(1.0, spread[at_scale]),
        outcome_centre=float(centre[-1]),
        outcome_spread=float(spread[-1]),
    )


def _columns(formula: str, moments: SchoolMoments) -> list[str]:
    return [column for columns in term_columns(formula, moments.formulas).values() for column in columns]


def _standards(moments: SchoolMoments) -> tuple[Array, Array]:
    """Return mean and standard deviation of each column over all students."""
    shift = moments.n @ moments.mean / moments.n_students
    apart = moments.mean - shift
    squares = np.einsum("jkk->k", moments.scatter) + moments.n @ apart**2
    return moments.centre + shift, np.sqrt(squares / moments.n_students)


def _constant_within(moments: SchoolMoments) -> NDArray[np.bool_]:
    """Return for each column whether it is constant within every school."""
    within = np.einsum("jkk->k", moments.scatter)
    size = np.sum(moments.n[:, None] * (moments.mean + moments.centre) ** 2, axis=0)
    return within <= CONSTANT_SHARE * np.maximum(size, within)


def _check_terms(
    moments: SchoolMoments, location_columns: list[str], scale_columns: list[str], slope: str | None
) -> None:
    """Refuse terms that cannot be told apart, an outcome that does not vary, and a slope without a slope."""
    outcome = moments.columns[-1]
    if moments.n_schools > 1 and not _standards(moments)[1][-1] > 0:
        raise DesignError(f"column {outcome}: found one value for all students; expected scores that differ")
    if slope is not None:
        if slope not in location_columns:
            raise DesignError(
                f"random_slope '{slope}': not a term of the mean; expected one of {location_columns}"
            )
        if _constant_within(moments)[moments.columns.index(slope)]:
            raise DesignError(
                f"random_slope '{slope}': constant within every school; expected a column that varies within"
            )
    apart = moments.mean - moments.n @ moments.mean / moments.n_students
    total = moments.scatter.sum(axis=0) + (moments.n[:, None] * apart).T @ apart
    for name, columns in (("location", location_columns), ("scale", scale_columns)):
        at = [moments.columns.index(column) for column in columns]
        for column, others in find_aliased(total[np.ix_(at, at)]).items():
            of = ", ".join(columns[k] for k in others) or "the intercept"
            raise DesignError(
                f"{name}: column {columns[column]} is a combination of {of}; expected terms that can be "
                "told apart: leave one out"
            )


def _from_moments(
    moments: SchoolMoments,
    centre: Array,
    spread: Array,
    at_location: list[int],
    at_scale: list[int],
    random: tuple[int, ...],
) -> Moments:
    means = (moments.mean + (moments.centre - centre)) / spread
    at = [*at_location, len(moments.columns) - 1]
    rows = np.column_stack([np.ones(moments.n_schools), means[:, at]])
    cross = moments.n[:, None, None] * rows[:, :, None] * rows[:, None, :]
    cross[:, 1:, 1:] += moments.scatter[:, at][:, :, at] / np.outer(spread[at], spread[at])
    z = np.column_stack([np.ones(moments.n_schools), means[:, at_scale]])
    return Moments(cross, z, random, moments.n)


def _from_students(
    design: Design,
    columns: tuple[str, ...],
    centre: Array,
    spread: Array,
    at_location: list[int],
    at_scale: list[int],
    random: tuple[int, ...],
) -> Students:
    order = np.argsort(design.codes, kind="stable")
    starts = np.searchsorted(design.codes[order], np.arange(len(design.school_id)))
    position = [design.columns.index(name) for name in columns]
    rows = np.ascontiguousarray(((design.values[order][:, position] - centre) / spread).T)
    ones = np.ones((1, len(order)))
    return Students(
        x=np.concatenate([ones, rows[at_location]]),
        y=rows[-1],
        z=np.concatenate([ones, rows[at_scale]]),
        random=random,
        starts=starts,
        n=np.diff(np.append(starts, len(order))).astype(np.float64),
    )
