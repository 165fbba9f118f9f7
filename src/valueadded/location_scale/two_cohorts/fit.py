"""From the criterion to estimates of two cohorts: the search for the maximum and the observed information."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.location_scale.fit import GRADIENT_TOLERANCE, MAXIMUM_ROUNDS, SINGULAR
from valueadded.location_scale.fit import estimate as estimate_alone
from valueadded.location_scale.limits import ENDLESS_SPREAD
from valueadded.location_scale.sums import weighted_sums
from valueadded.location_scale.two_cohorts.criterion import Parameters, choose_rules, evaluate
from valueadded.location_scale.two_cohorts.design import TwoCohortDesign
from valueadded.location_scale.two_cohorts.information import (
    effect_covariance,
    free_positions,
    normal_form,
    pack,
    second_derivatives,
    typical_steps,
    unpack,
)
from valueadded.location_scale.two_cohorts.integrand import (
    Loadings,
    SchoolSums,
    best_of_grid,
    find_modes,
    side_by_side,
)
from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]

# Correlations over years to start from; at 0 the search would begin at a saddle of some data.
FIRST_CORRELATION = 0.5
# A spread of 0 has no derivative in its factor: the start keeps this much, in standardised units.
LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class Estimates:
    """Estimates of two cohorts, for standardised columns unless said otherwise.

    at : the maximum, L and S lower triangular
    rules : (J,) position of each school's rule in the ladder; None without scale effects
    modes : (J, 2) of the integrands
    deviance : -2 log-likelihood of the outcomes in the units of the data
    kept : positions of the F free parameters in the vector of all
    hessian : (F, F) of the deviance in them
    record : the evidence of the search
    """

    at: Parameters
    rules: NDArray[np.intp] | None
    modes: Array
    deviance: float
    kept: NDArray[np.intp]
    hessian: Array
    record: SearchRecord

    @property
    def parameter_covariance(self) -> Array:
        """Return the covariance (F, F) of the free parameters, not a number where no maximum is strict."""
        scale = np.sqrt(np.abs(np.diag(self.hessian)))
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = self.hessian / np.outer(scale, scale)
        if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled)[0] <= 0:
            return np.full_like(self.hessian, np.nan)
        return 2 * np.linalg.inv(scaled) / np.outer(scale, scale)


def estimate(design: TwoCohortDesign, random_scale: bool) -> Estimates:
    """Return the maximum likelihood estimates.

    Each cohort alone gives the start. Rounds of L-BFGS with fixed rules of integration; after each the rules
    are chosen anew, and the search ends when they stay and the gradient is 0.

    Raises
    ------
    FitError
        If one cohort alone does not determine its part, or a log variance spreads without end.
    """
    # Jobs that fit nothing import this package too, and need not wait for the library.
    from scipy.optimize import minimize

    at = _start(design, random_scale)
    template, free = pack(at), free_positions(at, random_scale, turned=True)
    units = typical_steps(design, at)[free]
    visited: list[tuple[Array, float]] = []
    schools = len(design.school_id)
    rules, modes = _choose(design, at) if random_scale else (None, np.zeros((schools, 2)))
    state = {"modes": modes}

    def criterion(steps: Array) -> tuple[float, Array]:
        theta = template.copy()
        theta[free] = steps * units
        with np.errstate(over="ignore", invalid="ignore"):
            found = evaluate(design, unpack(theta, at), rules, state["modes"])
        if not np.isfinite(found.deviance):
            return 1e300, np.zeros(len(steps))
        state["modes"] = found.modes
        visited.append((theta, found.deviance))
        return found.deviance, pack(found.gradient)[free] * units

    converged = False
    options = {"maxiter": 500, "maxcor": 30, "ftol": 1e-15, "gtol": GRADIENT_TOLERANCE}
    for _ in range(MAXIMUM_ROUNDS):
        steps = minimize(criterion, template[free] / units, jac=True, method="L-BFGS-B", options=options).x
        template[free] = steps * units
        _refuse_endless_spread(unpack(template, at))
        before = rules
        if random_scale:
            rules, state["modes"] = _choose(design, unpack(template, at))
            # A school between two rules keeps the finer one, or rounds would never end.
            rules = rules if before is None else np.maximum(rules, before)
        slope = criterion(steps)[1]
        settled = rules is None or before is None or np.array_equal(rules, before)
        converged = bool(settled and np.max(np.abs(slope)) < 50 * GRADIENT_TOLERANCE)
        if converged:
            break
    at, modes = normal_form(unpack(template, at), state["modes"])
    found = evaluate(design, at, rules, modes)
    kept = free_positions(at, random_scale, turned=False)
    scale = sum(2 * c.moments.n_students * float(np.log(c.outcome_spread)) for c in design.cohorts)
    return Estimates(
        at=at,
        rules=rules,
        modes=found.modes,
        deviance=found.deviance + scale,
        kept=kept,
        hessian=second_derivatives(design, at, rules, found.modes, kept),
        record=_record(at, visited, converged, random_scale),
    )


def _start(design: TwoCohortDesign, random_scale: bool) -> Parameters:
    alone = [estimate_alone(cohort, random_scale).at for cohort in design.cohorts]
    root = np.linalg.cholesky(np.array([[1.0, FIRST_CORRELATION], [FIRST_CORRELATION, 1.0]]))
    spread = np.maximum([np.sqrt(np.sum(at.factor**2)) for at in alone], LEAST_SPREAD)
    scales = np.maximum([at.scale for at in alone], LEAST_SPREAD) if random_scale else np.zeros(2)
    return Parameters(
        (alone[0].beta, alone[1].beta),
        (alone[0].alpha, alone[1].alpha),
        Loadings(np.zeros((2, 2)), spread[:, None] * root, scales[:, None] * root),
    )


def school_sums(design: TwoCohortDesign, at: Parameters) -> SchoolSums:
    """Return the sums of both cohorts for all schools at one point."""
    first, second = (
        weighted_sums(cohort.data, at.beta[t], at.alpha[t]) for t, cohort in enumerate(design.cohorts)
    )
    return side_by_side(design, (first, second))


def _choose(design: TwoCohortDesign, at: Parameters) -> tuple[NDArray[np.intp], Array]:
    sums = school_sums(design, at)
    modes, roots = find_modes(sums, at.loadings, best_of_grid(sums, at.loadings))
    return choose_rules(sums, at.loadings, modes, roots), modes


def _refuse_endless_spread(at: Parameters) -> None:
    """Refuse a scale variance without a maximum."""
    if np.sqrt(np.sum(at.loadings.s**2, axis=1)).max() > ENDLESS_SPREAD:
        raise FitError(
            "the log variance of schools spreads without end; expected students who differ about the "
            "expectation in every school and cohort: leave other schools out"
        )


def _record(
    at: Parameters, visited: list[tuple[Array, float]], converged: bool, random_scale: bool
) -> SearchRecord:
    """Return the evidence of the search, and how it ended in words."""
    size = 4 if random_scale else 2
    covariance = effect_covariance(at)[:size, :size]
    spread = np.sqrt(np.diag(covariance))
    nothing = bool((spread < np.sqrt(SINGULAR)).any())
    singular = nothing or bool(np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] < SINGULAR)
    if not converged:
        status = "the search stopped before the gradient was 0"
    elif singular:
        status = "maximum at the boundary: covariance of the school effects singular"
    else:
        status = "gradient 0 at an interior maximum"
    names = [
        f"{name}_{t + 1}[{k}]"
        for t in range(2)
        for name, values in (("beta", at.beta[t]), ("alpha", at.alpha[t]))
        for k in range(len(values))
    ]
    names += [f"{name}[{a},{b}]" for name in ("C", "L", "S") for a in range(2) for b in range(2)]
    return SearchRecord(
        parameters=tuple(names),
        path=np.array([point for point, _ in visited]),
        deviances=np.array([deviance for _, deviance in visited]),
        status=status,
        converged=converged,
        boundary=singular,
    )
