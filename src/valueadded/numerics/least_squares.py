"""Ordinary least squares, leaving out and naming the columns that depend on others.

The line is that of the numbers as float64 holds them, to nearly the last digit: orthogonal factors of the
centred and scaled columns give a first solution, and residuals in twice the working precision refine it
(Bjorck 1967; Demmel, Hida, Riedy and Li 2009).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from valueadded.numerics.double_products import dot_products, subtract_products, two_sum

Array = NDArray[np.float64]

# A column counts as a combination of earlier ones when a smaller share of its length than this is left
# after regression on them: about four digits of its coefficient would be the data's own.
ALIASED_SHARE = 1e-6
# What rounding leaves of a constant column, as a share of its level.
ROUNDING_OF_A_CONSTANT = 1e-12
# Rounding leaves about this share of the sum of squares where the fit is exact.
EXACT_SHARE = 1e-20
# Each refinement gains as many digits as the condition number leaves; one is the rule.
MAXIMUM_REFINEMENTS = 10
# Coefficients a ten-thousandth of the largest (of scaled columns) have all their digits then.
SETTLED = 1e-4 * np.finfo(float).eps


@dataclass(frozen=True)
class LeastSquares:
    """A line fitted to n rows by p columns and an intercept; q of the p columns are estimated.

    coefficients : (p + 1,) the intercept first; missing for a column that depends on others
    aliased : column -> the columns it depends on (none: it is constant)
    residual, leverage : (n,)
    mean_square : residual sum of squares over n - q - 1
    r_squared : share of the sum of squares about the mean
    degrees_of_freedom : n - q - 1
    exact : whether no residual is left but rounding, so that nothing can be measured in its units
    equations : the factored equations, for `std_error`
    """

    coefficients: Array
    aliased: dict[int, list[int]]
    residual: Array
    leverage: Array
    mean_square: float
    r_squared: float
    degrees_of_freedom: int
    exact: bool
    equations: "Equations"

    @cached_property
    def std_error(self) -> Array:
        """Return the standard errors (p + 1,) of the coefficients."""
        found = np.full_like(self.coefficients, np.nan)
        estimated = ~np.isnan(self.coefficients)
        found[estimated] = np.sqrt(self.mean_square * self.equations.inverse_diagonal())
        return found

    def predict(self, columns: Array) -> Array:
        """Return the line (m,) at rows of the columns (m, p)."""
        return self.coefficients[0] + columns @ np.nan_to_num(self.coefficients[1:])


@dataclass(frozen=True)
class Equations:
    """The equations r + A b = f, A'r = g of least squares, with orthogonal factors to solve them by.

    design : (n, q + 1) A, a column of ones first
    mean, length : (q + 1,) of its columns, which the factors centre and scale; 0 and root n for the ones
    basis, triangle : (n, q + 1), (q + 1, q + 1) factors of the centred and scaled columns
    """

    design: Array
    mean: Array
    length: Array
    basis: Array
    triangle: Array

    def solve(self, f: Array, g: Array) -> tuple[Array, Array]:
        """Return b (q + 1,) and r (n,) for f (n,) and g (q + 1,), refined until b stays."""
        high, low, r = np.zeros_like(g), np.zeros_like(g), np.zeros_like(f)
        last = 1.0
        for _ in range(MAXIMUM_REFINEMENTS):
            columns = np.column_stack([r, self.design])
            first = subtract_products(f, columns, np.append(1.0, high), np.append(0.0, low))
            second = g - dot_products(self.design, r)
            moved, shift = self._correct(first, second)
            r = r + shift
            high, left = two_sum(high, moved)
            high, low = two_sum(high, low + left)
            share = self._size(moved) / max(self._size(high), np.finfo(float).tiny)
            # Steps shrink by one factor: what the next would be worth is known.
            if share * share / last <= SETTLED or not share <= last:
                break
            last = share
        return high, r

    def inverse_diagonal(self) -> Array:
        """Return the diagonal (q + 1,) of the inverse of A'A."""
        units = np.eye(len(self.length))
        nothing = np.zeros(len(self.design))
        return np.array([self.solve(nothing, -unit)[0][k] for k, unit in enumerate(units)])

    def _correct(self, f: Array, g: Array) -> tuple[Array, Array]:
        """Return b and r of the equations as the factors solve them, in plain float64."""
        scaled = (g - self.mean * g[0]) / self.length
        pull = np.linalg.solve(self.triangle.T, scaled)
        along = self.basis.T @ f
        b = np.linalg.solve(self.triangle, along - pull) / self.length
        b[0] -= self.mean @ b
        return b, f - self.basis @ (along - pull)

    def _size(self, b: Array) -> float:
        """Return the largest coefficient of the centred and scaled columns; the level follows from them."""
        return float(np.abs(self.length[1:] * b[1:]).max(initial=0.0 if len(b) > 1 else abs(b[0])))


