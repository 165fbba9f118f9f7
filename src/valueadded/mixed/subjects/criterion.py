"""Deviance of several subjects of the same students, with its score and information, from moments alone.

Notation: Sigma_u (T, T) school covariance, Sigma_e (T, T) covariance of a student's residuals, W_p the
inverse of the part of Sigma_e that belongs to the subjects of pattern p, with zeros for the others. A
student's design F_i (T, K) has a row for each subject: its terms in columns of their own, and the score in
the last. Of a school

    D_j = sum n_jp W_p,   S_j = sum_i W F_i,   K_j = A (I + A'D_jA)^-1 A'   with AA' = Sigma_u

are needed, and F'V^-1F = sum_i F_i'W F_i - sum_j S_j'K_jS_j. Sigma_u may be singular; a subject that a
student or a school lacks only leaves zeros.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.criterion import GlsSolution, solve_gls
from valueadded.mixed.subjects.design import SubjectMoments

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SubjectData:
    """Moments arranged for the criterion, scores divided by a spread of their own.

    patterns : (P, T)
    n : (J, P) students
    rows : (J, P, T, K) sums of the designs F_i
    squares : (P, T, T, K, K) sums of products of rows of F_i, over all schools
    spread : (T,) what each subject's scores were divided by
    n_terms : (T,) terms of each subject
    n_scores : (T,) scores of each subject
    """

    patterns: NDArray[np.bool_]
    n: Array
    rows: Array
    squares: Array
    spread: Array
    n_terms: NDArray[np.intp]
    n_scores: Array


@dataclass(frozen=True)
class SubjectPoint:
    """The criterion at one pair of covariances.

    deviance : -2 log-likelihood of the scores as divided by their spreads, coefficients profiled out
    school_score, residual_score : (T, T) symmetric, d deviance = trace(score d covariance)
    information : (2TT, 2TT) expected second derivative, Sigma_u before Sigma_e, each row by row
    solution : generalised least squares there
    kernel : (J, T, T) K_j
    pull : (J, T, K) S_j
    """

    deviance: float
    school_score: Array
    residual_score: Array
    information: Array
    solution: GlsSolution
    kernel: Array
    pull: Array


def arrange_subjects(moments: SubjectMoments, spread: Array) -> SubjectData:
    """Return the moments arranged for the criterion, each subject's scores divided by its spread (T,)."""
    n_terms = np.array([len(names) for names in moments.terms])
    n_subjects, width = len(n_terms), int(n_terms.sum()) + 1
    place = np.zeros((n_subjects, moments.sums.shape[-1], width))
    column, term = 0, 0
    for t, size in enumerate(n_terms):
        for k in range(size):
            place[t, column + k, term + k] = 1.0
        place[t, column + size, -1] = 1.0 / spread[t]
        column, term = column + size + 1, term + size
    squares = np.einsum("dqk,pqr,erl->pdekl", place, moments.cross, place, optimize=True)
    return SubjectData(
        patterns=moments.patterns,
        n=moments.n,
        rows=np.einsum("jpq,tqk->jptk", moments.sums, place, optimize=True),
        squares=squares,
        spread=spread,
        n_terms=n_terms,
        n_scores=moments.n_scores.sum(axis=0),
    )


def subject_deviance(
    data: SubjectData, school_factor: Array, residual_covariance: Array, reml: bool
) -> SubjectPoint | None:
    """Return the criterion at Sigma_u = AA' and Sigma_e; None where Sigma_e is not positive definite."""
    inverted = invert_patterns(data.patterns, residual_covariance)
    if inverted is None:
        return None
    weights, log_residual = inverted
    precision = np.einsum("jp,pab->jab", data.n, weights)
    middle = np.eye(len(school_factor)) + school_factor.T @ precision @ school_factor
    kernel = school_factor @ np.linalg.inv(middle) @ school_factor.T
    pull = np.einsum("pab,jpbk->jak", weights, data.rows, optimize=True)
    predicted = kernel @ pull
    cross = np.einsum("pde,pdekl->kl", weights, data.squares) - np.einsum("jak,jal->kl", pull, predicted)
    solution = solve_gls(cross)
    value = data.n_scores.sum() * np.log(2 * np.pi) + data.n.sum(axis=0) @ log_residual
    value += np.linalg.slogdet(middle)[1].sum() + solution.rss
    product = np.outer(solution.contrast, solution.contrast)
    if reml:
        value += solution.system.log_determinant() - len(solution.beta) * np.log(2 * np.pi)
        product[:-1, :-1] += solution.system.inverse()
    school_score, residual_score = _scores(data, weights, precision, kernel, pull, product)
    return SubjectPoint(
        deviance=float(value),
        school_score=school_score,
        residual_score=residual_score,
        information=_information(data.n, weights, precision, kernel),
        solution=solution,
        kernel=kernel,
        pull=pull,
    )


