"""Minimisation over a covariance written as A A' with A square."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.numerics.scoring import WEAKEST_DAMPING, ScoringPoint, ceiling, descend, scoring_step
from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]

# The search ends when the predicted fall of the deviance is below this. The deviance itself shows falls of
# 1e-12 at best; covariances go on gaining digits below that, because the score is exact.
DEVIANCE_TOLERANCE = 1e-18
MAXIMUM_ESCAPES = 5
# What a printed log-likelihood does not show: a fall below this is none.
NEGLIGIBLE_FALL = 1e-6
# A direction leads down if moving the covariance by a thousandth of its size along it would bring more.
DOWNHILL = -NEGLIGIBLE_FALL / 1e-3
# A covariance is singular when its weakest direction has this share of its strongest.
SINGULAR_SHARE = 1e-8


@dataclass(frozen=True)
class CovarianceCriterion:
    """A criterion at one covariance AA' (q, q).

    deviance : value
    score : (q, q) symmetric S with d deviance = trace(S d(AA'))
    information : (q*q, q*q) expected second derivative: sum of P (x) P over groups
    """

    deviance: float
    score: Array
    information: Array


def minimise_over_factor(
    criterion: Callable[[Array], CovarianceCriterion], start: Array
) -> tuple[Array, SearchRecord]:
    """Return the minimising factor A (q, q) and the record of the search.

    A square factor has no stationary points other than those of the covariance itself, so the search can
    leave and reach singular covariances, where a triangular factor stalls. Steps are Fisher scoring with
    Levenberg damping: [J'FJ + 2 I (x) S+ + damping] step = -2 S A, with J the derivative of AA' and S+
    the positive part of the score, the curvature that AA' itself adds.

    The minimum is certified by S A = 0 with S positive semidefinite: a search that ends at a saddle is sent
    on along the direction that leads down.
    """
    path, deviances = [], []
    size = len(start)

    def visit(flat: Array) -> ScoringPoint:
        factor = flat.reshape(size, size)
        found = criterion(factor)
        path.append(factor @ factor.T)
        deviances.append(found.deviance)
        return in_factor(found, factor)

    flat, now = descend(visit, start.ravel(), DEVIANCE_TOLERANCE)
    for _ in range(MAXIMUM_ESCAPES):
        downhill = find_downhill(criterion(flat.reshape(size, size)).score, flat.reshape(size, size))
        if downhill is None:
            break
        flat, now = descend(visit, flat + downhill.ravel(), DEVIANCE_TOLERANCE)
    factor = flat.reshape(size, size)
    converged, status = certify(now, criterion(factor).score, factor)
    if visit(np.zeros(size * size)).deviance <= ceiling(now.deviance):
        # Steps only approach a covariance of exactly 0; where it is as good as any, it is the answer.
        factor = np.zeros_like(factor)
        converged, status = True, "minimum at the boundary: covariance exactly 0"
    record = SearchRecord(
        parameters=tuple(f"covariance[{a},{b}]" for a in range(size) for b in range(size)),
        path=np.array(path).reshape(len(path), -1),
        deviances=np.array(deviances),
        status=status,
        converged=converged,
        boundary=is_singular(factor @ factor.T),
    )
    return factor, record


def in_factor(found: CovarianceCriterion, factor: Array) -> ScoringPoint:
    """Return the criterion as a function of the factor A, row by row (q*q parameters).

    The curvature is J'FJ + 2 S+ (x) I, with J the derivative of AA' and S+ the positive part of the score.
    """
    jacobian = factor_jacobian(factor)
    curvature = jacobian.T @ found.information @ jacobian + bend(found.score)
    return ScoringPoint(found.deviance, 2 * (found.score @ factor).ravel(), curvature)


def symmetric_root(covariance: Array) -> Array:
    """Return the symmetric root of a covariance (q, q); eigenvalues below 0 are rounding, and count as 0."""
    values, vectors = np.linalg.eigh(covariance)
    root: Array = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return root


def bend(score: Array) -> Array:
    """Return the curvature (q*q, q*q) that AA' itself adds in the factor: 2 S+ (x) I."""
    values, vectors = np.linalg.eigh(score)
    positive = (vectors * np.clip(values, 0, None)) @ vectors.T
    return 2 * np.kron(positive, np.eye(len(score)))


def factor_jacobian(factor: Array) -> Array:
    """Return the derivative (q*q, q*q) of AA' with respect to A, both row by row."""
    size = len(factor)
    unit = np.eye(size)
    derivative = np.einsum("ia,jb->ijab", unit, factor) + np.einsum("ja,ib->ijab", unit, factor)
    return derivative.reshape(size * size, size * size)


def find_downhill(score: Array, factor: Array) -> Array | None:
    """Return a movement of A (q, q) that lowers the deviance from a stationary point; None at a minimum."""
    values, vectors = np.linalg.eigh(score)
    unit = np.trace(factor @ factor.T) or 1.0
    if values[0] * unit >= DOWNHILL:
        return None
    weakest = np.linalg.svd(factor)[2][-1]
    return np.sqrt(1e-2 * unit) * np.outer(vectors[:, 0], weakest)


def certify(now: ScoringPoint, score: Array, factor: Array) -> tuple[bool, str]:
    """Return whether the gradient is 0 with S positive semidefinite, and the finding in words."""
    if not np.isfinite(now.deviance) or scoring_step(now, WEAKEST_DAMPING)[1] > NEGLIGIBLE_FALL:
        return False, "stopped where the derivative is not 0"
    if find_downhill(score, factor) is not None:
        return False, "stopped at a saddle point"
    return True, "derivative 0 and score positive semidefinite at the minimum"


def is_singular(covariance: Array) -> bool:
    """Return whether a covariance (q, q) has a direction without variance."""
    eigenvalues = np.linalg.eigvalsh(covariance)
    return bool(eigenvalues[0] <= SINGULAR_SHARE * max(eigenvalues[-1], np.finfo(float).tiny))
