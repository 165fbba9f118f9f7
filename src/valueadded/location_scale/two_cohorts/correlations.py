"""Correlations of four school effects with errors from the observed information."""

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.location_scale.two_cohorts.design import TwoCohortDesign
from valueadded.location_scale.two_cohorts.fit import Estimates
from valueadded.location_scale.two_cohorts.information import effect_covariance, pack, unpack

Array = NDArray[np.float64]

# What is correlated with what: positions among (u_1, u_2, v_1, v_2).
PAIRS = (
    ("mean", 0, 1),
    ("log_variance", 2, 3),
    ("mean_a_log_variance_a", 0, 2),
    ("mean_b_log_variance_b", 1, 3),
    ("mean_a_log_variance_b", 0, 3),
    ("mean_b_log_variance_a", 1, 2),
)
# Step of the differences of a correlation, in units of the factor: errors of 1e-16 / step and step^2.
FACTOR_STEP = 1e-5


def correlation_frame(
    design: TwoCohortDesign, estimates: Estimates, random_scale: bool, confidence: float
) -> pd.DataFrame:
    """Return `what`, `year_a`, `year_b`, `correlation`, `std_error`, `lower`, `upper`.

    `what` names the years' effects by a and b. Errors carry the observed information of
    the factor over (delta method); intervals are formed with Fisher's z, so they stay within -1 and 1. All
    three are missing where the information is not positive definite, as at a boundary.
    """
    pairs = PAIRS if random_scale else PAIRS[:1]
    kept, spread = estimates.kept, estimates.parameter_covariance
    theta = pack(estimates.at)
    slopes = np.zeros((len(pairs), len(kept)))
    for column, position in enumerate(kept):
        if position >= len(theta) - 12:
            step = FACTOR_STEP * np.eye(len(theta))[position]
            ends = [
                _correlations(effect_covariance(unpack(theta + sign * step, estimates.at)), pairs)
                for sign in (1.0, -1.0)
            ]
            slopes[:, column] = (ends[0] - ends[1]) / (2 * FACTOR_STEP)
    found = _correlations(effect_covariance(estimates.at), pairs)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", slopes, spread, slopes))
    if estimates.record.boundary:
        errors = np.full_like(errors, np.nan)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, half = np.arctanh(found), z * errors / (1 - found**2)
    return pd.DataFrame(
        {
            "what": pd.array([what for what, _, _ in pairs], dtype="str"),
            "year_a": design.years[0],
            "year_b": design.years[1],
            "correlation": found,
            "std_error": errors,
            "lower": np.tanh(middle - half),
            "upper": np.tanh(middle + half),
        }
    )


def _correlations(covariance: Array, pairs: tuple[tuple[str, int, int], ...]) -> Array:
    spread = np.sqrt(np.diag(covariance))
    values = [
        covariance[a, b] / (spread[a] * spread[b]) if spread[a] * spread[b] > 0 else np.nan
        for _, a, b in pairs
    ]
    return np.clip(np.array(values), -1.0, 1.0)
