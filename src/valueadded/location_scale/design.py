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
from valueadded.location_scale.terms import check_school_terms, check_terms, constant_within, standards
from valueadded.mixed.design import Design, build_design
from valueadded.mixed.formula import read_formula, term_columns
from valueadded.mixed.moments import INTERCEPT, SchoolMoments, pool, restrict
from valueadded.mixed.summarise import summarise_design

Array = NDArray[np.float64]


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
    intercept_terms : g names of the terms of the log of the intercept variance
    intercept_centre, intercept_spread : (g,) the same
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
    intercept_terms: tuple[str, ...]
    intercept_centre: Array
    intercept_spread: Array
    outcome_centre: float
    outcome_spread: float

    @property
    def random(self) -> tuple[int, ...]:
        """Return the positions of the columns of the random part among the terms of the mean."""
        return self.data.random


def arrange_design(
    frame: pd.DataFrame | SchoolMoments,
    location: str,
    scale: str,
    school: str,
    slope: str | None,
    intercept_variance: str = "~ 1",
) -> LocationScaleDesign:
    """Return the design of `location` for the mean, `scale` for the log variance and `intercept_variance`.

    Moments are enough, given or made, where no term of the log variance varies within a school.

    Raises
    ------
    DesignError
        Naming the formula, term or column at fault.
    """
    spread_formula = _complete("scale", scale, location)
    school_formula = _complete("intercept_variance", intercept_variance, location)
    for formula in (location, spread_formula, school_formula):
        if not read_formula(formula).intercept:
            raise DesignError(f"formula '{formula}' has no intercept; expected one in every function")
    # Moments need not know of a formula without terms.
    formulas = {location: None, spread_formula: None}
    if read_formula(school_formula).terms:
        formulas[school_formula] = None
    students = None
    if isinstance(frame, SchoolMoments):
        everything = pool(frame)
    else:
        students = build_design(frame, list(formulas), school, None)
        everything = summarise_design(students)
    location_columns = _columns(location, everything)
    scale_columns = _columns(spread_formula, everything)
    school_columns = _columns(school_formula, everything) if school_formula in formulas else []
    everything = restrict(everything, [*dict.fromkeys([*location_columns, *scale_columns, *school_columns])])
    centre, spread = standards(everything)
    check_terms(everything, location_columns, scale_columns, slope)
    check_school_terms(everything, school_columns)
    random = (0,) if slope is None else (0, 1 + location_columns.index(slope))
    at_location = [everything.columns.index(name) for name in location_columns]
    at_scale = [everything.columns.index(name) for name in scale_columns]
    at_school = [everything.columns.index(name) for name in school_columns]
    w = ((everything.mean + (everything.centre - centre)) / spread)[:, at_school]
    data: Students | Moments
    if constant_within(everything)[at_scale].all():
        data = _from_moments(everything, centre, spread, at_location, at_scale, random, w)
    elif students is None:
        raise DesignError(
            f"scale '{scale}': found moments only; expected students, since a term varies within schools"
        )
    else:
        columns = everything.columns
        data = _from_students(students, columns, centre, spread, at_location, at_scale, random, w)
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
        intercept_terms=tuple(school_columns),
        intercept_centre=centre[at_school],
        intercept_spread=spread[at_school],
        outcome_centre=float(centre[-1]),
        outcome_spread=float(spread[-1]),
    )


def _complete(name: str, formula: str, location: str) -> str:
    """Return the one-sided formula with the outcome of the mean's."""
    if not formula.lstrip().startswith("~"):
        raise DesignError(f"{name} '{formula}': found an outcome or no '~'; expected '~ term + term'")
    return f"{read_formula(location).response} {formula.strip()}"


def _columns(formula: str, moments: SchoolMoments) -> list[str]:
    return [column for columns in term_columns(formula, moments.formulas).values() for column in columns]


def _from_moments(
    moments: SchoolMoments,
    centre: Array,
    spread: Array,
    at_location: list[int],
    at_scale: list[int],
    random: tuple[int, ...],
    intercept_terms: Array,
) -> Moments:
    means = (moments.mean + (moments.centre - centre)) / spread
    at = [*at_location, len(moments.columns) - 1]
    rows = np.column_stack([np.ones(moments.n_schools), means[:, at]])
    cross = moments.n[:, None, None] * rows[:, :, None] * rows[:, None, :]
    cross[:, 1:, 1:] += moments.scatter[:, at][:, :, at] / np.outer(spread[at], spread[at])
    z = np.column_stack([np.ones(moments.n_schools), means[:, at_scale]])
    return Moments(cross, z, random, moments.n, intercept_terms)


def _from_students(
    design: Design,
    columns: tuple[str, ...],
    centre: Array,
    spread: Array,
    at_location: list[int],
    at_scale: list[int],
    random: tuple[int, ...],
    intercept_terms: Array,
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
        intercept_terms=intercept_terms,
    )
