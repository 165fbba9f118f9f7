"""Deviance of the joint model of several cohorts, from moments alone (K5).

Notation: Sigma (T, T) is the covariance of a school's true effects over T cohorts, sigma2_t the residual
variance of cohort t, m_j a school's mean row in each cohort. Students of different cohorts are different
students, so a school's means have covariance Sigma + diag(sigma2_t / n_jt). With D_j = diag(n_jt / sigma2_t),

    P_j = D^1/2 (I + D^1/2 Sigma D^1/2)^-1 D^1/2,    -2 log L = sum_t N_t log(2 pi sigma2_t)
        + sum_j log|I + D^1/2 Sigma D^1/2| + sum_t within_t / sigma2_t + sum_j m_j'P_j m_j.

Sigma may be singular and is never inverted; a cohort in which a school is absent is n = 0. The coefficients
of all cohorts are profiled out by generalised least squares.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.joint.design import JointData
from valueadded.numerics.definite import DefiniteSystem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointSolution:
    """Coefficients and residuals at given variances.

    beta : (P,) coefficients of all cohorts, one cohort after the other, in centred columns
    system : the factored X'V^-1X (P, P)
    precision : (J, T, T) P_j, the inverse covariance of a school's means
    pull : (J, T) P_j m_j for the residual means m_j; Sigma times it is the school's effects
    within : (T,) residual sum of squares within schools
    log_determinant : log|V| without the 2 pi
    quadratic : residuals in the metric of V
    """

    beta: Array
    system: DefiniteSystem
    precision: Array
    pull: Array
    within: Array
    log_determinant: float
    quadratic: float


@dataclass(frozen=True)
class JointCriterion:
    """The deviance at one Sigma and one set of residual variances.

    deviance : -2 log-likelihood (restricted for REML)
    score : (T, T) symmetric S with d deviance = trace(S d Sigma)
    residual_score : (T,) derivative in log sigma2
    information : (T*T, T*T) expected second derivative in Sigma
    residual_information : (T, T) in log sigma2
    cross_information : (T*T, T) in both
    """

    deviance: float
    score: Array
    residual_score: Array
    information: Array
    residual_information: Array
    cross_information: Array


def solve_joint(data: JointData, covariance: Array, residual: Array) -> JointSolution:
    """Return coefficients and residuals at Sigma (T, T) and sigma2 (T,)."""
    root = np.sqrt(data.n / residual)
    middle = np.eye(len(residual)) + root[:, :, None] * covariance * root[:, None, :]
    triangle = np.linalg.cholesky(middle)
    log_middle = 2 * np.log(np.diagonal(triangle, axis1=1, axis2=2)).sum()
    precision = root[:, :, None] * np.linalg.inv(middle) * root[:, None, :]
    cross, towards = _cross_products(data, precision, residual)
    system = DefiniteSystem(cross)
    beta = system.solve(towards)
    contrasts = [np.append(-part, 1.0) for part in np.split(beta, data.starts[1:-1])]
    means = np.column_stack([contrast @ rows for contrast, rows in zip(contrasts, data.rows, strict=True)])
    within = np.array([c @ inside @ c for c, inside in zip(contrasts, data.within, strict=True)])
    pull = (precision @ means[:, :, None])[:, :, 0]
    return JointSolution(
        beta=beta,
        system=system,
        precision=precision,
        pull=pull,
        within=within,
        log_determinant=float(data.n_students @ np.log(residual) + log_middle),
        quadratic=float((within / residual).sum() + (means * pull).sum()),
    )


def _cross_products(data: JointData, precision: Array, residual: Array) -> tuple[Array, Array]:
    """Return X'V^-1X (P, P) and X'V^-1y (P,)."""
    starts = data.starts
    cross = np.empty((starts[-1], starts[-1]))
    towards = np.zeros(starts[-1])
    for a, rows in enumerate(data.rows):
        for b in range(a + 1):
            block = (rows * precision[:, a, b]) @ data.rows[b].T
            if a == b:
                block += data.within[a] / residual[a]
            here, there = slice(starts[a], starts[a + 1]), slice(starts[b], starts[b + 1])
            cross[here, there] = block[:-1, :-1]
            cross[there, here] = block[:-1, :-1].T
            towards[here] += block[:-1, -1]
            if a != b:
                towards[there] += block[-1, :-1]
    return cross, towards


def joint_deviance(data: JointData, covariance: Array, residual: Array, reml: bool) -> JointCriterion:
    """Return the deviance, beta profiled out, with its score and expected information.

    The information is that of Sigma and sigma2 for known coefficients, which for ML is exact.
    """
    found = solve_joint(data, covariance, residual)
    precision, pull = found.precision, found.pull
    size = len(residual)
    present = data.n > 0
    students = np.where(present, data.n, 1.0)
    freedom = float(data.n_students.sum()) - len(found.beta) * reml
    deviance = freedom * np.log(2 * np.pi) + found.log_determinant + found.quadratic
    # A residual variance acts within schools, n_jt - 1 times, and on the school's mean.
    inside = (data.n_students - present.sum(axis=0)) / residual
    diagonal = np.diagonal(precision, axis1=1, axis2=2)
    score = precision.sum(axis=0) - pull.T @ pull
    residual_score = inside - found.within / residual**2 + ((diagonal - pull**2) / students).sum(axis=0)
    if reml:
        deviance += found.system.log_determinant()
        restricted, restricted_residual = _restricted_score(data, found, residual, students)
        score -= restricted
        residual_score -= restricted_residual
    pairs = precision.reshape(-1, size * size)
    information = (pairs.T @ pairs).reshape(size, size, size, size).transpose(0, 2, 1, 3)
    shares = precision * (residual / students)[:, None, :]
    by_cohort = precision.transpose(2, 1, 0) @ shares.transpose(2, 0, 1)
    return JointCriterion(
        deviance=float(deviance),
        score=(score + score.T) / 2,
        residual_score=residual * residual_score,
        information=information.reshape(size * size, size * size),
        residual_information=np.diag(inside * residual) + np.einsum("jab,jba->ab", shares, shares),
        cross_information=by_cohort.transpose(1, 2, 0).reshape(size * size, size),
    )


def coefficient_pull(data: JointData, precision: Array) -> Array:
    """Return H_j = P_j X_j (J, T, P), the pull of each coefficient on each school's effects."""
    starts = data.starts
    pull = np.empty((len(data.school_id), len(data.cohorts), starts[-1]))
    for t, rows in enumerate(data.rows):
        pull[:, :, starts[t] : starts[t + 1]] = precision[:, :, t, None] * rows[:-1].T[:, None, :]
    return pull


def _restricted_score(
    data: JointData, found: JointSolution, residual: Array, students: Array
) -> tuple[Array, Array]:
    """Return what log|X'V^-1X| takes from the score in Sigma (T, T) and in sigma2 (T,)."""
    inverse = found.system.inverse()
    pull = coefficient_pull(data, found.precision)
    weighted = pull @ inverse
    score = np.einsum("jap,jbp->ab", weighted, pull)
    means = (np.einsum("jtp,jtp->jt", weighted, pull) / students).sum(axis=0)
    starts = data.starts
    inside = np.array(
        [
            (inverse[starts[t] : starts[t + 1], starts[t] : starts[t + 1]] * cross[:-1, :-1]).sum()
            for t, cross in enumerate(data.within)
        ]
    )
    return score, means + inside / residual**2
