"""Parameters as one vector, and the observed information of the deviance in them."""

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.criterion import evaluate
from valueadded.location_scale.design import LocationScaleDesign
from valueadded.location_scale.integrand import Parameters

Array = NDArray[np.float64]

# Step of the differences of the gradient, in standard errors: errors of 1e-8 / step and step^2 / schools.
HESSIAN_STEP = 1e-3


def pack(at: Parameters) -> Array:
    """Return beta, alpha, gamma, the factor by rows, and s as one vector."""
    return np.concatenate([at.beta, at.alpha, at.gamma, at.factor.ravel(), [at.scale]])


def unpack(theta: Array, like: Parameters) -> Parameters:
    """Return the parameters behind a vector."""
    p, first = len(like.beta), first_of_factor(like)
    end = p + len(like.alpha)
    factor = theta[first:-1].reshape(like.factor.shape)
    return Parameters(theta[:p], theta[p:end], factor, float(theta[-1]), theta[end:first])


def first_of_factor(at: Parameters) -> int:
    """Return the position of the first element of the factor in the vector."""
    return len(at.beta) + len(at.alpha) + len(at.gamma)


def free_positions(at: Parameters, random_scale: bool) -> NDArray[np.intp]:
    """Return the positions of the free parameters: without a scale effect, c and s stay 0."""
    free = np.ones(len(pack(at)), dtype=bool)
    if not random_scale:
        pinned = np.zeros_like(at.factor, dtype=bool)
        pinned[:, 0] = True
        free[first_of_factor(at) :] = np.append(~pinned.ravel(), False)
    return np.flatnonzero(free)


def strict_positions(at: Parameters, random_scale: bool) -> NDArray[np.intp]:
    """Return the free positions (F,) less those above the diagonal of L, which LL' does not determine."""
    above = np.zeros(at.factor.shape, dtype=bool)
    above[:, 1:] = np.triu(np.ones((len(at.factor), len(at.factor)), dtype=bool), 1)
    return np.setdiff1d(free_positions(at, random_scale), first_of_factor(at) + np.flatnonzero(above.ravel()))


def typical_steps(design: LocationScaleDesign, at: Parameters) -> Array:
    """Return steps of about one standard error of each parameter."""
    units = np.full(len(pack(at)), 1.0 / np.sqrt(len(design.moments.n)))
    units[: len(at.beta) + len(at.alpha)] = 1.0 / np.sqrt(design.moments.n_students)
    return units


def second_derivatives(
    design: LocationScaleDesign,
    at: Parameters,
    rules: NDArray[np.intp] | None,
    modes: Array,
    random_scale: bool,
) -> Array:
    """Return the second derivatives (F, F) of the deviance in the free parameters.

    Central differences of the analytic gradient. L is held lower triangular, which says all there is to say
    of LL'.
    """
    kept = strict_positions(at, random_scale)
    theta, units = pack(at), typical_steps(design, at)
    hessian = np.empty((len(kept), len(kept)))
    for row, position in enumerate(kept):
        step = np.zeros(len(theta))
        step[position] = HESSIAN_STEP * units[position]
        ends = [
            pack(evaluate(design.data, unpack(theta + sign * step, at), rules, modes).gradient)[kept]
            for sign in (1.0, -1.0)
        ]
        hessian[row] = (ends[0] - ends[1]) / (2 * step[position])
    return (hessian + hessian.T) / 2


def coefficient_covariance(hessian: Array, size: int) -> Array:
    """Return the covariance of the first `size` parameters, not a number where no maximum is strict."""
    scale = np.sqrt(np.abs(np.diag(hessian)))
    scaled = hessian / np.outer(scale, scale)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled)[0] <= 0:
        return np.full((size, size), np.nan)
    return 2 * (np.linalg.inv(scaled) / np.outer(scale, scale))[:size, :size]
