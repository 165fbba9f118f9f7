"""The log posterior density of the parameters, school effects integrated out, and its mode."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.location_scale.coordinates import (
    Coordinates,
    coordinates_of,
    pull_back,
    read_factor,
    read_point,
    write_point,
)
from valueadded.location_scale.criterion import choose_rules, evaluate
from valueadded.location_scale.design import LocationScaleDesign
from valueadded.location_scale.fit import effect_covariance
from valueadded.location_scale.integrand import Parameters, best_of_grid, find_modes, prepare
from valueadded.location_scale.priors import Priors, check_priors, log_prior
from valueadded.location_scale.sums import weighted_sums

Array = NDArray[np.float64]

# The covariance that the search starts from is at least this over the number of schools: a boundary of the
# likelihood is at infinity in the coordinates, and no start.
START_VARIANCE = 0.1
MAXIMUM_ROUNDS = 4
# In units of about one posterior standard deviation.
GRADIENT_TOLERANCE = 1e-4
HESSIAN_STEP = 1e-3


@dataclass(frozen=True)
class Target:
    """A posterior density and what its evaluation needs.

    rules, modes : (J,) as for the criterion, chosen at the mode
    """

    design: LocationScaleDesign
    meaning: Coordinates
    priors: Priors
    rules: NDArray[np.intp] | None
    modes: Array


@dataclass(frozen=True)
class Summit:
    """The posterior mode and its surroundings.

    theta : (P,) the mode, in the coordinates
    root : (P, P) lower triangular, root root' the inverse of minus the second derivatives
    """

    target: Target
    theta: Array
    root: Array


def log_density(theta: Array, target: Target) -> tuple[float, Array]:
    """Return the log posterior density of the coordinates (P,), up to a constant, and its gradient (P,).

    Minus infinity where the numbers overflow.
    """
    meaning = target.meaning
    with np.errstate(all="ignore"):
        factor = read_factor(theta, meaning)
        if not (np.isfinite(factor).all() and (np.diag(factor) > 0).all()):
            return -np.inf, np.zeros(len(theta))
        prior, slope = log_prior(theta, target.priors, meaning)
        found = evaluate(target.design.data, read_point(theta, meaning), target.rules, target.modes)
        value = prior - found.deviance / 2
        gradient = slope - pull_back(found.gradient, factor, meaning) / 2
    if not (np.isfinite(value) and np.isfinite(gradient).all()):
        return -np.inf, np.zeros(len(theta))
    return value, gradient


def find_summit(design: LocationScaleDesign, start: Parameters, random_scale: bool, priors: Priors) -> Summit:
    """Return the mode of the posterior, searched from `start`, and the curvature there.

    Raises
    ------
    FitError
        If a prior is improper, or no maximum is found.
    """
    from scipy.optimize import minimize

    check_priors(priors)
    meaning = coordinates_of(design, random_scale)
    n_schools = len(design.moments.n)
    theta = _start(start, meaning, n_schools)
    units = np.full(meaning.size, 1.0 / np.sqrt(n_schools))
    units[: meaning.n_coefficients] = 1.0 / np.sqrt(design.moments.n_students)
    target = _aim(design, meaning, priors, theta)
    for _ in range(MAXIMUM_ROUNDS):

        def criterion(steps: Array, target: Target = target) -> tuple[float, Array]:
            value, gradient = log_density(steps * units, target)
            return (-value, -gradient * units) if np.isfinite(value) else (1e300, np.zeros(len(steps)))

        options = {"maxiter": 500, "maxcor": 30, "ftol": 1e-14, "gtol": GRADIENT_TOLERANCE}
        theta = minimize(criterion, theta / units, jac=True, method="L-BFGS-B", options=options).x * units
        before, target = target, _aim(design, meaning, priors, theta)
        if before.rules is None or np.array_equal(before.rules, target.rules):
            break
    root = _curvature_root(theta, target, units)
    if root is None:
        raise FitError(
            "posterior: found no strict maximum; expected priors that hold what the data leave open: "
            "narrow the priors"
        )
    return Summit(target, theta, root)


def _start(start: Parameters, meaning: Coordinates, n_schools: int) -> Array:
    covariance = effect_covariance(start)
    order = np.roll(np.arange(len(covariance)), 1) if meaning.random_scale else np.arange(meaning.n_random)
    covariance = covariance[np.ix_(order, order)] + START_VARIANCE / n_schools * np.eye(meaning.n_effects)
    return write_point(start.beta, start.alpha, np.linalg.cholesky(covariance))


def _aim(design: LocationScaleDesign, meaning: Coordinates, priors: Priors, theta: Array) -> Target:
    """Return the target with rules and modes as they are at a point."""
    if not meaning.random_scale:
        return Target(design, meaning, priors, None, np.zeros(len(design.moments.n)))
    at = read_point(theta, meaning)
    integrand = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    modes, widths = find_modes(integrand, best_of_grid(integrand))
    return Target(design, meaning, priors, choose_rules(integrand, modes, widths), modes)


def _curvature_root(theta: Array, target: Target, units: Array) -> Array | None:
    """Return the root of the inverse curvature, by differences of the gradient; None at no maximum."""
    size = len(theta)
    hessian = np.empty((size, size))
    for row in range(size):
        step = np.zeros(size)
        step[row] = HESSIAN_STEP * units[row]
        up, down = (log_density(theta + sign * step, target)[1] for sign in (1.0, -1.0))
        hessian[row] = (down - up) / (2 * step[row]) * units * units[row]
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    if not np.isfinite(values).all() or values[0] <= 0:
        return None
    inverse = (vectors / values) @ vectors.T
    return np.linalg.cholesky(inverse * np.outer(units, units))
