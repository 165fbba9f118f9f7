"""School effects drawn exactly from their posterior given the parameters.

zeta, hence v, comes from its one-dimensional posterior by the inverse of its distribution function on a fine
grid; the effects on the mean given zeta are normal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.coordinates import read_point
from valueadded.location_scale.criterion import by_rule, integrate
from valueadded.location_scale.integrand import (
    Integrand,
    Parameters,
    find_modes,
    log_integrand,
    prepare,
    take,
)
from valueadded.location_scale.log_posterior import Target
from valueadded.location_scale.quadrature import RANGE
from valueadded.location_scale.sums import WeightedSums, mean_variance_factor, weighted_sums

Array = NDArray[np.float64]

# Nodes four to the standard deviation of the posterior, seven to each side of its mode.
NODES = np.linspace(-7.0, 7.0, 57)
# Where Gauss-Hermite fails the posterior is wide, of a few students, or has two modes.
WIDE_NODES = np.linspace(-RANGE, RANGE, 401)


@dataclass(frozen=True)
class SchoolDraws:
    """School effects and what goes with them, for S draws of the parameters and J schools, standardised.

    log_likelihood : (S, J) of each school's students, its effects integrated out
    effects : (S, J, d) draws, the effects on the mean first, then v
    expected : (S, J, d) posterior means given the parameters
    deviance : (S,) posterior mean given the parameters of -2 log p(students | parameters, effects)
    mean_factor : (S,) mean of exp(z'alpha) over all students
    """

    log_likelihood: Array
    effects: Array
    expected: Array
    deviance: Array
    mean_factor: Array


def draw_schools(target: Target, points: Array, stream: np.random.Generator) -> SchoolDraws:
    """Return draws of the effects of all schools, one for each of the points (S, P).

    A point whose likelihood overflows has log-likelihood minus infinity, and effects of 0.
    """
    data, meaning = target.design.data, target.meaning
    n_draws, n_schools, d = len(points), len(target.design.moments.n), meaning.n_effects
    log_likelihood = np.full((n_draws, n_schools), -np.inf)
    effects, expected = np.zeros((n_draws, n_schools, d)), np.zeros((n_draws, n_schools, d))
    deviance, mean_factor = np.zeros(n_draws), np.zeros(n_draws)
    for s, theta in enumerate(points):
        # Drawn whether they are used or not: a draw's numbers do not depend on the others'.
        uniform = stream.random((2, n_schools))
        normal = stream.standard_normal((meaning.n_random, n_schools))
        with np.errstate(all="ignore"):
            at = read_point(theta, meaning)
            sums = weighted_sums(data, at.beta, at.alpha)
            if not _usable(sums, at):
                continue
            it = prepare(sums, at)
            modes, widths = target.modes, np.ones(n_schools)
            if target.rules is not None:
                modes, widths = find_modes(it, modes)
            for rule, chosen in by_rule(target.rules, n_schools):
                part = take(it, chosen)
                known = integrate(part, rule, modes[chosen], widths[chosen])
                log_likelihood[s, chosen] = known.log_likelihood
                zeta = np.zeros(len(chosen))
                if target.rules is not None:
                    wide = rule.kind == "trapezoid"
                    zeta = draw_zeta(part, modes[chosen], widths[chosen], wide, uniform[:, chosen])
                effects[s, chosen] = _given_zeta(part, zeta, normal[:, chosen])[:, :d]
                loading = part.loading.transpose(1, 2, 0)[..., None]
                inner = loading[:, 0] * known.zeta + np.sum(loading[:, 1:] * known.mean, axis=1)
                means = np.concatenate([inner, [at.scale * known.zeta]])
                expected[s, chosen] = np.sum(known.probability * means, axis=-1).T[:, :d]
                k_squares = np.exp(-at.scale * known.zeta) * known.squares
                inside = part.n[:, None] * at.scale * known.zeta + k_squares
                deviance[s] += float(np.sum(known.probability * inside))
            deviance[s] += float(np.sum(sums.n * np.log(2 * np.pi) + sums.log_variance))
            mean_factor[s] = mean_variance_factor(data, at.alpha)
        if not np.isfinite(log_likelihood[s]).all():
            log_likelihood[s], effects[s], expected[s] = -np.inf, 0.0, 0.0
    return SchoolDraws(log_likelihood, effects, expected, deviance, mean_factor)


def conditional_deviance(target: Target, beta: Array, alpha: Array, effects: Array) -> float:
    """Return -2 log p(students | parameters, effects) at coefficients and effects (J, d), standardised."""
    sums = weighted_sums(target.design.data, beta, alpha)
    u = effects[:, : target.meaning.n_random]
    v = effects[:, -1] if target.meaning.random_scale else np.zeros(len(effects))
    squares = sums.rr - 2 * np.sum(sums.wr * u, axis=1) + np.einsum("ja,jab,jb->j", u, sums.ww, u)
    return float(np.sum(sums.n * (np.log(2 * np.pi) + v) + sums.log_variance + np.exp(-v) * squares))


def draw_zeta(it: Integrand, modes: Array, widths: Array, wide: bool, uniform: Array) -> Array:
    """Return a draw of zeta (J,) for each school, from uniform numbers (2, J): which cell, and where in it.

    The log density is linear between nodes.
    """
    if wide:
        nodes = np.broadcast_to(WIDE_NODES, (len(modes), len(WIDE_NODES)))
    else:
        nodes = modes[:, None] + widths[:, None] * NODES
    heights = log_integrand(it, nodes)
    heights = heights - heights.max(axis=1, keepdims=True)
    rise = np.diff(heights, axis=1)
    density = np.exp(heights)
    flat = np.abs(rise) < 1e-6
    mass = np.where(flat, density[:, :-1], np.diff(density, axis=1) / np.where(flat, 1.0, rise))
    upto = np.cumsum(mass, axis=1)
    cell = np.sum(upto < uniform[0, :, None] * upto[:, -1:], axis=1)
    cell = np.minimum(cell, mass.shape[1] - 1)
    schools = np.arange(len(modes))
    left, right = nodes[schools, cell], nodes[schools, cell + 1]
    return left + (right - left) * _within_cell(rise[schools, cell], uniform[1])


def _within_cell(rise: Array, uniform: Array) -> Array:
    """Return the place (J,) in 0 to 1 of a draw with log density rising by `rise` (J,) over the cell."""
    fall = np.maximum(np.abs(rise), 1e-9)
    place = -np.log1p(uniform * np.expm1(-fall)) / fall
    return np.where(rise > 0, 1.0 - place, place)


def _given_zeta(it: Integrand, zeta: Array, normal: Array) -> Array:
    """Return a draw (J, q + 1) of the effects on the mean given zeta (J,), and v itself."""
    k = np.exp(-it.scale * zeta)
    variance = 1.0 / (1.0 + k * it.precision)
    eta = k * (it.pull - zeta * it.drag) * variance + np.sqrt(variance) * normal
    inner = it.loading[:, :, 0] * zeta[:, None] + np.einsum("jab,bj->ja", it.loading[:, :, 1:], eta)
    return np.column_stack([inner, it.scale * zeta])


def _usable(sums: WeightedSums, at: Parameters) -> bool:
    parts = (sums.ww, sums.wr, sums.rr, sums.log_variance, at.factor, np.array(at.scale))
    return all(bool(np.isfinite(part).all()) for part in parts)
