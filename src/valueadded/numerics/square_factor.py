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
# A step may raise the deviance by its rounding error.
ROUNDING = 1e-13
MAXIMUM_STEPS = 200


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

    The minimum is certified by S A = 0 with S positive semidefinite.
    """
    factor = start.copy()
    size = len(factor)
    now = criterion(factor)
    path, deviances = [factor @ factor.T], [now.deviance]
    damping = 1e-3
    for _ in range(MAXIMUM_STEPS):
        gradient = 2 * (now.score @ factor).ravel()
        jacobian = _covariance_jacobian(factor)
        values, vectors = np.linalg.eigh(now.score)
        positive = (vectors * np.clip(values, 0, None)) @ vectors.T
        curvature = jacobian.T @ now.information @ jacobian + 2 * np.kron(positive, np.eye(size))
        diagonal = np.diag(curvature).max() or 1.0
        step = np.linalg.solve(curvature + damping * diagonal * np.eye(size * size), -gradient)
        predicted = -(gradient @ step) / 2
        if predicted < DEVIANCE_TOLERANCE:
            break
        trial = factor + step.reshape(size, size)
        tried = criterion(trial)
        path.append(trial @ trial.T)
        deviances.append(tried.deviance)
        if tried.deviance <= now.deviance + ROUNDING * abs(now.deviance):
            factor, now, damping = trial, tried, max(damping / 10, 1e-12)
        else:
            damping = min(damping * 10, 1e12)
    converged, status = _certify(now.score, factor)
    at_zero = criterion(np.zeros_like(factor))
    if at_zero.deviance <= now.deviance + ROUNDING * abs(now.deviance):
        # Steps only approach a covariance of exactly 0; where it is as good as any, it is the answer.
        factor, path, deviances = np.zeros_like(factor), [*path, 0 * path[0]], [*deviances, at_zero.deviance]
        converged, status = True, "minimum at the boundary: covariance exactly 0"
    covariance = factor @ factor.T
    eigenvalues = np.linalg.eigvalsh(covariance)
    names = tuple(f"covariance[{a},{b}]" for a in range(size) for b in range(size))
    record = SearchRecord(
        parameters=names,
        path=np.array(path).reshape(len(path), -1),
        deviances=np.array(deviances),
        status=status,
        converged=converged,
        boundary=bool(eigenvalues[0] <= 1e-8 * max(eigenvalues[-1], np.finfo(float).tiny)),
    )
    return factor, record


def _covariance_jacobian(factor: Array) -> Array:
    """Return the derivative (q*q, q*q) of AA' with respect to A, both row by row."""
    size = len(factor)
    unit = np.eye(size)
    derivative = np.einsum("ia,jb->ijab", unit, factor) + np.einsum("ja,ib->ijab", unit, factor)
    return derivative.reshape(size * size, size * size)


def _certify(score: Array, factor: Array) -> tuple[bool, str]:
    """Return whether S A = 0 with S positive semidefinite holds, and the finding in words."""
    eigenvalues = np.linalg.eigvalsh(score)
    # S is in units of deviance for each unit of covariance: judged against the movement that the present
    # covariance (or, where that is 0, one unit) would bring.
    unit = np.trace(factor @ factor.T) or 1.0
    if np.abs(score @ factor).max() * np.sqrt(unit) > 1e-3:
        return False, "stopped where the derivative is not 0"
    if eigenvalues[0] * unit < -1e-3:
        return False, "stopped at a saddle point"
    return True, "derivative 0 and score positive semidefinite at the minimum"
