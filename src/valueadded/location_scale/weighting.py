"""Weighted draws: Pareto-smoothed importance weights, means, quantiles; and the checks of chains.

The one place that imports arviz, which takes seconds and announces its own future on import.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Above this the Pareto shape says that importance sampling has failed (Vehtari and others 2024).
PARETO_LIMIT = 0.7


def import_arviz() -> Any:
    """Return the module arviz."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import arviz
    return arviz


def smooth_weights(log_ratios: Array) -> tuple[Array, Array]:
    """Return Pareto-smoothed log weights (..., S), summing to 1, and the shapes k (...)."""
    smoothed, shapes = import_arviz().psislw(log_ratios)
    return np.asarray(smoothed), np.asarray(shapes)


def effective_size(weights: Array) -> float:
    """Return the number of independent draws that weights (S,) which sum to 1 are worth: 1 / sum w^2."""
    return float(1.0 / np.sum(weights**2))


def weighted_moments(draws: Array, weights: Array) -> tuple[Array, Array]:
    """Return means and standard deviations of draws (S, ...)."""
    mean = np.tensordot(weights, draws, axes=1)
    return mean, np.sqrt(np.tensordot(weights, (draws - mean) ** 2, axes=1))


def weighted_quantiles(draws: Array, weights: Array, probabilities: Array) -> Array:
    """Return quantiles (K, J) of draws (S, J): interpolated, a draw standing at the middle of its weight."""
    order = np.argsort(draws, axis=0, kind="stable")
    found = np.empty((len(probabilities), draws.shape[1]))
    for column in range(draws.shape[1]):
        share = weights[order[:, column]]
        middle = np.cumsum(share) - share / 2
        found[:, column] = np.interp(probabilities, middle, draws[order[:, column], column])
    return found


def log_mean_exp(values: Array, weights: Array) -> Array:
    """Return the logarithms (J,) of the weighted means of exp(values), values (S, J)."""
    top = values.max(axis=0)
    return np.asarray(top + np.log(weights @ np.exp(values - top)))
