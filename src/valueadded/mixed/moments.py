"""Per-school moments: everything a linear mixed model with schools as groups needs to know of the students.

Rows once, moments after. Moments of two cohorts of a school add; terms can be left out or pinned at given
coefficients without going back to a student.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.numerics.group_moments import pool_groups

Array = NDArray[np.float64]
INTERCEPT = "Intercept"


@dataclass(frozen=True)
class SchoolMoments:
    """Moments of K columns (the terms, then the response) in J schools.

    school_id : (J,) school identifiers, text
    cohort : (J,) outcome years; one school may have a row for each cohort
    n : (J,) students
    columns : K names; the last is the response, the others are terms; the intercept is implied
    centre : (K,) constant subtracted from each column
    mean : (J, K) school mean minus `centre`
    scatter : (J, K, K) cross-products about the school mean
    levels : factor -> its levels, the one that coefficients are measured from first
    formulas : key of each formula that was summarised -> its terms and their columns
    n_left_out : students left out because a column of the formula was missing
    """

    school_id: NDArray[np.object_]
    cohort: NDArray[np.int64]
    n: Array
    columns: tuple[str, ...]
    centre: Array
    mean: Array
    scatter: Array
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formulas: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    n_left_out: int = 0

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the names of the terms, without the intercept."""
        return self.columns[:-1]

    @property
    def n_schools(self) -> int:
        """Return the number of rows, one for each school (and cohort)."""
        return len(self.n)

    @property
    def n_students(self) -> int:
        """Return the number of students."""
        return int(self.n.sum())


def restrict(moments: SchoolMoments, terms: Sequence[str]) -> SchoolMoments:
    """Return the moments of these terms and the response only.

    Raises
    ------
    DesignError
        If a term has no moments.
    """
    absent = [term for term in terms if term not in moments.terms]
    if absent:
        raise DesignError(f"no moments for {absent}; expected terms among {list(moments.terms)}")
    keep = [moments.columns.index(term) for term in terms] + [len(moments.columns) - 1]
    return replace(
        moments,
        columns=tuple(moments.columns[k] for k in keep),
        centre=moments.centre[keep],
        mean=moments.mean[:, keep],
        scatter=moments.scatter[:, keep][:, :, keep],
    )


def take_rows(moments: SchoolMoments, rows: NDArray[np.intp]) -> SchoolMoments:
    """Return the moments of some rows (schools, or schools and cohorts), in the order given."""
    return replace(
        moments,
        school_id=moments.school_id[rows],
        cohort=moments.cohort[rows],
        n=moments.n[rows],
        mean=moments.mean[rows],
        scatter=moments.scatter[rows],
    )


def pin(moments: SchoolMoments, coefficients: Mapping[str, float], free: Sequence[str] = ()) -> SchoolMoments:
    """Return moments whose response is what is left after the pinned terms, and whose terms are `free`.

    The new response is score - sum of coefficient x term, the intercept's coefficient included: an exact
    linear map of the columns, so no student row is needed. A pinned term without moments stands for a
    factor level nobody has, and adds nothing.
    """
    weights = np.zeros(len(moments.columns))
    weights[-1] = 1.0
    for k, term in enumerate(moments.terms):
        weights[k] = -coefficients.get(term, 0.0)
    kept = restrict(moments, free)
    transform = np.zeros((len(moments.columns), len(free) + 1))
    for k, term in enumerate(free):
        transform[moments.columns.index(term), k] = 1.0
    transform[:, -1] = weights
    centre = moments.centre @ transform
    centre[-1] -= coefficients.get(INTERCEPT, 0.0)
    return replace(
        kept,
        centre=centre,
        mean=moments.mean @ transform,
        scatter=transform.T @ moments.scatter @ transform,
    )


def measure_from(moments: SchoolMoments, origin: Mapping[str, float]) -> SchoolMoments:
    """Return the moments with some terms measured from an origin of their own: term minus origin."""
    shift = np.array([origin.get(column, 0.0) for column in moments.columns])
    return replace(moments, centre=moments.centre - shift)


def student_means(moments: SchoolMoments) -> dict[str, float]:
    """Return the mean of each term and of the response over all students."""
    means = moments.n @ moments.mean / moments.n.sum() + moments.centre
    return dict(zip(moments.columns, map(float, means), strict=True))


def recentre(moments: SchoolMoments, centre: Array) -> SchoolMoments:
    """Return the same moments about another centre (K,)."""
    return replace(moments, centre=centre, mean=moments.mean + (moments.centre - centre))


def pool(moments: SchoolMoments) -> SchoolMoments:
    """Return the moments with all cohorts of a school merged into one row; `cohort` is the latest."""
    schools, codes = np.unique(moments.school_id.astype(str), return_inverse=True)
    if len(schools) == moments.n_schools:
        return moments
    pooled = pool_groups(moments.n, moments.mean, moments.scatter, codes, len(schools))
    latest = np.zeros(len(schools), dtype=np.int64)
    np.maximum.at(latest, codes, moments.cohort)
    return replace(
        moments,
        school_id=schools.astype(object),
        cohort=latest,
        n=pooled.n,
        mean=pooled.mean,
        scatter=pooled.scatter,
    )
