"""Structures of the covariance over cohorts: parameters in, Sigma and its derivative out (K5, K10)."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.numerics.square_factor import bend, factor_jacobian, symmetric_root

Array = NDArray[np.float64]
StructureName = Literal["unstructured", "toeplitz", "ar1", "independent"]
STRUCTURES: tuple[StructureName, ...] = ("unstructured", "toeplitz", "ar1", "independent")
# An imaginary step that adds nothing to the real part, so that the derivative has no rounding of its own.
IMAGINARY_STEP = 1e-100


class Structure(Protocol):
    """What the fit asks of a structure of Sigma (T, T) with q parameters."""

    @property
    def n_parameters(self) -> int:
        """Return the number of different entries of Sigma that are free."""

    def covariance(self, point: Array) -> Array:
        """Return Sigma (T, T) at the parameters (q,)."""

    def jacobian(self, point: Array) -> Array:
        """Return the derivative (T*T, q) of Sigma."""

    def bend(self, score: Array) -> Array:
        """Return the curvature (q, q) that the structure itself adds at the score (T, T)."""

    def start(self, covariance: Array) -> Array:
        """Return the parameters (q,) near a positive definite Sigma (T, T)."""


@dataclass(frozen=True)
class FactorStructure:
    """Sigma = AA' with the entries of A, row by row, a linear map of the parameters.

    linear : (T*T, q)
    n_parameters : free entries of Sigma
    """

    linear: Array
    n_parameters: int

    def factor(self, point: Array) -> Array:
        """Return A (T, T)."""
        size = round(np.sqrt(len(self.linear)))
        return (self.linear @ point).reshape(size, size)

    def covariance(self, point: Array) -> Array:
        """Return AA'."""
        factor = self.factor(point)
        return factor @ factor.T

    def jacobian(self, point: Array) -> Array:
        """Return the derivative of AA'."""
        return factor_jacobian(self.factor(point)) @ self.linear

    def bend(self, score: Array) -> Array:
        """Return 2 S+ (x) I in the parameters."""
        return self.linear.T @ bend(score) @ self.linear

    def start(self, covariance: Array) -> Array:
        """Return the parameters whose factor is nearest to the symmetric root."""
        root = symmetric_root(covariance)
        if self.linear.shape[1] == len(covariance):
            root = np.diag(np.sqrt(np.diag(covariance)))
        return np.linalg.lstsq(self.linear, root.ravel(), rcond=None)[0].astype(np.float64)


@dataclass(frozen=True)
class LagStructure:
    """Sigma_ab = s_a s_b r(|year_a - year_b|): a standard deviation for each cohort, correlations by lag.

    lags : (T, T) calendar years between cohorts
    partials : 1 for AR(1), r(k) = rho^k; the longest lag for a Toeplitz matrix, whose partial
        autocorrelations are free between -1 and 1, so that every point is a covariance (Barndorff-Nielsen and
        Schou 1973)
    n_parameters : T standard deviations and the correlations that the cohorts have a lag for
    """

    lags: NDArray[np.intp]
    partials: int
    n_parameters: int

    def covariance(self, point: Array) -> Array:
        """Return Sigma at T standard deviations, then partial autocorrelations on the scale of Fisher's z."""
        size = len(self.lags)
        by_lag = correlations_by_lag(point[size:], int(self.lags.max()))
        return np.outer(point[:size], point[:size]) * by_lag[self.lags].real

    def jacobian(self, point: Array) -> Array:
        """Return the derivative of Sigma, by a complex step where the recursion has no short one."""
        size = len(self.lags)
        spread, partial = point[:size], point[size:]
        correlation = correlations_by_lag(partial, int(self.lags.max()))[self.lags].real
        columns = []
        for t in range(size):
            own = np.zeros((size, size))
            own[t] += spread * correlation[t]
            own[:, t] += spread * correlation[t]
            columns.append(own)
        for k in range(len(partial)):
            stepped = partial + IMAGINARY_STEP * 1j * (np.arange(len(partial)) == k)
            slope = correlations_by_lag(stepped, int(self.lags.max())).imag / IMAGINARY_STEP
            columns.append(np.outer(spread, spread) * slope[self.lags])
        return np.stack(columns, axis=-1).reshape(size * size, -1)

    def bend(self, score: Array) -> Array:
        """Return nothing: few parameters need no help."""
        size = len(self.lags) + self.partials
        return np.zeros((size, size))

    def start(self, covariance: Array) -> Array:
        """Return the standard deviations and a correlation that falls evenly with the lag."""
        spread = np.sqrt(np.diag(covariance))
        correlation = covariance / np.outer(spread, spread)
        first = self.lags == self.lags[self.lags > 0].min()
        typical = np.clip(correlation[first].mean(), 0.05, 0.95) ** (1 / self.lags[first][0])
        return np.concatenate([spread, np.arctanh([typical, *np.zeros(self.partials - 1)])])


