"""Descent by Fisher scoring with Levenberg damping, whatever the parameters are."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A step may raise the deviance by its rounding error: sums of thousands of terms that may cancel.
ROUNDING = 1e-13
CANCELLED = 1e-11
MAXIMUM_STEPS = 200
WEAKEST_DAMPING, STRONGEST_DAMPING = 1e-12, 1e12


@dataclass(frozen=True)
class ScoringPoint:
    """A deviance at one point of q parameters.

    deviance : value
    gradient : (q,) derivative
    curvature : (q, q) positive semidefinite stand-in for the second derivative
    """

    deviance: float
    gradient: Array
    curvature: Array


def descend(
    visit: Callable[[Array], ScoringPoint],
    start: Array,
    tolerance: float,
    maximum_steps: int = MAXIMUM_STEPS,
) -> tuple[Array, ScoringPoint]:
    """Return the parameters (q,) at which no step promises a fall above `tolerance`, and what is there.

    Each step solves [C + damping diag(C)] step = -gradient; damping falls after a step that was taken and
    rises after one that was not (Levenberg 1944; Marquardt 1963). Scaling by the diagonal makes the search
    the same in any unit of any parameter.
    """
    point, now, damping = start, visit(start), 1e-3
    for _ in range(maximum_steps):
        step, promised = scoring_step(now, damping)
        if promised < tolerance or damping > STRONGEST_DAMPING:
            break
        tried = visit(point + step)
        if tried.deviance <= ceiling(now.deviance):
            point, now, damping = point + step, tried, max(damping / 10, WEAKEST_DAMPING)
        else:
            damping *= 10
    return point, now


def scoring_step(now: ScoringPoint, damping: float) -> tuple[Array, float]:
    """Return the damped step (q,) and the fall of the deviance it promises."""
    diagonal = np.diag(now.curvature)
    # A parameter without curvature of its own is damped like the flattest of the others.
    largest = diagonal.max() or 1.0
    scale = np.sqrt(np.maximum(diagonal, 1e-12 * largest))
    scaled = now.curvature / np.outer(scale, scale)
    step = np.linalg.solve(scaled + damping * np.eye(len(scale)), -now.gradient / scale) / scale
    return step, float(-(now.gradient @ step) / 2)


def ceiling(deviance: float) -> float:
    """Return the highest deviance that rounding lets count as this one."""
    return deviance + ROUNDING * abs(deviance) + CANCELLED
