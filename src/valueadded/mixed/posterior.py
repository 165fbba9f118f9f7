"""School effects given the estimates: conditional means and their standard errors (B7, B8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.mixed.moments import INTERCEPT, SchoolMoments, student_means
from valueadded.numerics.square_factor import symmetric_root

Array = NDArray[np.float64]


def mean_residuals(moments: SchoolMoments, coefficients: dict[str, float]) -> Array:
    """Return each school's mean residual (J,) from the fixed part."""
    weights = np.array([*(-coefficients.get(term, 0.0) for term in moments.terms), 1.0])
    shift = moments.centre @ weights - coefficients.get(INTERCEPT, 0.0)
    return moments.mean @ weights + shift


def shrink(mean_residual: Array, n: Array, tau2: float, sigma2: float) -> tuple[Array, Array, Array]:
    """Return shrunken effects, their standard errors and their reliabilities, each (J,).

    lambda_j = n_j tau2 / (sigma2 + n_j tau2); effect = lambda_j r_j (B7); standard error
    sqrt(tau2 sigma2 / (sigma2 + n_j tau2)), the posterior standard deviation (B8).
    """
    reliability = n * tau2 / (sigma2 + n * tau2)
    return reliability * mean_residual, np.sqrt(tau2 * (1.0 - reliability)), reliability


def population_mean(moments: SchoolMoments, coefficients: dict[str, float], at: Mapping[str, float]) -> float:
    """Return the fixed part at the students' mean intake, the mean that effects are added to (B11).

    Terms named in `at` are taken there instead of at their mean.
    """
    intake = {**student_means(moments), **at, INTERCEPT: 1.0}
    return sum(coefficients.get(term, 0.0) * intake[term] for term in (INTERCEPT, *moments.terms))


@dataclass(frozen=True)
class SchoolPosterior:
    """What is known of each of J schools given the estimates.

    mean_residual : (J,) mean residual from the fixed part
    effect, std_error : (J,) shrunken effect and its standard error
    reliability : (J,) share of the school variance in the variance of a school mean
    deviation : (J,) shrunken deviation from the level of all schools that year; the effect itself where
        effects are centred on that level
    """

    mean_residual: Array
    effect: Array
    std_error: Array
    reliability: Array
    deviation: Array


def effects_frame(
    moments: SchoolMoments,
    posterior: SchoolPosterior,
    population: float,
    confidence: float,
    integrated: tuple[Array, Array] | None = None,
) -> pd.DataFrame:
    """Return the table of school effects with their intervals.

    The textbook interval is effect +- z x standard error. `lower` and `upper` are the `integrated` ends where
    they are given, and those of the textbook otherwise.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    textbook = posterior.effect - z * posterior.std_error, posterior.effect + z * posterior.std_error
    lower, upper = integrated or textbook
    kind = "integrated" if integrated else "textbook"
    return pd.DataFrame(
        {
            "school_id": pd.array(moments.school_id, dtype="str"),
            "n_students": moments.n.astype(np.int64),
            "mean_residual": posterior.mean_residual,
            "effect": posterior.effect,
            "std_error": posterior.std_error,
            "lower": lower,
            "upper": upper,
            "reliability": posterior.reliability,
            "interval": pd.array([kind] * moments.n_schools, dtype="str"),
            "lower_textbook": textbook[0],
            "upper_textbook": textbook[1],
            "effect_plus_mean": posterior.effect + population,
            "deviation": posterior.deviation,
        }
    )


def slope_posterior(
    moments: SchoolMoments,
    slope: str,
    coefficients: dict[str, float],
    random_covariance: Array,
    sigma2: float,
) -> tuple[Array, Array]:
    """Return conditional means (J, 2) of intercept and slope and their covariances (J, 2, 2).

    b_j = G Z'(sigma2 I + Z G Z')^-1 r_j, written with square G^(1/2) so that G may be singular.
    """
    position = moments.terms.index(slope)
    weights = np.array([*(-coefficients.get(term, 0.0) for term in moments.terms), 1.0])
    residual = mean_residuals(moments, coefficients)
    x_mean = moments.mean[:, position] + moments.centre[position]
    x_scatter = moments.scatter[:, position, position]
    zz = np.empty((moments.n_schools, 2, 2))
    zz[:, 0, 0] = moments.n
    zz[:, 0, 1] = zz[:, 1, 0] = moments.n * x_mean
    zz[:, 1, 1] = x_scatter + moments.n * x_mean**2
    zr = np.stack(
        [moments.n * residual, moments.scatter[:, position] @ weights + moments.n * x_mean * residual], axis=1
    )
    root = symmetric_root(random_covariance) / np.sqrt(sigma2)
    kernel = root @ np.linalg.inv(np.eye(2) + root @ zz @ root) @ root
    return np.einsum("jab,jb->ja", kernel, zr), sigma2 * kernel