def correlations_by_lag(partial: NDArray[np.inexact], longest: int) -> NDArray[np.complex128]:
    """Return the correlations at lags 0 ... `longest` of partial autocorrelations tanh(z).

    The recursion of Levinson and Durbin; beyond the partials given they are 0, so that one alone is AR(1).
    """
    found = np.zeros(longest + 1, dtype=np.complex128)
    found[0] = 1.0
    weights = np.zeros(0, dtype=np.complex128)
    left = 1.0 + 0.0j
    for lag in range(1, longest + 1):
        kept = np.tanh(partial[lag - 1]) if lag <= len(partial) else 0.0
        found[lag] = kept * left + weights @ found[lag - 1 : 0 : -1]
        weights = np.append(weights - kept * weights[::-1], kept)
        left = left * (1 - kept**2)
    return found


def build_structure(name: str, cohorts: tuple[int, ...]) -> Structure:
    """Return the structure of that name over cohorts (T calendar years).

    Raises
    ------
    FitError
        If there is no such structure.
    """
    size = len(cohorts)
    if name == "unstructured":
        return FactorStructure(np.eye(size * size), size * (size + 1) // 2)
    if name == "independent":
        return FactorStructure(np.eye(size * size)[:, :: size + 1], size)
    lags = np.abs(np.subtract.outer(cohorts, cohorts))
    if name == "ar1":
        return LagStructure(lags, 1, size + 1)
    if name == "toeplitz":
        return LagStructure(lags, int(lags.max()), size + len(np.unique(lags)) - 1)
    raise FitError(f"structure '{name}': expected one of {list(STRUCTURES)}")


def pin_correlation(size: int, a: int, b: int, correlation: float) -> FactorStructure:
    """Return the unstructured Sigma (size, size) with the correlation of a and b held at a value.

    Row a of the factor is s_a (1, 0, ...), row b is s_b (correlation, sqrt(1 - correlation^2), 0, ...): any
    rotation of a factor gives the same Sigma, so nothing else is held.
    """
    linear = np.zeros((size * size, 2 + (size - 2) * size))
    linear[a * size, 0] = 1.0
    linear[b * size, 1] = correlation
    linear[b * size + 1, 1] = np.sqrt(1.0 - correlation**2)
    others = [row for row in range(size) if row not in (a, b)]
    for place, row in enumerate(others):
        columns = slice(2 + place * size, 2 + (place + 1) * size)
        linear[row * size : (row + 1) * size, columns] = np.eye(size)
    return FactorStructure(linear, size * (size + 1) // 2 - 1)


def absent_cohort(size: int, cohort: int) -> FactorStructure:
    """Return the unstructured Sigma (size, size) in which schools do not differ in one cohort."""
    others = [row for row in range(size) if row != cohort]
    linear = np.zeros((size * size, len(others) * size))
    for place, row in enumerate(others):
        linear[row * size : (row + 1) * size, place * size : (place + 1) * size] = np.eye(size)
    return FactorStructure(linear, size * (size - 1) // 2)


def pinned_start(factor: Array, a: int, b: int) -> Array:
    """Return the point of `pin_correlation` for a square factor (T, T) of Sigma.

    The factor is turned so that row a has one entry and row b two; the point is that of Sigma itself where
    the correlation is held at Sigma's own.
    """
    others = [row for row in range(len(factor)) if row not in (a, b)]
    turned = np.linalg.qr(factor[[a, b, *others]].T)[1].T
    turned = turned * np.where(np.diag(turned) < 0, -1.0, 1.0)
    spread = np.sqrt((factor[[a, b]] ** 2).sum(axis=1))
    return np.concatenate([spread, turned[2:].ravel()])
