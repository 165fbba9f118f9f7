"""Parameters of two cohorts as one vector, their normal form, and the observed information in them."""

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.information import HESSIAN_STEP
from valueadded.location_scale.two_cohorts.criterion import Parameters, evaluate
from valueadded.location_scale.two_cohorts.design import TwoCohortDesign
from valueadded.location_scale.two_cohorts.integrand import Loadings

Array = NDArray[np.float64]


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


def typical_steps(design: TwoCohortDesign, at: Parameters) -> Array:
    """Return steps of about one standard error of each parameter."""
    parts = [
        np.full(len(at.beta[t]) + len(at.alpha[t]), 1 / np.sqrt(cohort.moments.n_students))
        for t, cohort in enumerate(design.cohorts)
    ]
    return np.concatenate([*parts, np.full(12, 1 / np.sqrt(len(design.school_id)))])


def _lower(square: Array) -> tuple[Array, Array]:
    """Return the lower triangle F of square = F Q', and Q."""
    turn, upper = np.linalg.qr(square.T)
    sign = np.where(np.diag(upper) < 0, -1.0, 1.0)
    return np.tril(upper.T * sign), turn * sign


def normal_form(at: Parameters, modes: Array) -> tuple[Parameters, Array]:
    """Return the same model with L and S lower triangular, diagonals >= 0, and the modes turned with S."""
    own, _ = _lower(at.loadings.own)
    s, turn = _lower(at.loadings.s)
    return Parameters(at.beta, at.alpha, Loadings(at.loadings.c @ turn, own, s)), modes @ turn


def second_derivatives(
    design: TwoCohortDesign,
    at: Parameters,
    rules: NDArray[np.intp] | None,
    modes: Array,
    kept: NDArray[np.intp],
) -> Array:
    """Return the second derivatives of the deviance: central differences of the analytic gradient."""
    theta, steps = pack(at), HESSIAN_STEP * typical_steps(design, at)
    hessian = np.empty((len(kept), len(kept)))
    for row, position in enumerate(kept):
        move = steps[position] * np.eye(len(theta))[position]
        ends = [
            pack(evaluate(design, unpack(theta + sign * move, at), rules, modes).gradient)[kept]
            for sign in (1.0, -1.0)
        ]
        hessian[row] = (ends[0] - ends[1]) / (2 * steps[position])
    return (hessian + hessian.T) / 2
