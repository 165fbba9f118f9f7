"""From a criterion to estimates: the search for the maximum, the standard errors, the units of the data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.location_scale.criterion import choose_rules, evaluate
from valueadded.location_scale.design import LocationScaleDesign
from valueadded.location_scale.information import (
    coefficient_covariance,
    free_positions,
    pack,
    second_derivatives,
    typical_steps,
    unpack,
)
from valueadded.location_scale.integrand import Parameters, best_of_grid, find_modes, prepare
from valueadded.location_scale.sums import Students, weighted_sums
from valueadded.mixed.fit import estimate_intercept_model
from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]

MAXIMUM_ROUNDS = 6
# In units of about one standard error: a gradient this small leaves the deviance within its rounding error.
GRADIENT_TOLERANCE = 1e-5
# The correlation matrix of the effects counts as singular below this.
SINGULAR = 1e-6
# A log variance that spans more than this among students has run away.
RUNAWAY = 25.0
# A standard deviation of the log variance between schools above this has run away too.
ENDLESS_SPREAD = 5.0


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


def estimate(design: LocationScaleDesign, random_scale: bool) -> Estimates:
    """Return the maximum likelihood estimates.

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
        _refuse_endless_spread(design, float(template[-1]))
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
    _refuse_runaway(design, at)
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
    return Parameters(beta, alpha, factor, 0.25 if random_scale else 0.0)


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
    return Parameters(at.beta, at.alpha, factor, sign * at.scale)


def _refuse_endless_spread(design: LocationScaleDesign, scale: float) -> None:
    """Refuse a scale variance without a maximum: students of a school do not differ about its mean.

    The likelihood of such a school of n students holds exp(s^2 (n - 1)^2 / 8): no loss of others keeps up.
    """
    if abs(scale) > ENDLESS_SPREAD:
        moments = design.moments
        constant = moments.school_id[(moments.n > 1) & (moments.scatter[:, -1, -1] <= 0)]
        raise FitError(
            "the log variance of schools spreads without end; found schools with constant scores: "
            f"{', '.join(map(str, constant)) or 'none'}; expected students who differ about the expectation "
            "in every school: leave such schools out"
        )


def _refuse_runaway(design: LocationScaleDesign, at: Parameters) -> None:
    """Refuse a log variance without a maximum: a term that separates students who do not vary."""
    z = design.data.z if isinstance(design.data, Students) else design.data.z.T
    for k in range(1, len(at.alpha)):
        span = abs(at.alpha[k]) * float(np.ptp(z[k]))
        if span > RUNAWAY:
            raise FitError(
                f"scale: the log variance moves by {span:.0f} over the range of {design.scale_terms[k]};"
                " expected residual variance at all its values: some have none, so leave the term out"
            )


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
