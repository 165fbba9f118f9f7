"""Intervals for a correlation of true school effects: profile likelihood, delta method, Fisher's z."""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.joint.design import JointData
from valueadded.mixed.joint.fit import JointEstimates, JointSearch
from valueadded.mixed.joint.structures import pin_correlation, pinned_start
from valueadded.numerics.profile import CLOSEST, profile_end, textbook_intervals
from valueadded.numerics.scoring import ScoringPoint, descend
from valueadded.numerics.square_factor import symmetric_root

Array = NDArray[np.float64]

# A profile is followed to a deviance this near its lowest: an end moves by a millionth of a standard error.
PROFILE_TOLERANCE = 1e-6
# How far to look first, at least, as an arcsine.
NARROWEST_LOOK = 0.02


@dataclass(frozen=True)
class CorrelationIntervals:
    """A correlation of two cohorts with three intervals; missing where a variance is 0.

    correlation : estimate
    std_error : by the delta method, missing at +-1
    profile, delta, fisher : (lower, upper)
    """

    correlation: float
    std_error: float
    profile: tuple[float, float]
    delta: tuple[float, float]
    fisher: tuple[float, float]


def profile_interval(
    data: JointData,
    estimates: JointEstimates,
    a: int,
    b: int,
    reml: bool,
    confidence: float,
    error: float = 0.1,
) -> tuple[float, float]:
    """Return the correlations of cohorts `a` and `b` that a likelihood-ratio test does not reject.

    For each value the rest of Sigma, the residual variances and the coefficients are fitted anew. An end is
    -1 or 1 where even that is not rejected. `error` is where the search begins to look: about the standard
    error of the correlation's arcsine.
    """
    profile = CorrelationProfile(data, estimates, a, b, reml, confidence)
    return profile.end(-1.0, error), profile.end(1.0, error)


class CorrelationProfile:
    """The deviance lost by holding one correlation at a value.

    Each fit starts where the fits at the nearest values lead to. At the estimate nothing is lost.
    """

    def __init__(
        self, data: JointData, estimates: JointEstimates, a: int, b: int, reml: bool, confidence: float
    ) -> None:
        self.data, self.a, self.b, self.reml = data, a, b, reml
        self.best = estimates.criterion.deviance
        self.limit = NormalDist().inv_cdf(0.5 + confidence / 2)
        covariance = estimates.covariance
        plain = covariance[a, b] / np.sqrt(covariance[a, a] * covariance[b, b])
        self.estimate = float(np.clip(plain, -1.0, 1.0))
        start = pinned_start(symmetric_root(covariance), a, b)
        self._solved = {float(np.arcsin(self.estimate)): np.concatenate([start, np.log(estimates.residual)])}

    def lost(self, angle: float) -> float:
        """Return the root of the deviance lost at the correlation sin(angle), minus the limit."""
        if angle in self._solved:
            return -self.limit
        structure = pin_correlation(len(self.data.cohorts), self.a, self.b, float(np.sin(angle)))
        search = JointSearch(self.data, structure, self.reml)

        def visit(point: Array) -> ScoringPoint:
            found = search.visit(point)
            # A standard deviation below 0 would turn the sign of the correlation.
            return found if min(point[:2]) > 0 else replace(found, deviance=np.inf)

        self._solved[angle], now = descend(visit, self._start(angle), PROFILE_TOLERANCE)
        return float(np.sqrt(max(now.deviance - self.best, 0.0))) - self.limit

    def end(self, side: float, error: float) -> float:
        """Return the end of the interval towards `side`, -1 or 1; `error` is about the standard error."""
        return profile_end(self.lost, self.estimate, side, max(self.limit * error, NARROWEST_LOOK))

    def _start(self, angle: float) -> Array:
        """Return the polynomial through the parameters at the three nearest angles, or the nearest of them."""
        known = sorted(self._solved, key=lambda other: abs(other - angle))[:3]
        weights = [
            np.prod([(angle - other) / (each - other) for other in known if other != each]) for each in known
        ]
        found = sum(weight * self._solved[each] for weight, each in zip(weights, known, strict=True))
        return found if min(found[:2]) > 0 else self._solved[known[0]]


def correlation_intervals(
    data: JointData,
    estimates: JointEstimates,
    entries: tuple[NDArray[np.intp], Array],
    pair: tuple[int, int],
    reml: bool,
    confidence: float,
) -> CorrelationIntervals:
    """Return the correlation of a pair of cohorts with its intervals.

    `entries` are those of `vech_covariance`.
    """
    a, b = pair
    covariance = estimates.covariance
    if covariance[a, a] == 0 or covariance[b, b] == 0:
        nothing = (np.nan, np.nan)
        return CorrelationIntervals(np.nan, np.nan, nothing, nothing, nothing)
    plain = covariance[a, b] / np.sqrt(covariance[a, a] * covariance[b, b])
    correlation = float(np.clip(plain, -1.0, 1.0))
    gradient = correlation_gradient(covariance, entries[0], a, b)
    error = float(np.sqrt(gradient @ entries[1] @ gradient))
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    angle_error = error / np.sqrt(max(1 - correlation**2, np.sin(CLOSEST) ** 2))
    if 1 - abs(correlation) < np.sin(CLOSEST) ** 2:
        error, angle_error = np.nan, 0.1
    delta, fisher = textbook_intervals(correlation, error, z)
    profile = profile_interval(data, estimates, a, b, reml, confidence, angle_error)
    return CorrelationIntervals(correlation, error, profile, delta, fisher)


def correlation_gradient(covariance: Array, entries: NDArray[np.intp], a: int, b: int) -> Array:
    """Return the derivative (E,) of the correlation of a and b in the entries (E, 2) of Sigma."""
    correlation = covariance[a, b] / np.sqrt(covariance[a, a] * covariance[b, b])
    slopes = {
        (a, a): -correlation / (2 * covariance[a, a]),
        (b, b): -correlation / (2 * covariance[b, b]),
        (max(a, b), min(a, b)): 1 / np.sqrt(covariance[a, a] * covariance[b, b]),
    }
    return np.array([slopes.get((int(row), int(column)), 0.0) for row, column in entries])
