"""The naive comparison: mean scores as they are."""

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.moments import SchoolMoments

Array = NDArray[np.float64]


def raw_change(before: SchoolMoments, after: SchoolMoments) -> tuple[Array, Array]:
    """Return the change of mean scores of the same J schools, and its standard errors, each (J,).

    The error is that of two independent samples of students with the cohort's spread within schools.
    """
    variance = sum(_within_variance(part) / part.n for part in (before, after))
    return _means(after) - _means(before), np.sqrt(variance)


def raw_drift(before: SchoolMoments, after: SchoolMoments) -> tuple[float, float]:
    """Return the change of the mean score of all students, and its error as if students were independent."""
    means, variances = [], []
    for part in (before, after):
        scores = _means(part)
        students = part.n.sum()
        mean = part.n @ scores / students
        total = part.scatter[:, -1, -1].sum() + part.n @ (scores - mean) ** 2
        means.append(mean)
        variances.append(total / (students - 1) / students)
    return float(means[1] - means[0]), float(np.sqrt(sum(variances)))


def _means(moments: SchoolMoments) -> Array:
    means: Array = moments.mean[:, -1] + moments.centre[-1]
    return means


def _within_variance(moments: SchoolMoments) -> float:
    return float(moments.scatter[:, -1, -1].sum() / (moments.n.sum() - moments.n_schools))