def fit_least_squares(
    columns: Array, response: Array, aliased_share: float = ALIASED_SHARE
) -> LeastSquares | None:
    """Return the least squares line with an intercept; None for too few rows for the coefficients.

    Parameters
    ----------
    columns, response
        (n, p) and (n,).
    aliased_share
        Smallest share of a column's length that regression on the columns before it may leave; a column with
        less is left out and named.
    """
    n = len(response)
    if n < 3:
        return None
    mean, level = columns.mean(axis=0), response.mean()
    centred = columns - mean
    # A constant column leaves rounding errors behind.
    floor = ROUNDING_OF_A_CONSTANT * np.maximum(np.abs(mean), 1e-300)
    centred[:, np.abs(centred).max(axis=0) <= floor] = 0.0
    length = np.append(np.sqrt(n), np.linalg.norm(centred, axis=0))
    scaled = np.column_stack([np.ones(n), centred]) / np.where(length > 0, length, 1.0)
    basis, triangle, aliased = _orthogonalise(scaled, aliased_share)
    kept = [column for column in range(columns.shape[1]) if column not in aliased]
    degrees = n - len(kept) - 1
    if degrees < 1:
        return None
    used = [0, *(column + 1 for column in kept)]
    equations = Equations(
        design=np.column_stack([np.ones(n), columns[:, kept]]),
        mean=np.append(0.0, mean[kept]),
        length=length[used],
        basis=basis,
        triangle=triangle,
    )
    estimates, residual = equations.solve(response, np.zeros(len(used)))
    coefficients = np.full(columns.shape[1] + 1, np.nan)
    coefficients[used] = estimates
    total, left = float(((response - level) ** 2).sum()), float(residual @ residual)
    return LeastSquares(
        coefficients=coefficients,
        aliased=aliased,
        residual=residual,
        leverage=np.einsum("ij,ij->i", basis, basis),
        mean_square=left / degrees,
        r_squared=1.0 - left / total if total > 0 else 1.0,
        degrees_of_freedom=degrees,
        exact=bool(left <= EXACT_SHARE * max(total, n * level**2)),
        equations=equations,
    )


def _orthogonalise(columns: Array, smallest: float) -> tuple[Array, Array, dict[int, list[int]]]:
    """Return factors of the columns of length 1 that are kept, and those that depend on earlier ones.

    Gram-Schmidt with each column taken through twice, as good as reflections. The first column, of ones, is
    kept, and the others are numbered without it.
    """
    basis, triangle = columns[:, :1], np.ones((1, 1))
    kept: list[int] = []
    aliased: dict[int, list[int]] = {}
    for number, column in enumerate(columns.T[1:]):
        along = basis.T @ column
        left = column - basis @ along
        again = basis.T @ left
        left, along = left - basis @ again, along + again
        size = float(np.linalg.norm(left))
        if size < smallest or not column.any():
            share = np.abs(np.linalg.solve(triangle, along))[1:]
            aliased[number] = [kept[i] for i in np.flatnonzero(share > 1e-6 * share.max(initial=0.0))]
            continue
        kept.append(number)
        basis = np.column_stack([basis, left / size])
        triangle = np.block([[triangle, along[:, None]], [np.zeros((1, len(triangle))), size]])
    return basis, triangle, aliased
