"""Correlations of true school effects between subjects, with their intervals."""

from dataclasses import replace
from itertools import combinations, combinations_with_replacement
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.mixed.joint.structures import pin_correlation, pinned_start
from valueadded.mixed.subjects.criterion import subject_deviance
from valueadded.mixed.subjects.design import SubjectMoments
from valueadded.mixed.subjects.fit import SubjectEstimates, in_factors, nowhere
from valueadded.numerics.profile import CLOSEST, profile_end, textbook_intervals
from valueadded.numerics.scoring import ScoringPoint, descend

Array = NDArray[np.float64]

# A profile is followed to a deviance this near the one wanted: a ten thousandth of a standard error.
PROFILE_TOLERANCE = 1e-8
# Where there is no standard error, the search for an end begins this far away.
FIRST_REACH = 0.2


def correlation_frame(
    moments: SubjectMoments, estimates: SubjectEstimates, reml: bool, confidence: float
) -> pd.DataFrame:
    """Return a row for each pair of subjects; see `MultiSubjectFit.correlations`."""
    size = len(moments.subjects)
    numbers = {pair: k for k, pair in enumerate(combinations_with_replacement(range(size), 2))}
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rows = []
    for a, b in combinations(range(size), 2):
        found = correlation_of(estimates.school_covariance, a, b)
        elements = [numbers[a, b], numbers[a, a], numbers[b, b]]
        error = _delta_error(
            found,
            np.diag(estimates.school_covariance)[[a, b]],
            estimates.element_covariance[np.ix_(elements, elements)],
        )
        lower, upper = _profile(estimates, (a, b), found, error, reml, z)
        delta, fisher = textbook_intervals(found, error, z)
        rows.append(
            {
                "domain_a": moments.subjects[a],
                "domain_b": moments.subjects[b],
                "correlation": found,
                "lower": lower,
                "upper": upper,
                "std_error": error,
                "lower_delta": delta[0],
                "upper_delta": delta[1],
                "lower_fisher": fisher[0],
                "upper_fisher": fisher[1],
                "n_schools": int((moments.n_scores[:, [a, b]] > 0).all(axis=1).sum()),
                "residual_correlation": correlation_of(estimates.residual_covariance, a, b),
            }
        )
    return pd.DataFrame(rows)


def correlation_of(covariance: Array, a: int, b: int) -> float:
    """Return the correlation of a and b, at most 1 in size; missing where a variance is 0."""
    product = covariance[a, a] * covariance[b, b]
    return float(np.clip(covariance[a, b] / np.sqrt(product), -1, 1)) if product > 0 else np.nan


def _delta_error(correlation: float, variances: Array, error: Array) -> float:
    """Return a correlation's standard error, missing at +-1; `error` (3, 3) is that of s_ab, s_aa, s_bb."""
    at_the_end = 1 - abs(correlation) < np.sin(CLOSEST) ** 2
    if not np.isfinite(correlation) or at_the_end or not np.isfinite(error).all():
        return np.nan
    slopes = np.append(1 / np.sqrt(variances.prod()), -correlation / (2 * variances))
    return float(np.sqrt(slopes @ error @ slopes))


def _profile(
    estimates: SubjectEstimates, pair: tuple[int, int], correlation: float, error: float, reml: bool, z: float
) -> tuple[float, float]:
    """Return the correlations that a likelihood-ratio test does not reject, all else fitted anew at each."""
    if not np.isfinite(correlation):
        return np.nan, np.nan
    data, (school, own) = estimates.data, estimates.factors
    size = len(school)
    start = np.concatenate([pinned_start(school, *pair), own.ravel()])
    last = [start]

    def lost(angle: float) -> float:
        structure = pin_correlation(size, *pair, float(np.sin(angle)))
        free = structure.linear.shape[1]
        chain = np.zeros((2 * size**2, free + size**2))
        chain[: size**2, :free], chain[size**2 :, free:] = structure.linear, np.eye(size**2)

        def visit(point: Array) -> ScoringPoint:
            factor, residual = structure.factor(point[:free]), point[free:].reshape(size, size)
            found = subject_deviance(data, factor, residual @ residual.T, reml)
            # A standard deviation below 0 would turn the sign of the correlation.
            if found is None or min(point[:2]) <= 0:
                return nowhere(len(point))
            scoring = in_factors(found, factor, residual)
            curvature = chain.T @ scoring.curvature @ chain
            return replace(scoring, gradient=chain.T @ scoring.gradient, curvature=curvature)

        last[0], now = descend(visit, last[0], PROFILE_TOLERANCE)
        return float(np.sqrt(max(now.deviance - estimates.point.deviance, 0.0))) - z

    half = z * error / np.sqrt(1 - correlation**2) if np.isfinite(error) else FIRST_REACH
    reach = max(half, 0.02)
    ends = []
    for side in (-1.0, 1.0):
        last[0] = start
        ends.append(profile_end(lost, correlation, side, reach))
    return ends[0], ends[1]
