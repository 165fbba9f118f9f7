"""Ordinary least squares, leaving out and naming the columns that depend on others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.numerics.definite import find_aliased

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LeastSquares:
    """A line fitted to n rows by p columns and an intercept; q of the p columns are estimated.

    coefficients : (p + 1,) the intercept first; missing for a column that depends on others
    aliased : column -> the columns it depends on (none: it is constant)
    residual, leverage : (n,)
    mean_square : residual sum of squares over n - q - 1
    r_squared : share of the sum of squares about the mean
    degrees_of_freedom : n - q - 1
    """

    coefficients: Array
    aliased: dict[int, list[int]]
    residual: Array
    leverage: Array
    mean_square: float
    r_squared: float
    degrees_of_freedom: int

    def predict(self, columns: Array) -> Array:
        """Return the line (m,) at rows of the columns (m, p)."""
        return self.coefficients[0] + columns @ np.nan_to_num(self.coefficients[1:])


def fit_least_squares(columns: Array, response: Array) -> LeastSquares | None:
    """Return the least squares line with an intercept; None where no residual is left to measure.

    Columns (n, p) and the response (n,) are centred before anything is multiplied, columns are scaled to
    length 1, and the line comes from their orthogonal factors, not from cross-products, which would lose
    twice the digits. None stands for too few rows for the coefficients, and for a response that the columns
    give exactly.
    """
    n = len(response)
    if n < 3:
        return None
    mean, level = columns.mean(axis=0), response.mean()
    centred, y = columns - mean, response - level
    # A constant column leaves rounding errors behind.
    centred[:, np.abs(centred).max(axis=0) <= 1e-12 * np.maximum(np.abs(mean), 1e-300)] = 0.0
    cross = centred.T @ centred
    aliased = find_aliased(cross)
    kept = [column for column in range(columns.shape[1]) if column not in aliased]
    degrees = n - len(kept) - 1
    if degrees < 1:
        return None
    used = centred[:, kept]
    length = np.sqrt(np.diag(cross)[kept])
    basis, triangle = np.linalg.qr(used / length)
    scaled = np.linalg.solve(triangle, basis.T @ y)
    # What the first solution leaves is fitted once more.
    scaled += np.linalg.solve(triangle, basis.T @ (y - used / length @ scaled))
    slopes = scaled / length
    residual = y - used @ slopes
    total, left = float(y @ y), float(residual @ residual)
    # Rounding leaves about this share of the sum of squares where the fit is exact.
    if left <= 1e-20 * max(total, n * level**2):
        return None
    coefficients = np.full(columns.shape[1] + 1, np.nan)
    coefficients[[k + 1 for k in kept]] = slopes
    coefficients[0] = level - mean[kept] @ slopes
    leverage = 1.0 / n + np.einsum("ij,ij->i", basis, basis)
    return LeastSquares(
        coefficients, aliased, residual, leverage, left / degrees, 1.0 - left / total, degrees
    )
