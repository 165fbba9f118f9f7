"""School effects of the joint model: every year's effect from every year's students (K6), and changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.joint.criterion import coefficient_pull
from valueadded.mixed.joint.design import JointData
from valueadded.mixed.joint.fit import JointEstimates
from valueadded.mixed.moments import INTERCEPT

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointPosterior:
    """What is known of J schools in T cohorts given the estimates.

    effect : (J, T) conditional means Sigma P_j m_j
    covariance : (J, T, T) Sigma - Sigma P_j Sigma, the coefficients taken as known
    """

    effect: Array
    covariance: Array


@dataclass(frozen=True)
class Reference:
    """The place that changes from the benchmark line are measured at.

    intake : term -> mean intake of the benchmark cohort
    shares : benchmark year -> its share of the benchmark cohort's students
    """

    intake: dict[str, float]
    shares: dict[int, float]


@dataclass(frozen=True)
class LineContrast:
    """A combination of the coefficients of all cohorts.

    value : of the estimates
    weights : (P,) of the coefficients, in centred columns
    """

    value: float
    weights: Array


def joint_posterior(estimates: JointEstimates) -> JointPosterior:
    """Return the effects of every school in every cohort, also where it is absent."""
    sigma = estimates.covariance
    drawn = sigma @ estimates.solution.precision @ sigma
    return JointPosterior(estimates.solution.pull @ sigma, sigma - drawn)


def line_height(
    data: JointData, estimates: JointEstimates, cohort: int, reference: Reference
) -> LineContrast:
    """Return how high a cohort's line stands above the benchmark's at the reference intake.

    x0'(b_t - b_0), where b_0 is the mean line of the benchmark years, each student counting once. A term that
    one of the cohorts lacks moves with the intercept.
    """
    years = [cohort, *reference.shares]
    shared = set.intersection(*(set(data.profiles[data.cohorts.index(year)].terms) for year in years))
    weights = np.zeros(data.starts[-1])
    value = 0.0
    for year, share in [(cohort, 1.0), *((year, -part) for year, part in reference.shares.items())]:
        t = data.cohorts.index(year)
        profile = data.profiles[t]
        intake = np.array(
            [
                1.0 if term == INTERCEPT else reference.intake[term] - centre if term in shared else -centre
                for term, centre in zip(profile.terms, profile.centre, strict=False)
            ]
        )
        weights[data.starts[t] : data.starts[t + 1]] += share * intake
        value += share * profile.centre[-1]
    return LineContrast(float(value + weights @ estimates.solution.beta), weights)


def contrast_errors(
    data: JointData, estimates: JointEstimates, contrast: Sequence[float], line: Array
) -> Array:
    """Return the standard error (J,) of c'u_j + q'beta for contrasts c (T,) and q (P,).

    With a_j the error of c'u_j at known coefficients, which no linear function of the scores is correlated
    with, the whole error is a_j + (q - H_j'Sigma c)'(b - beta), H_j = P_j X_j: its variance is the sum of
    both (Henderson 1975).
    """
    c = np.asarray(contrast, dtype=np.float64)
    sigma = estimates.covariance
    precision = estimates.solution.precision
    towards = sigma @ c
    own = c @ sigma @ c - np.einsum("a,jab,b->j", towards, precision, towards)
    pull = line - np.einsum("a,jap->jp", towards, coefficient_pull(data, precision))
    fixed = ((pull @ estimates.solution.system.inverse()) * pull).sum(axis=1)
    return np.sqrt(np.maximum(own, 0.0) + fixed)
