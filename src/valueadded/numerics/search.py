"""Searches for a minimum that keep the evidence of where they went."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SearchRecord:
    """The evidence of a search.

    parameters : names of the P parameters
    path : (E, P) points visited, in order
    deviances : (E,) criterion there
    status : how the search ended, in words
    converged : whether the optimum was reached
    boundary : whether the optimum lies on the boundary of the parameter space
    """

    parameters: tuple[str, ...]
    path: Array
    deviances: Array
    status: str
    converged: bool
    boundary: bool

    @property
    def evaluations(self) -> int:
        """Return how often the criterion was evaluated."""
        return len(self.deviances)


def minimise_ratio(
    criterion: Callable[[float], tuple[float, float]], typical_n: float, name: str
) -> tuple[float, SearchRecord]:
    """Return the non-negative minimiser of a function of one variance ratio, 0 included.

    Parameters
    ----------
    criterion
        Returns (value, derivative) at a ratio >= 0.
    typical_n
        Typical group size: the criterion changes over ratios around 1 / typical_n.

    Notes
    -----
    The profile deviance of unbalanced data may have several minima, and an optimiser started at one
    point may stop at a false zero. A grid over 14 powers of ten finds every basin; the root of the
    derivative in the best one is found to machine precision (Brent), and 0 is taken only where no
    interior point is lower.
    """
    # Jobs that only sum up moments import this package too, and need not wait for the library.
    from scipy.optimize import brentq

    grid = np.concatenate([[0.0], np.logspace(-7, 7, 43) / typical_n])
    visited: list[tuple[float, float, float]] = []

    def evaluate(ratio: float) -> tuple[float, float]:
        value, slope = criterion(ratio)
        visited.append((ratio, value, slope))
        return value, slope

    slopes = np.array([evaluate(ratio)[1] for ratio in grid])
    crossings = np.flatnonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))
    candidates = [0.0] if slopes[0] >= 0 else []
    for left in crossings:
        low, high = max(grid[left], grid[1] * 1e-9), grid[left + 1]
        if left == 0 and evaluate(low)[1] >= 0:
            candidates.append(0.0)
            continue
        root = brentq(
            lambda logged: evaluate(float(np.exp(logged)))[1],
            np.log(low),
            np.log(high),
            xtol=1e-15,
            rtol=1e-15,
        )
        candidates.append(float(np.exp(root)))
    values = [evaluate(ratio)[0] for ratio in candidates]
    best = candidates[int(np.argmin(values))] if candidates else float(grid[-1])
    points = np.array(visited)
    finite = bool(np.isfinite(points).all())
    record = SearchRecord(
        parameters=(name,),
        path=points[:, :1],
        deviances=points[:, 1],
        status=_status(best, bool(candidates), finite),
        converged=bool(candidates) and finite,
        boundary=best == 0.0,
    )
    return best, record


def _status(best: float, found: bool, finite: bool) -> str:
    if not finite:
        return "the criterion is not a number at a point visited"
    if not found:
        return "no minimum: the criterion still falls where groups explain everything"
    if best == 0.0:
        return "minimum at the boundary: variance exactly 0"
    return "derivative 0 at an interior minimum"
