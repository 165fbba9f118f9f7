"""Intervals for a correlation of true school effects: profile likelihood, delta method, Fisher's z."""

from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.joint.design import JointData
from valueadded.mixed.joint.fit import JointEstimates, JointSearch
from valueadded.mixed.joint.structures import absent_cohort, pin_correlation, pinned_start
from valueadded.numerics.profile import CLOSEST, profile_end, textbook_intervals
from valueadded.numerics.scoring import ScoringPoint, descend
from valueadded.numerics.square_factor import symmetric_root

Array = NDArray[np.float64]

# A profile is followed to a deviance this near its lowest: an end moves by a millionth of a standard error.
PROFILE_TOLERANCE = 1e-6
# With fewer schools, a profile whose fits begin in one place can end far too near the estimate.
FEW_SCHOOLS = 200
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
        self.data, self.estimates, self.a, self.b, self.reml = data, estimates, a, b, reml
        self._few = len(data.school_id) < FEW_SCHOOLS
        self.best = estimates.criterion.deviance
        self.limit = NormalDist().inv_cdf(0.5 + confidence / 2)
        covariance = estimates.covariance
        plain = covariance[a, b] / np.sqrt(covariance[a, a] * covariance[b, b])
        self.estimate = float(np.clip(plain, -1.0, 1.0))
        start = pinned_start(symmetric_root(covariance), a, b)
        self._middle = float(np.arcsin(self.estimate))
        self._solved = {self._middle: np.concatenate([start, np.log(estimates.residual)])}

    def lost(self, angle: float) -> float:
        """Return the root of the deviance lost at the correlation sin(angle), minus the limit."""
        if angle == self._middle:
            return -self.limit
        structure = pin_correlation(len(self.data.cohorts), self.a, self.b, float(np.sin(angle)))
        search = JointSearch(self.data, structure, self.reml)

        def visit(point: Array) -> ScoringPoint:
            found = search.visit(point)
            # A standard deviation below 0 would turn the sign of the correlation.
            return found if min(point[:2]) > 0 else replace(found, deviance=np.inf)

        found = [descend(visit, start, PROFILE_TOLERANCE) for start in self._starts(angle)]
        self._solved[angle], now = min(found, key=lambda one: one[1].deviance)
        return float(np.sqrt(max(now.deviance - self.best, 0.0))) - self.limit

    def end(self, side: float, error: float) -> float:
        """Return the end of the interval towards `side`, -1 or 1; `error` is about the standard error."""
        if self._few and self._any_goes:
            return side
        return profile_end(self.lost, self.estimate, side, max(self.limit * error, NARROWEST_LOOK))

    @cached_property
    def _any_goes(self) -> bool:
        """Tell whether schools may not differ at all in one of the cohorts: then nothing is rejected."""
        size = len(self.data.cohorts)
        root = symmetric_root(self.estimates.covariance)
        lost = []
        for cohort in (self.a, self.b):
            search = JointSearch(self.data, absent_cohort(size, cohort), self.reml)
            start = np.concatenate([np.delete(root, cohort, axis=0).ravel(), np.log(self.estimates.residual)])
            lost.append(descend(search.visit, start, PROFILE_TOLERANCE)[1].deviance - self.best)
        return min(lost) < self.limit**2

    def _starts(self, angle: float) -> list[Array]:
        """Return where to begin: the polynomial through the parameters at the three nearest angles.

        With few schools also the nearest of them, the estimate, and the other cohorts beside one of the two:
        where those are held apart, the others can follow either, and each way may have a lowest point.
        """
        known = sorted(self._solved, key=lambda other: abs(other - angle))[:3]
        weights = [
            np.prod([(angle - other) / (each - other) for other in known if other != each]) for each in known
        ]
        led = sum(weight * self._solved[each] for weight, each in zip(weights, known, strict=True))
        if not self._few and min(led[:2]) > 0:
            return [led]
        middle = self._solved[self._middle]
        beside = [self._beside(middle, way) for way in ((1.0, 0.0), (np.sin(angle), np.cos(angle)))]
        return [start for start in (led, self._solved[known[0]], middle, *beside) if min(start[:2]) > 0]

    def _beside(self, point: Array, way: tuple[float, float]) -> Array:
        """Return a point at which every other cohort has a correlation of .9 with the effects of one way."""
        size = len(self.data.cohorts)
        rows = point[2 : 2 + (size - 2) * size].reshape(size - 2, size)
        turned = np.zeros_like(rows)
        turned[:, :2] = 0.9 * np.array(way)
        turned[np.arange(size - 2), np.arange(2, size)] = np.sqrt(1 - 0.9**2)
        turned *= np.linalg.norm(rows, axis=1, keepdims=True)
        return np.concatenate([point[:2], turned.ravel(), point[2 + rows.size :]])


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
