"""Symmetric positive definite systems, with the columns at fault where there is no solution."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A column counts as a combination of earlier ones when less than this share of its sum of squares is
# left after regression on them: the square of 1e-6, where float64 normal equations keep about 4 digits.
ALIASED_SHARE = 1e-12


def find_aliased(cross: Array) -> dict[int, list[int]]:
    """Return each aliased column of a cross-product matrix (p, p) with the columns it depends on.

    Columns are taken in order; a column is aliased if it is (to a share of `ALIASED_SHARE`) a linear
    combination of the unaliased ones before it, or zero.
    """
    scale = np.sqrt(np.diag(cross))
    kept: list[int] = []
    aliased: dict[int, list[int]] = {}
    for column in range(len(cross)):
        if scale[column] == 0:
            aliased[column] = []
            continue
        if kept:
            block = cross[np.ix_(kept, kept)] / np.outer(scale[kept], scale[kept])
            towards = cross[kept, column] / (scale[kept] * scale[column])
            weights = DefiniteSystem(block).solve(towards)
            if 1.0 - towards @ weights < ALIASED_SHARE:
                share = np.abs(weights)
                aliased[column] = [kept[i] for i in np.flatnonzero(share > 1e-6 * share.max())]
                continue
        kept.append(column)
    return aliased


def condition_number(cross: Array) -> str:
    """Return the condition number of a design from its cross-products (p, p), in words.

    Columns are scaled to length 1, so that units do not count. Cross-products show it up to about 1e7, the
    root of the precision of their elements; a column of zeros makes it infinite.
    """
    scale = np.sqrt(np.diag(cross))
    if (scale == 0).any():
        return "infinity"
    values = np.linalg.eigvalsh(cross / np.outer(scale, scale))
    floor = 10 * np.finfo(float).eps
    found = float(np.sqrt(values[-1] / max(values[0], floor)))
    return f"{found:.0e}" if values[0] > floor else f"{found:.0e} or more"


class DefiniteSystem:
    """A factored symmetric positive definite matrix (p, p); p may be 0.

    Rows and columns are scaled to a unit diagonal before factoring, so that units of measurement do not
    cost digits.
    """

    def __init__(self, matrix: Array) -> None:
        # Jobs that only sum up moments import this package too, and need not wait for the library. Its
        # routines are called bare: what is wrapped around them takes longer than they do on small systems.
        from scipy.linalg.lapack import dpotrf

        self.scale = np.sqrt(np.diag(matrix))
        scaled = matrix / np.outer(self.scale, self.scale)
        self._scaled = scaled
        self._factor = None
        if len(matrix):
            self._factor, fault = dpotrf(scaled, lower=1, clean=0)
            if fault:
                raise np.linalg.LinAlgError(f"leading minor {fault} is not positive definite")

    def solve(self, right: Array) -> Array:
        """Return the solution for right-hand sides (p,) or (p, m), with one step of refinement."""
        from scipy.linalg.lapack import dpotrs

        if self._factor is None:
            return np.zeros_like(right)
        scale = self.scale if right.ndim == 1 else self.scale[:, None]
        target = right / scale
        solution = dpotrs(self._factor, target, lower=1)[0]
        solution += dpotrs(self._factor, target - self._scaled @ solution, lower=1)[0]
        return solution / scale

    def inverse(self) -> Array:
        """Return the inverse (p, p), exactly symmetric."""
        inverse = self.solve(np.eye(len(self.scale)))
        return (inverse + inverse.T) / 2

    def log_determinant(self) -> float:
        """Return the logarithm of the determinant; 0 for p = 0."""
        if self._factor is None:
            return 0.0
        return float(2 * np.log(np.diag(self._factor)).sum() + 2 * np.log(self.scale).sum())
