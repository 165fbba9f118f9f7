"""The deviance of a location-scale model and its gradient: one integral for each school.

Given the scale effect v = s zeta of a school its students are Gaussian (see `integrand.py`); what is left is
an integral over the standard normal zeta, by nodes at each school's own mode and as wide as its curvature
says.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.integrand import (
    Integrand,
    Parameters,
    find_modes,
    intercept_growth,
    log_integrand,
    polynomial,
    prepare,
    take,
)
from valueadded.location_scale.quadrature import LADDER, POINT, Rule, place
from valueadded.location_scale.sums import (
    Moments,
    Students,
    WeightedSums,
    coefficient_scores,
    weighted_sums,
)

Array = NDArray[np.float64]

# The deviance of a school may move by this much when its nodes are doubled.
NODE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Posterior:
    """Nodes of J schools and what is known at each of them.

    zeta, probability : (J, Q)
    mean, variance : (q, J, Q) of eta, in eigenvectors
    squares : (J, Q) expected sum omega (r - w'u)^2
    log_likelihood : (J,)
    """

    zeta: Array
    probability: Array
    mean: Array
    variance: Array
    squares: Array
    log_likelihood: Array


@dataclass(frozen=True)
class Evaluation:
    """The criterion at one point.

    deviance : -2 log-likelihood
    gradient : of the deviance
    modes : (J,) of the integrands, where the next search for them starts
    """

    deviance: float
    gradient: Parameters
    modes: Array


def evaluate(
    data: Students | Moments, at: Parameters, rules: NDArray[np.intp] | None, modes: Array
) -> Evaluation:
    """Return deviance and gradient.

    `rules` (J,) are positions in the ladder of rules, None without a scale effect; `modes` (J,) are near the
    modes.

    The gradient is the expected derivative of the log density of students and effects together, given the
    students (Fisher's identity), so it needs no derivative of a node, a mode or an eigenvector.
    """
    known = _expect(data, at, rules, modes)
    beta, alpha = coefficient_scores(data, known.sums, known.k, known.ku, known.kuu)
    factor, gamma = known.factor.sum(axis=0), known.gamma.sum(axis=0)
    gradient = Parameters(-2 * beta, -2 * alpha, -2 * factor, -2 * known.scale.sum(), -2 * gamma)
    return Evaluation(-2 * float(known.log_likelihood.sum()), gradient, known.modes)


def school_scores(
    data: Students | Moments, at: Parameters, rules: NDArray[np.intp] | None, modes: Array
) -> Array:
    """Return each school's derivatives of its log-likelihood in all parameters, in the order of `pack`."""
    known = _expect(data, at, rules, modes)
    beta, alpha = coefficient_scores(data, known.sums, known.k, known.ku, known.kuu, by_school=True)
    factor = known.factor.reshape(len(modes), -1)
    return np.column_stack([beta, alpha, known.gamma, factor, known.scale])


@dataclass(frozen=True)
class _Expectations:
    """What the derivatives of J schools are made of.

    k (J,), ku (J, q), kuu (J, q, q) : expectations of exp(-v), exp(-v) u, exp(-v) uu'
    factor (J, q, 1 + q), gamma (J, g), scale (J,) : derivatives of the log-likelihoods
    """

    sums: WeightedSums
    log_likelihood: Array
    modes: Array
    k: Array
    ku: Array
    kuu: Array
    factor: Array
    gamma: Array
    scale: Array


def _expect(
    data: Students | Moments, at: Parameters, rules: NDArray[np.intp] | None, modes: Array
) -> _Expectations:
    sums = weighted_sums(data, at.beta, at.alpha)
    integrand = prepare(sums, at)
    if rules is not None:
        modes, widths = find_modes(integrand, modes)
    else:
        widths = np.ones_like(modes)
    q, n_schools = integrand.precision.shape
    moments = np.empty((n_schools, 2 + q, 2 + q))
    log_likelihood, scale = np.empty(n_schools), np.empty(n_schools)
    for rule, chosen in by_rule(rules, n_schools):
        part = take(integrand, chosen)
        known = integrate(part, rule, modes[chosen], widths[chosen])
        log_likelihood[chosen] = known.log_likelihood
        moments[chosen] = _weighted_moments(known, at.scale)
        k_squares = np.exp(-at.scale * known.zeta) * known.squares
        scale[chosen] = -0.5 * np.sum(known.probability * known.zeta * (part.n[:, None] - k_squares), axis=1)
    k_xi, k_xixi = moments[:, 1:, 0], moments[:, 1:, 1:]
    loading = integrand.loading
    # sum k omega w (r - w'u) (zeta, eta)', turned back from eigenvectors
    pulls = sums.wr[:, :, None] * k_xi[:, None, :] - sums.ww @ loading @ k_xixi
    gamma = np.sum(pulls[:, 0] * loading[:, 0], axis=1)[:, None] * sums.intercept_terms / 2
    pulls[:, 0] *= intercept_growth(sums, at)[:, None]
    pulls[:, :, 1:] = pulls[:, :, 1:] @ np.swapaxes(integrand.rotation, 1, 2)
    return _Expectations(
        sums=sums,
        log_likelihood=log_likelihood,
        modes=modes,
        k=moments[:, 0, 0],
        ku=np.einsum("jab,jb->ja", loading, k_xi),
        kuu=loading @ k_xixi @ np.swapaxes(loading, 1, 2),
        factor=pulls,
        gamma=gamma,
        scale=scale,
    )


def choose_rules(it: Integrand, modes: Array, widths: Array) -> NDArray[np.intp]:
    """Return for each school the first rule of the ladder whose doubling moves its deviance by < 1e-9."""
    chosen = np.full(len(it.n), len(LADDER) - 1)
    left = np.arange(len(it.n))
    for position, rule in enumerate(LADDER[:-1]):
        part = take(it, left)
        plain, doubled = (
            integrate(part, each, modes[left], widths[left]).log_likelihood for each in (rule, rule.doubled)
        )
        settled = 2 * np.abs(plain - doubled) < NODE_TOLERANCE
        chosen[left[settled]] = position
        left = left[~settled]
        if not len(left):
            break
    return chosen


def integrate(it: Integrand, rule: Rule, modes: Array, widths: Array) -> Posterior:
    """Return the log-likelihood of each school and the posterior distribution on its nodes."""
    zeta, log_weights = place(rule, modes, widths)
    terms = log_integrand(it, zeta) + log_weights
    top = terms.max(axis=1, keepdims=True)
    probability = np.exp(terms - top)
    total = probability.sum(axis=1, keepdims=True)
    k = np.exp(-it.scale * zeta)
    variance = 1.0 / (1.0 + k * it.precision[:, :, None])
    towards = it.pull[:, :, None] - zeta * it.drag[:, :, None]
    mean = k * towards * variance
    inside = it.precision[:, :, None] * (mean**2 + variance) - 2 * towards * mean
    return Posterior(
        zeta=zeta,
        probability=probability / total,
        mean=mean,
        variance=variance,
        squares=polynomial(it.squares[:, :, None], zeta) + inside.sum(axis=0),
        log_likelihood=(top + np.log(total))[:, 0],
    )


def by_rule(rules: NDArray[np.intp] | None, n_schools: int) -> list[tuple[Rule, NDArray[np.intp]]]:
    """Return each rule in use with its schools."""
    if rules is None:
        return [(POINT, np.arange(n_schools))]
    return [(LADDER[k], np.flatnonzero(rules == k)) for k in np.unique(rules)]


def _weighted_moments(known: Posterior, scale: float) -> Array:
    """Return E[k (1, zeta, eta)(1, zeta, eta)'] (J, 2 + q, 2 + q)."""
    weights = known.probability * np.exp(-scale * known.zeta)
    means = np.stack([np.ones_like(known.zeta), known.zeta, *known.mean], axis=1)
    moments = (means * weights[:, None, :]) @ np.swapaxes(means, 1, 2)
    for a, variance in enumerate(known.variance):
        moments[:, 2 + a, 2 + a] += np.sum(weights * variance, axis=1)
    return moments
