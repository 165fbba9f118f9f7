"""Priors of a location-scale model, their log density and its gradient in the coordinates.

Everything is in units of the standardised columns: outcome and terms have mean 0 and standard deviation 1
over all students, as the source's scores have, so that a prior means the same for any test's scale.
"""

from dataclasses import dataclass, field

import numpy as np
import scipy  # loads its parts at their first use, which most jobs have none of
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.location_scale.coordinates import Coordinates, pull_back_factor, read_factor, triangle

Array = NDArray[np.float64]


@dataclass(frozen=True)
class InverseWishart:
    """The source's prior of the covariance of the effects (d, d): inverse-Wishart with a diagonal scale.

    degrees_above_size : degrees of freedom less d; at 1 each correlation is uniform
    intercept, slope, log_variance : diagonal of the scale matrix
    """

    degrees_above_size: float = 1.0
    intercept: float = 0.1
    slope: float = 0.1
    log_variance: float = 0.1


@dataclass(frozen=True)
class SeparateScales:
    """Standard deviations and correlations apart: half-t (or half-normal) and LKJ.

    concentration : of LKJ; 1 is uniform over correlation matrices, more favours 0
    degrees_of_freedom : of the half-t; infinity is the half-normal
    intercept, slope, log_variance : scale of each standard deviation
    """

    concentration: float = 2.0
    degrees_of_freedom: float = float("inf")
    intercept: float = 1.0
    slope: float = 0.5
    log_variance: float = 1.0


@dataclass(frozen=True)
class Priors:
    """Priors of all parameters, independent blocks (M9).

    mean_spread, log_variance_spread : standard deviations of the normal priors about 0 of the coefficients
        of mean and log variance, intercepts included
    covariance : of the school effects
    """

    mean_spread: float = 10.0
    log_variance_spread: float = 10.0
    covariance: InverseWishart | SeparateScales = field(default_factory=InverseWishart)


def check_priors(priors: Priors) -> None:
    """Refuse a prior that is not a distribution.

    Raises
    ------
    FitError
        Naming the field.
    """
    positive = {"mean_spread": priors.mean_spread, "log_variance_spread": priors.log_variance_spread}
    own = dict(vars(priors.covariance))
    if isinstance(priors.covariance, InverseWishart):
        own["degrees_above_size"] += 1.0
    for name, value in (positive | own).items():
        if not value > 0:
            least = "above -1" if name == "degrees_above_size" else "above 0"
            raise FitError(f"priors: {name} is too low; expected a number {least}: the prior must be proper")


def log_prior(theta: Array, priors: Priors, meaning: Coordinates) -> tuple[float, Array]:
    """Return the log density of the coordinates (P,), normalised, and its gradient (P,).

    The Jacobian of the covariance in the coordinates, 2^d prod C_ii^(d - i + 2) with i from 1, is included.
    """
    coefficients = theta[: meaning.n_coefficients]
    spread = np.repeat(
        [priors.mean_spread, priors.log_variance_spread], [meaning.n_location, meaning.n_scale]
    )
    value = -0.5 * float(np.sum((coefficients / spread) ** 2 + np.log(2 * np.pi * spread**2)))
    factor = read_factor(theta, meaning)
    if isinstance(priors.covariance, InverseWishart):
        density, slope = _inverse_wishart(factor, priors.covariance, meaning)
    else:
        density, slope = _separate_scales(factor, priors.covariance, meaning)
    d = meaning.n_effects
    powers = np.arange(d + 1, 1, -1)
    jacobian = d * np.log(2.0) + float(powers @ np.log(np.diag(factor)))
    inner = pull_back_factor(slope, factor)
    inner[triangle(d)[2]] += powers
    return value + density + jacobian, np.concatenate([-coefficients / spread**2, inner])


def effect_scales(prior: InverseWishart | SeparateScales, meaning: Coordinates) -> Array:
    """Return the scale (d,) of each effect in the order of C: v first."""
    of_mean = [prior.intercept, prior.slope][: meaning.n_random]
    return np.array([prior.log_variance, *of_mean] if meaning.random_scale else of_mean)


def _inverse_wishart(factor: Array, prior: InverseWishart, meaning: Coordinates) -> tuple[float, Array]:
    """Return the log density of CC' and its derivative (d, d) in C."""
    d = len(factor)
    degrees, scale = d + prior.degrees_above_size, effect_scales(prior, meaning)
    inverse = np.linalg.inv(factor)
    middle = (inverse * scale) @ inverse.T
    constant = degrees * np.sum(np.log(scale)) - degrees * d * np.log(2.0)
    value = constant / 2 - scipy.special.multigammaln(degrees / 2, d) - np.trace(middle) / 2
    power = degrees + d + 1
    value -= power * np.sum(np.log(np.diag(factor)))
    return float(value), inverse.T @ middle - power * np.diag(1.0 / np.diag(factor))


def _separate_scales(factor: Array, prior: SeparateScales, meaning: Coordinates) -> tuple[float, Array]:
    """Return the log density of CC' = D R D and its derivative (d, d) in C."""
    d, eta = len(factor), prior.concentration
    scale = effect_scales(prior, meaning)
    spread = np.sqrt(np.sum(factor**2, axis=1))
    ratio = spread / scale
    if np.isinf(prior.degrees_of_freedom):
        logs, slopes = 0.5 * np.log(2 / np.pi) - np.log(scale) - ratio**2 / 2, -ratio / scale
    else:
        nu = prior.degrees_of_freedom
        rise = scipy.special.gammaln((nu + 1) / 2) - scipy.special.gammaln(nu / 2)
        constant = np.log(2.0) + rise - 0.5 * np.log(nu * np.pi)
        logs = constant - np.log(scale) - (nu + 1) / 2 * np.log1p(ratio**2 / nu)
        slopes = -(nu + 1) * ratio / (nu + ratio**2) / scale
    left = d - np.arange(1, d)
    normaliser = np.sum(
        (2 * eta - 2 + left) * left * np.log(2.0)
        + left * scipy.special.betaln(eta + (left - 1) / 2, eta + (left - 1) / 2)
    )
    diagonal = np.diag(factor)
    log_correlation = 2 * np.sum(np.log(diagonal)) - 2 * np.sum(np.log(spread))
    # From standard deviations and correlations to the covariance: 2^d prod spread^d.
    value = np.sum(logs) + (eta - 1) * log_correlation - normaliser - d * np.log(2.0)
    value -= d * np.sum(np.log(spread))
    by_spread = slopes - (2 * (eta - 1) + d) / spread
    return float(value), (by_spread / spread)[:, None] * factor + np.diag(2 * (eta - 1) / diagonal)
