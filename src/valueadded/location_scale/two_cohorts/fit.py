"""From the criterion to estimates of two cohorts: the search for the maximum and the observed information."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.location_scale.fit import ENDLESS_SPREAD, GRADIENT_TOLERANCE, MAXIMUM_ROUNDS, SINGULAR
from valueadded.location_scale.fit import estimate as estimate_alone
from valueadded.location_scale.information import HESSIAN_STEP
from valueadded.location_scale.sums import weighted_sums
from valueadded.location_scale.two_cohorts.criterion import Parameters, choose_rules, evaluate
from valueadded.location_scale.two_cohorts.design import TwoCohortDesign
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
    units = _units(design, at)[free]
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
        settled = before is None or np.array_equal(rules, before)
        converged = bool(settled and np.max(np.abs(slope)) < 50 * GRADIENT_TOLERANCE)
        if converged:
            break
    at, modes = _normal_form(unpack(template, at), state["modes"])
    found = evaluate(design, at, rules, modes)
    kept = free_positions(at, random_scale, turned=False)
    scale = sum(2 * c.moments.n_students * float(np.log(c.outcome_spread)) for c in design.cohorts)
    return Estimates(
        at=at,
        rules=rules,
        modes=found.modes,
        deviance=found.deviance + scale,
        kept=kept,
        hessian=_second_derivatives(design, at, rules, found.modes, kept),
        record=_record(at, visited, converged, random_scale),
    )


def effect_covariance(at: Parameters) -> Array:
    """Return the covariance (4, 4) of the effects (u_1, u_2, v_1, v_2)."""
    own = at.loadings
    factor = np.block([[own.c, own.own], [own.s, np.zeros((2, 2))]])
    return factor @ factor.T


def pack(at: Parameters) -> Array:
    """Return the parameters of the first cohort, of the second, C, L and S by rows as one vector."""
    own = at.loadings
    parts = [at.beta[0], at.alpha[0], at.beta[1], at.alpha[1], own.c.ravel(), own.own.ravel(), own.s.ravel()]
    return np.concatenate(parts)


def unpack(theta: Array, like: Parameters) -> Parameters:
    """Return the parameters behind a vector."""
    ends = np.cumsum([len(like.beta[0]), len(like.alpha[0]), len(like.beta[1]), len(like.alpha[1]), 4, 4])
    parts = np.split(theta, ends)
    c, own, s = (part.reshape(2, 2) for part in parts[4:])
    return Parameters((parts[0], parts[2]), (parts[1], parts[3]), Loadings(c, own, s))


def free_positions(at: Parameters, random_scale: bool, turned: bool) -> NDArray[np.intp]:
    """Return the positions of the free parameters; `turned` leaves L and S square, else lower triangular."""
    theta = pack(at)
    free = np.ones(len(theta), dtype=bool)
    c, own, s = len(theta) - 12, len(theta) - 8, len(theta) - 4
    if not random_scale:
        free[c:own] = free[s:] = False
    if not turned:
        free[[own + 1, s + 1]] = False
    return np.flatnonzero(free)


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


def _units(design: TwoCohortDesign, at: Parameters) -> Array:
    """Return steps of about one standard error of each parameter."""
    parts = [
        np.full(len(at.beta[t]) + len(at.alpha[t]), 1 / np.sqrt(cohort.moments.n_students))
        for t, cohort in enumerate(design.cohorts)
    ]
    return np.concatenate([*parts, np.full(12, 1 / np.sqrt(len(design.school_id)))])


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


def _normal_form(at: Parameters, modes: Array) -> tuple[Parameters, Array]:
    """Return the same model with L and S lower triangular, diagonals >= 0, and the modes turned with S."""
    own, _ = _lower(at.loadings.own)
    s, turn = _lower(at.loadings.s)
    return Parameters(at.beta, at.alpha, Loadings(at.loadings.c @ turn, own, s)), modes @ turn


def _lower(square: Array) -> tuple[Array, Array]:
    """Return the lower triangle F of square = F Q', and Q."""
    turn, upper = np.linalg.qr(square.T)
    sign = np.where(np.diag(upper) < 0, -1.0, 1.0)
    return np.tril(upper.T * sign), turn * sign


def _second_derivatives(
    design: TwoCohortDesign,
    at: Parameters,
    rules: NDArray[np.intp] | None,
    modes: Array,
    kept: NDArray[np.intp],
) -> Array:
    """Return the second derivatives of the deviance: central differences of the analytic gradient."""
    theta, steps = pack(at), HESSIAN_STEP * _units(design, at)
    hessian = np.empty((len(kept), len(kept)))
    for row, position in enumerate(kept):
        move = steps[position] * np.eye(len(theta))[position]
        ends = [
            pack(evaluate(design, unpack(theta + sign * move, at), rules, modes).gradient)[kept]
            for sign in (1.0, -1.0)
        ]
        hessian[row] = (ends[0] - ends[1]) / (2 * steps[position])
    return (hessian + hessian.T) / 2


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
