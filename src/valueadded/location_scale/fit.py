"""From a criterion to estimates: the search for the maximum, the standard errors, the units of the data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.criterion import choose_rules, evaluate
from valueadded.location_scale.design import LocationScaleDesign
from valueadded.location_scale.information import (
    coefficient_covariance,
    first_of_factor,
    free_positions,
    pack,
    second_derivatives,
    strict_positions,
    typical_steps,
    unpack,
)
from valueadded.location_scale.integrand import Parameters, best_of_grid, find_modes, prepare
from valueadded.location_scale.limits import refuse_endless_spread, refuse_runaway
from valueadded.location_scale.sums import weighted_sums
from valueadded.mixed.fit import estimate_intercept_model
from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]

MAXIMUM_ROUNDS = 6
# In units of about one standard error: a gradient this small leaves the deviance within its rounding error.
GRADIENT_TOLERANCE = 1e-5
# The correlation matrix of the effects counts as singular below this.
SINGULAR = 1e-6


@dataclass(frozen=True)
class Estimates:
    """Estimates of a location-scale model, for standardised columns unless said otherwise.

    at : the maximum
    rules : (J,) position of each school's rule in the ladder; None without a scale effect
    modes : (J,) of the integrands
    deviance : -2 log-likelihood of the outcome in the units of the data
    hessian : (F, F) of the deviance in the free parameters, L lower triangular
    coefficient_covariance : (p + m, p + m) of beta and alpha, from the observed information; not a number
        where the information is not positive definite
    record : the evidence of the search
    """

    at: Parameters
    rules: NDArray[np.intp] | None
    modes: Array
    deviance: float
    hessian: Array
    coefficient_covariance: Array
    record: SearchRecord


def estimate(design: LocationScaleDesign, random_scale: bool, pinned_scale: Array | None = None) -> Estimates:
    """Return the maximum likelihood estimates.

    `pinned_scale` (m - 1,) holds the coefficients of the log variance where they are known; its intercept
    stays free. The Hessian is that of all parameters all the same.

    Rounds of a quasi-Newton search (L-BFGS) with fixed rules of integration; after each the rules are chosen
    anew, and the search ends when they stay and the gradient is 0.

    Raises
    ------
    FitError
        If the data do not determine the model, or the likelihood has no maximum.
    """
    # Jobs that fit nothing import this package too, and need not wait for the library.
    from scipy.optimize import minimize

    at = _start(design, random_scale)
    free = free_positions(at, random_scale)
    if pinned_scale is not None:
        at.alpha[1:] = pinned_scale
        first = len(at.beta) + 1
        free = np.setdiff1d(free, np.arange(first, first + len(pinned_scale)))
    units = typical_steps(design, at)[free]
    template = pack(at)
    visited: list[tuple[Array, float]] = []
    rules, modes = _choose(design, at) if random_scale else (None, np.zeros(len(design.moments.n)))
    state = {"modes": modes}

    def criterion(steps: Array) -> tuple[float, Array]:
        theta = template.copy()
        theta[free] = steps * units
        with np.errstate(over="ignore", invalid="ignore"):
            found = evaluate(design.data, unpack(theta, at), rules, state["modes"])
        if not np.isfinite(found.deviance):
            return 1e300, np.zeros(len(steps))
        state["modes"] = found.modes
        visited.append((theta, found.deviance))
        return found.deviance, pack(found.gradient)[free] * units

    steps, converged = template[free] / units, False
    options = {"maxiter": 500, "maxcor": 30, "ftol": 1e-15, "gtol": GRADIENT_TOLERANCE}
    for _ in range(MAXIMUM_ROUNDS):
        steps = minimize(criterion, steps, jac=True, method="L-BFGS-B", options=options).x
        template[free] = steps * units
        refuse_runaway(design, unpack(template, at))
        refuse_endless_spread(design, float(template[-1]))
        before = rules
        if random_scale:
            rules, state["modes"] = _choose(design, unpack(template, at))
            # A school between two rules keeps the finer one, or rounds would never end.
            rules = rules if before is None else np.maximum(rules, before)
        steps_gradient = criterion(steps)[1]
        settled = rules is None or (before is not None and np.array_equal(rules, before))
        converged = bool(settled and np.max(np.abs(steps_gradient)) < 50 * GRADIENT_TOLERANCE)
        if converged:
            break
    if template[-1] < 0:
        state["modes"] = -state["modes"]
    at = _normal_form(unpack(template, at))
    refuse_runaway(design, at)
    hessian = second_derivatives(design, at, rules, state["modes"], random_scale)
    deviance = criterion(pack(at)[free] / units)[0]
    return Estimates(
        at=at,
        rules=rules,
        modes=state["modes"],
        deviance=deviance + 2 * design.moments.n_students * float(np.log(design.outcome_spread)),
        hessian=hessian,
        coefficient_covariance=coefficient_covariance(hessian, len(at.beta) + len(at.alpha)),
        record=_record(at, visited, converged, random_scale),
    )


def effect_covariance(at: Parameters) -> Array:
    """Return the covariance (q + 1, q + 1) of the school effects (u, v)."""
    factor = np.vstack([at.factor, np.append(at.scale, np.zeros(at.factor.shape[1] - 1))])
    return factor @ factor.T


def covariance_with_intercept(estimates: Estimates, random_scale: bool) -> Array:
    """Return the covariance (p + m + 1 + g) of beta, alpha, the log of the intercept variance, and gamma.

    The log of the intercept variance c_0^2 + L_00^2 comes in by its derivatives.
    """
    at = estimates.at
    positions = strict_positions(at, random_scale)
    first, before = first_of_factor(at), len(at.beta) + len(at.alpha)
    turn = np.eye(len(positions))[:first]
    log_variance = np.zeros((1, len(positions)))
    row = at.factor[0]
    for k in np.flatnonzero(np.isin(positions, first + np.arange(2))):
        element = row[positions[k] - first]
        log_variance[0, k] = 2 * element / (row @ row)
    turn = np.concatenate([turn[:before], log_variance, turn[before:]])
    return turn @ coefficient_covariance(estimates.hessian, len(positions)) @ turn.T


def _start(design: LocationScaleDesign, random_scale: bool) -> Parameters:
    """Return the random-intercept model's estimates, schools of unequal spread, nothing correlated."""
    simple = estimate_intercept_model(design.moments, True, "ML")
    spread = design.outcome_spread
    beta = simple.beta * design.location_spread / spread
    beta[0] = (simple.beta @ np.append(1.0, design.location_centre[1:]) - design.outcome_centre) / spread
    tau2, sigma2 = simple.random_covariance[0, 0] / spread**2, simple.residual_variance / spread**2
    alpha = np.zeros(len(design.scale_terms))
    alpha[0] = np.log(sigma2)
    q = len(design.random)
    factor = np.zeros((q, 1 + q))
    factor[:, 1:] = np.sqrt(max(tau2, 0.01 * sigma2)) * np.diag([1.0, 1.0 / 3.0][:q])
    gamma = np.zeros(design.data.intercept_terms.shape[1])
    return Parameters(beta, alpha, factor, 0.25 if random_scale else 0.0, gamma)