def invert_patterns(patterns: NDArray[np.bool_], covariance: Array) -> tuple[Array, Array] | None:
    """Return W_p (P, T, T) and log|part of the covariance| (P,); None if a part is not positive definite."""
    weights = np.zeros((len(patterns), *covariance.shape))
    logs = np.empty(len(patterns))
    for p, pattern in enumerate(patterns):
        part = covariance[np.ix_(pattern, pattern)]
        sign, logs[p] = np.linalg.slogdet(part)
        # A covariance written as a square is singular where it is not definite.
        if sign <= 0 or not np.isfinite(logs[p]):
            return None
        weights[np.ix_([p], pattern, pattern)] = np.linalg.inv(part)
    return weights, logs


def _scores(
    data: SubjectData, weights: Array, precision: Array, kernel: Array, pull: Array, product: Array
) -> tuple[Array, Array]:
    """Return the scores (T, T) in Sigma_u and Sigma_e.

    `product` (K, K) is contrast contrast', plus the inverse of X'V^-1X for REML.
    """
    predicted = kernel @ pull
    projected = precision - precision @ kernel @ precision
    left = pull - precision @ predicted
    school = projected.sum(axis=0) - np.einsum("jak,kl,jbl->ab", left, product, left, optimize=True)
    own = np.einsum("kl,pdekl->pde", product, data.squares, optimize=True)
    shared = np.einsum("jpdk,kl,jel->pde", data.rows, product, predicted, optimize=True)
    spread_of = np.einsum("jak,kl,jbl->jab", predicted, product, predicted, optimize=True)
    residual = own - shared - shared.transpose(0, 2, 1) + np.einsum("jp,jab->pab", data.n, spread_of)
    uncertain = np.einsum("jp,jab->pab", data.n, kernel)
    total = np.einsum("p,pab->ab", data.n.sum(axis=0), weights)
    score = total - (weights @ (uncertain + residual) @ weights).sum(axis=0)
    return (school + school.T) / 2, (score + score.T) / 2


def _information(n: Array, weights: Array, precision: Array, kernel: Array) -> Array:
    """Return the expected second derivative of the deviance (2TT, 2TT): trace(V^-1 dV V^-1 dV)."""
    n_schools, n_patterns = n.shape
    size = kernel.shape[1]
    projected = precision - precision @ kernel @ precision
    among_schools = _sum_products(projected, np.ones(n_schools))
    between = np.zeros((size**2, size**2))
    among_students = np.zeros((size**2, size**2))
    for p in range(n_patterns):
        reach = (np.eye(size) - precision @ kernel) @ weights[p]
        between += _sum_products(reach, n[:, p])
        through = weights[p] @ kernel @ weights[p]
        among_students += _sum_products(weights[p] - through, n[:, p]) - _sum_products(through, n[:, p])
    # Two students of a school, of patterns p and q: W_p K_j W_q, all pairs of patterns in one product.
    doubled = np.einsum("jab,jcd->jacbd", kernel, kernel).reshape(n_schools, -1)
    together = (n[:, :, None] * n[:, None, :]).reshape(n_schools, -1)
    by_pair = (together.T @ doubled).reshape(n_patterns, n_patterns, size**2, size**2)
    outer = np.stack([np.kron(weight, weight) for weight in weights])
    among_students += np.einsum("pab,pqbc,qcd->ad", outer, by_pair, outer, optimize=True)
    return np.block([[among_schools, between], [between.T, among_students]])


def _sum_products(matrices: Array, weights: Array) -> Array:
    """Return the sum over m of weight_m P_m (x) P_m (TT, TT) for P (M, T, T)."""
    size = matrices.shape[1]
    flat = matrices.reshape(len(matrices), -1)
    products = (flat * weights[:, None]).T @ flat
    return products.reshape(size, size, size, size).transpose(0, 2, 1, 3).reshape(size**2, size**2)
