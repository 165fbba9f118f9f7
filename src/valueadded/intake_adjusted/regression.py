"""One regression of whole schools: fit, removal of outliers, standardised residuals, bands (V1, V17-V19)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.intake_adjusted.choices import Residual
from valueadded.numerics.least_squares import LeastSquares, fit_least_squares

Array = NDArray[np.float64]

# Differences below this are rounding: a standardised residual of 1 + 1e-12 is exactly 1.
ROUNDING = 1e-9


@dataclass(frozen=True)
class SchoolRegression:
    """A regression and what it says of its n schools.

    line : the last fit, without the removed schools
    expected : (n,) the line at each school's intake
    standardised : (n,) standardised residuals; +-cap for removed schools
    leverage : (n,) of the schools that were fitted, missing for removed ones
    removed : (n,) schools beyond the cap
    passes : times that schools were removed
    """

    line: LeastSquares
    expected: Array
    standardised: Array
    leverage: Array
    removed: NDArray[np.bool_]
    passes: int


def regress_schools(
    intake: Array, outcome: Array, cap: float, passes: int = 1, residual: Residual = "standardised"
) -> SchoolRegression | None:
    """Return the regression of an outcome (n,) on the intake (n, p) of n schools; None if there is none.

    Schools whose standardised residual lies beyond the cap are removed and the rest refitted, at most
    `passes` times; they get +-cap (V18). No regression stands if the removal leaves too few schools.
    """
    stays = np.ones(len(outcome), dtype=bool)
    line = fit_least_squares(intake, outcome)
    done = 0
    while line is not None and not line.exact and done < passes:
        beyond = np.abs(_standardise(line, residual)) > cap + ROUNDING
        if not beyond.any():
            break
        stays[np.flatnonzero(stays)[beyond]] = False
        line = fit_least_squares(intake[stays], outcome[stays])
        done += 1
    if line is None or line.exact:
        return None
    expected = line.predict(intake)
    standardised = cap * np.sign(outcome - expected)
    standardised[stays] = _standardise(line, residual)
    leverage = np.full(len(outcome), np.nan)
    leverage[stays] = line.leverage
    return SchoolRegression(line, expected, standardised, leverage, ~stays, done)


def _standardise(line: LeastSquares, residual: Residual) -> Array:
    """Return residuals in units of their spread: e / s, or e / (s sqrt(1 - h)) with leverage removed."""
    if residual == "standardised":
        return line.residual / np.sqrt(line.mean_square)
    left = np.sqrt(np.maximum(1.0 - line.leverage, 0.0) * line.mean_square)
    # A school that fixes a coefficient alone has no residual to judge.
    return np.divide(line.residual, left, out=np.zeros_like(left), where=1.0 - line.leverage > ROUNDING)


def assign_bands(standardised: Array, limit: float = 1.0) -> NDArray[np.object_]:
    """Return higher, similar or lower (n,), None where there is no result; the limits are similar (V19)."""
    bands = np.full(len(standardised), None, dtype=object)
    bands[np.abs(standardised) <= limit + ROUNDING] = "similar"
    bands[standardised > limit + ROUNDING] = "higher"
    bands[standardised < -limit - ROUNDING] = "lower"
    return bands