def _choose(design: LocationScaleDesign, at: Parameters) -> tuple[NDArray[np.intp], Array]:
    integrand = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    modes, widths = find_modes(integrand, best_of_grid(integrand))
    return choose_rules(integrand, modes, widths), modes


def _normal_form(at: Parameters) -> Parameters:
    """Return the same model with s >= 0 and L lower triangular with a diagonal >= 0."""
    sign = -1.0 if at.scale < 0 else 1.0
    _, upper = np.linalg.qr(at.factor[:, 1:].T)
    root = upper.T * np.where(np.diag(upper) < 0, -1.0, 1.0)
    factor = np.column_stack([sign * at.factor[:, 0], np.tril(root)])
    return Parameters(at.beta, at.alpha, factor, sign * at.scale, at.gamma)


def _record(
    at: Parameters, visited: list[tuple[Array, float]], converged: bool, random_scale: bool
) -> SearchRecord:
    """Return the evidence of the search, and how it ended in words."""
    covariance = effect_covariance(at)
    if not random_scale:
        covariance = covariance[:-1, :-1]
    spread = np.sqrt(np.diag(covariance))
    nothing = bool((spread < np.sqrt(SINGULAR)).any())
    singular = nothing or bool(np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] < SINGULAR)
    if not converged:
        status = "the search stopped before the gradient was 0"
    elif nothing:
        status = "maximum at the boundary: an effect has variance 0"
    elif singular and random_scale:
        status = "maximum at the boundary: multiple correlation of the school effects +-1"
    elif singular:
        status = "maximum at the boundary: correlation of intercept and slope +-1"
    else:
        status = "gradient 0 at an interior maximum"
    q = len(at.factor)
    names = (
        *(f"beta[{k}]" for k in range(len(at.beta))),
        *(f"alpha[{k}]" for k in range(len(at.alpha))),
        *(f"gamma[{k}]" for k in range(len(at.gamma))),
        *(f"factor[{a},{b}]" for a in range(q) for b in range(1 + q)),
        "scale",
    )
    return SearchRecord(
        parameters=names,
        path=np.array([point for point, _ in visited]),
        deviances=np.array([deviance for _, deviance in visited]),
        status=status,
        converged=converged,
        boundary=singular,
    )
