"""Moments of several cohorts arranged side by side, a school in the same place in each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError, ValueAddedError
from valueadded.mixed.criterion import ProfileData, arrange
from valueadded.mixed.formula import formula_columns, read_formula
from valueadded.mixed.moments import SchoolMoments, recentre, restrict, student_means, take_rows
from valueadded.mixed.summarise import summarise_schools

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointData:
    """Moments of T cohorts of J schools, arranged for the criterion.

    cohorts : T outcome years, in order
    school_id : (J,) schools seen in any cohort
    n : (J, T) students; 0 where a school is absent
    rows : for each cohort (K_t, J) school mean rows, the response last; 0 where a school is absent
    within : for each cohort (K_t, K_t) cross-products about the school means
    profiles : each cohort by itself, as the random-intercept model takes it
    """

    cohorts: tuple[int, ...]
    school_id: NDArray[np.object_]
    n: Array
    rows: tuple[Array, ...]
    within: tuple[Array, ...]
    profiles: tuple[ProfileData, ...]

    @property
    def starts(self) -> NDArray[np.intp]:
        """Return (T + 1,) where the coefficients of each cohort begin among all P of them."""
        return np.cumsum([0, *(len(profile.terms) for profile in self.profiles)])

    @property
    def n_students(self) -> Array:
        """Return the students of each cohort (T,)."""
        return self.n.sum(axis=0)


def cohort_moments(
    frame: pd.DataFrame | SchoolMoments, formula: str, school: str, cohort: str
) -> tuple[dict[int, SchoolMoments], bool]:
    """Return the moments of `formula` in each cohort, and whether it has an intercept.

    `frame` holds students, or is moments with a row for each school and cohort. A column that is 0 for
    everybody in a cohort is a factor level nobody there has, and is left out of that cohort.

    Raises
    ------
    DesignError
        If there is one cohort only, or the moments have another response.
    """
    moments = frame if isinstance(frame, SchoolMoments) else summarise_schools(frame, formula, school, cohort)
    response = read_formula(formula).response
    if response != moments.columns[-1]:
        raise DesignError(
            f"formula '{formula}': found moments of '{moments.columns[-1]}'; expected the same response"
        )
    columns, intercept = formula_columns(formula, moments.formulas)
    kept = restrict(moments, columns)
    years = sorted({int(year) for year in kept.cohort})
    if len(years) < 2:
        raise DesignError(f"found cohort {years} only; expected at least two for a joint model")
    return {year: _one_cohort(kept, year) for year in years}, intercept


def _one_cohort(moments: SchoolMoments, year: int) -> SchoolMoments:
    cohort = take_rows(moments, np.flatnonzero(moments.cohort == year))
    repeated = pd.Series(cohort.school_id).duplicated()
    if repeated.any():
        raise DesignError(
            f"cohort {year}: school '{cohort.school_id[repeated.to_numpy()][0]}' has two rows of moments; "
            "expected one for each school and cohort"
        )
    # What is left of a constant column after centring is rounding.
    level = np.abs(cohort.mean + cohort.centre).max(axis=0)
    nobody = (level <= 1e-12 * np.abs(cohort.centre)) & ~cohort.scatter.any(axis=(0, 1))
    kept = restrict(cohort, [term for k, term in enumerate(cohort.terms) if not nobody[k]])
    # Cohorts far apart have a common centre that is far from each.
    return recentre(kept, np.array(list(student_means(kept).values())))


def arrange_joint(cohorts: Mapping[int, SchoolMoments], intercept: bool) -> JointData:
    """Return the moments of several cohorts arranged for the criterion.

    Raises
    ------
    FitError
        Naming the cohort that does not determine its own coefficients and variances.
    """
    profiles = []
    for year, moments in cohorts.items():
        try:
            profiles.append(arrange(moments, intercept))
        except ValueAddedError as fault:
            raise type(fault)(f"cohort {year}: {fault}") from None
    schools = np.unique(np.concatenate([moments.school_id.astype(str) for moments in cohorts.values()]))
    n = np.zeros((len(schools), len(cohorts)))
    rows = []
    for t, (moments, profile) in enumerate(zip(cohorts.values(), profiles, strict=True)):
        place = np.searchsorted(schools, moments.school_id.astype(str))
        n[place, t] = profile.n
        wide = np.zeros((len(profile.rows), len(schools)))
        wide[:, place] = profile.rows
        rows.append(wide)
    return JointData(
        cohorts=tuple(cohorts),
        school_id=schools.astype(object),
        n=n,
        rows=tuple(rows),
        within=tuple(profile.within for profile in profiles),
        profiles=tuple(profiles),
    )
