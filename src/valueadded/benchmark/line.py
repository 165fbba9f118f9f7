"""A regression line of one cohort with each school's pull on it, from moments alone."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.criterion import arrange, solve_gls
from valueadded.mixed.moments import INTERCEPT, SchoolMoments

Array = NDArray[np.float64]
Basis = Literal["student", "school"]


@dataclass(frozen=True)
class Line:
    """A regression line and the influence of each school on its coefficients.

    terms : p names, `Intercept` first
    beta : (p,) coefficients
    influence : (J, p) change of the coefficients each school stands for; the rows sum to 0
    school_id : (J,) schools
    mean_intake : (p,) mean of the terms, 1 for the intercept, each student (or school) counting once
    n_students : students behind the line
    """

    terms: tuple[str, ...]
    beta: Array
    influence: Array
    school_id: NDArray[np.object_]
    mean_intake: Array
    n_students: int

    @property
    def coefficients(self) -> dict[str, float]:
        """Return term -> coefficient."""
        return dict(zip(self.terms, map(float, self.beta), strict=True))


def fit_line(moments: SchoolMoments, theta: float = 0.0, basis: Basis = "student") -> Line:
    """Return the least squares line of a formula with an intercept.

    Parameters
    ----------
    moments
        Moments of the terms, one row for each school.
    theta
        Ratio of school to residual variance: 0 for ordinary least squares, otherwise the generalised
        least squares line of the random-intercept model.
    basis
        "student": each student counts once; "school": each school counts once (weights 1 / n_j).

    Notes
    -----
    With A = sum_j w_j X_j'V_j^-1X_j, the influence of school j is A^-1 w_j X_j'V_j^-1 e_j, so that the sum
    of influence x influence' is the cluster-robust sandwich (Liang and Zeger 1986).
    """
    data = arrange(moments, intercept=True)
    weights = np.ones_like(data.n) if basis == "student" else 1.0 / data.n
    between = weights * data.n / (1.0 + data.n * theta)
    by_school = weights[:, None, None] * data.scatter + between[:, None, None] * np.einsum(
        "aj,bj->jab", data.rows, data.rows
    )
    solution = solve_gls(by_school.sum(axis=0))
    scores = by_school[:, :-1, :] @ solution.contrast
    influence = solution.system.solve(scores.T).T
    back = np.eye(len(solution.beta))
    back[0, 1:] = -data.centre[1:-1]
    beta = back @ solution.beta
    beta[0] += data.centre[-1]
    share = weights * data.n
    intake = (data.rows[:-1] * share).sum(axis=1) / share.sum() + data.centre[:-1]
    return Line(
        (INTERCEPT, *moments.terms), beta, influence @ back.T, moments.school_id, intake, moments.n_students
    )


def cluster_covariance(line: Line) -> Array:
    """Return the cluster-robust covariance (p, p) of the coefficients, schools as clusters.

    With the usual correction J / (J - 1) x (N - 1) / (N - p) for few clusters.
    """
    schools, terms = line.influence.shape
    correction = schools / (schools - 1) * (line.n_students - 1) / (line.n_students - terms)
    return correction * line.influence.T @ line.influence
