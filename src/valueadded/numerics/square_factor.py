"""Minimisation over a covariance written as A A' with A square."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]

# The search ends when the predicted fall of the deviance is below this. The deviance itself shows falls of
# 1e-12 at best; covariances go on gaining digits below that, because the score is exact.
DEVIANCE_TOLERANCE = 1e-18
# A step may raise the deviance by its rounding error: sums of thousands of terms that may cancel.
ROUNDING = 1e-13
CANCELLED = 1e-11
MAXIMUM_STEPS = 200
MAXIMUM_ESCAPES = 5
# What a printed log-likelihood does not show: a fall below this is none.
NEGLIGIBLE_FALL = 1e-6
# A direction leads down if moving the covariance by a thousandth of its size along it would bring more.
DOWNHILL = -NEGLIGIBLE_FALL / 1e-3


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

    def visit(factor: Array) -> CovarianceCriterion:
        found = criterion(factor)
        path.append(factor @ factor.T)
        deviances.append(found.deviance)
        return found

    factor, now = _descend(visit, start.copy())
    for _ in range(MAXIMUM_ESCAPES):
        downhill = _downhill(now.score, factor)
        if downhill is None:
            break
        factor, now = _descend(visit, factor + downhill)
    converged, status = _certify(now, factor)
    zero = np.zeros_like(factor)
    if visit(zero).deviance <= _ceiling(now.deviance):
        # Steps only approach a covariance of exactly 0; where it is as good as any, it is the answer.
        factor, converged, status = zero, True, "minimum at the boundary: covariance exactly 0"
    eigenvalues = np.linalg.eigvalsh(factor @ factor.T)
    size = len(factor)
    record = SearchRecord(
        parameters=tuple(f"covariance[{a},{b}]" for a in range(size) for b in range(size)),
        path=np.array(path).reshape(len(path), -1),
        deviances=np.array(deviances),
        status=status,
        converged=converged,
        boundary=bool(eigenvalues[0] <= 1e-8 * max(eigenvalues[-1], np.finfo(float).tiny)),
    )
    return factor, record


def _descend(
    visit: Callable[[Array], CovarianceCriterion], factor: Array
) -> tuple[Array, CovarianceCriterion]:
    """Return the factor at which no step leads further down, and the criterion there."""
    now, damping = visit(factor), 1e-3
    for _ in range(MAXIMUM_STEPS):
        step, predicted = _scoring_step(now, factor, damping)
        if predicted < DEVIANCE_TOLERANCE:
            break
        tried = visit(factor + step)
        if tried.deviance <= _ceiling(now.deviance):
            factor, now, damping = factor + step, tried, max(damping / 10, 1e-12)
        else:
            damping = min(damping * 10, 1e12)
    return factor, now


def _scoring_step(now: CovarianceCriterion, factor: Array, damping: float) -> tuple[Array, float]:
    """Return the step (q, q) and the fall of the deviance it promises."""
    size = len(factor)
    gradient = 2 * (now.score @ factor).ravel()
    jacobian = _covariance_jacobian(factor)
    values, vectors = np.linalg.eigh(now.score)
    positive = (vectors * np.clip(values, 0, None)) @ vectors.T
    curvature = jacobian.T @ now.information @ jacobian + 2 * np.kron(positive, np.eye(size))
    diagonal = np.diag(curvature).max() or 1.0
    step = np.linalg.solve(curvature + damping * diagonal * np.eye(size * size), -gradient)
    return step.reshape(size, size), float(-(gradient @ step) / 2)


def _ceiling(deviance: float) -> float:
    return deviance + ROUNDING * abs(deviance) + CANCELLED


def _downhill(score: Array, factor: Array) -> Array | None:
    """Return a movement of A (q, q) that lowers the deviance from a stationary point; None at a minimum."""
    values, vectors = np.linalg.eigh(score)
    unit = np.trace(factor @ factor.T) or 1.0
    if values[0] * unit >= DOWNHILL:
        return None
    weakest = np.linalg.svd(factor)[2][-1]
    return np.sqrt(1e-2 * unit) * np.outer(vectors[:, 0], weakest)


def _covariance_jacobian(factor: Array) -> Array:
    """Return the derivative (q*q, q*q) of AA' with respect to A, both row by row."""
    size = len(factor)
    unit = np.eye(size)
    derivative = np.einsum("ia,jb->ijab", unit, factor) + np.einsum("ja,ib->ijab", unit, factor)
    return derivative.reshape(size * size, size * size)


def _certify(now: CovarianceCriterion, factor: Array) -> tuple[bool, str]:
    """Return whether S A = 0 with S positive semidefinite holds, and the finding in words."""
    if not np.isfinite(now.deviance) or _scoring_step(now, factor, 1e-12)[1] > NEGLIGIBLE_FALL:
        return False, "stopped where the derivative is not 0"
    if _downhill(now.score, factor) is not None:
        return False, "stopped at a saddle point"
    return True, "derivative 0 and score positive semidefinite at the minimum"
