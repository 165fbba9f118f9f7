"""The deviance of two cohorts and its gradient: one integral over two scale effects for each school."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.criterion import NODE_TOLERANCE
from valueadded.location_scale.quadrature import Rule, place
from valueadded.location_scale.sums import coefficient_scores, weighted_sums
from valueadded.location_scale.two_cohorts.design import TwoCohortDesign
from valueadded.location_scale.two_cohorts.integrand import (
    Conditional,
    Loadings,
    SchoolSums,
    condition,
    find_modes,
    side_by_side,
)

Array = NDArray[np.float64]

# From cheap to certain, nodes in each of two directions.
LADDER = (
    Rule("hermite", 7),
    Rule("hermite", 10),
    Rule("hermite", 13),
    Rule("hermite", 25),
    Rule("trapezoid", 81),
    Rule("trapezoid", 321),
)
# All schools together may move the deviance by this when nodes are doubled.
TOTAL_TOLERANCE = 5e-7
# Schools times nodes held at once.
BLOCK = 200_000


@dataclass(frozen=True)
class Parameters:
    """A point in the parameter space, or a gradient there.

    beta, alpha : for each cohort the coefficients of the mean and of the log variance
    loadings : C, L and S
    """

    beta: tuple[Array, Array]
    alpha: tuple[Array, Array]
    loadings: Loadings


@dataclass(frozen=True)
class Evaluation:
    """The criterion at one point.

    deviance : -2 log-likelihood, outcomes standardised
    gradient : of the deviance
    modes : (J, 2) of the integrands, where the next search for them starts
    """

    deviance: float
    gradient: Parameters
    modes: Array


def evaluate(
    design: TwoCohortDesign, at: Parameters, rules: NDArray[np.intp] | None, modes: Array
) -> Evaluation:
    """Return deviance and gradient; `rules` (J,) are positions in the ladder, None without scale effects.

    The gradient is the expected derivative of the log density of students and effects together (Fisher's
    identity); with u integrated out, that in L is the expectation of (hh' + APA - A) L, h the expected
    derivative in u.
    """
    data = [cohort.data for cohort in design.cohorts]
    sums = (
        weighted_sums(data[0], at.beta[0], at.alpha[0]),
        weighted_sums(data[1], at.beta[1], at.alpha[1]),
    )
    together = side_by_side(design, sums)
    modes, roots = locate(together, at.loadings, rules, modes)
    schools = len(modes)
    k, ku, kuu = (np.zeros((schools, 2)) for _ in range(3))
    towards_c, towards_s, towards_own = (np.zeros((2, 2)) for _ in range(3))
    log_likelihood = 0.0
    for rule, chosen in blocks(rules, schools):
        zeta, known, probability, found = integrate(
            together.take(chosen), at.loadings, rule, modes[chosen], roots[chosen]
        )
        log_likelihood += float(found.sum())
        weight = probability[..., None]
        variance = np.diagonal(known.covariance, axis1=2, axis2=3)
        k[chosen] = (weight * known.k).sum(axis=1)
        ku[chosen] = (weight * known.k * known.mean).sum(axis=1)
        kuu[chosen] = (weight * known.k * (known.mean**2 + variance)).sum(axis=1)
        pull = weight * known.pull
        towards_c += np.einsum("jqa,jqb->ab", pull, zeta)
        towards_s += np.einsum("jqa,jqb->ab", weight * known.stretch, zeta)
        amount = known.information
        towards_own += np.einsum("jqa,jqb->ab", pull, known.pull) + np.einsum(
            "jqa,jqab,jqb->ab", weight * amount, known.covariance, amount
        )
        towards_own -= np.diag((weight * amount).sum(axis=(0, 1)))
    scores = []
    for t, there in enumerate(design.places):
        own = k[there, t], ku[there, t, None], kuu[there, t, None, None]
        scores.append(coefficient_scores(data[t], sums[t], *own))
    return Evaluation(
        deviance=-2 * log_likelihood,
        gradient=Parameters(
            (-2 * scores[0][0], -2 * scores[1][0]),
            (-2 * scores[0][1], -2 * scores[1][1]),
            Loadings(-2 * towards_c, -2 * towards_own @ at.loadings.own, -2 * towards_s),
        ),
        modes=modes,
    )


def locate(
    sums: SchoolSums, at: Loadings, rules: NDArray[np.intp] | None, modes: Array
) -> tuple[Array, Array]:
    """Return modes and widths; without scale effects there is nothing to look for."""
    if rules is None:
        return modes, np.broadcast_to(np.eye(2), (len(modes), 2, 2))
    return find_modes(sums, at, modes)


def integrate(
    sums: SchoolSums, at: Loadings, rule: Rule | None, modes: Array, roots: Array
) -> tuple[Array, Conditional, Array, Array]:
    """Return nodes (J, Q, 2), what is known there, probabilities (J, Q) and log-likelihoods (J,)."""
    zeta, log_weights = _place_pairs(rule, modes, roots)
    known = condition(sums, at, zeta)
    terms = known.log_density + log_weights
    top = terms.max(axis=1, keepdims=True)
    probability = np.exp(terms - top)
    total = probability.sum(axis=1, keepdims=True)
    return zeta, known, probability / total, (top + np.log(total))[:, 0]


def choose_rules(sums: SchoolSums, at: Loadings, modes: Array, roots: Array) -> NDArray[np.intp]:
    """Return for each school the first rule that doubling its nodes does not move, else the last."""
    chosen = np.full(len(modes), len(LADDER) - 1)
    left = np.arange(len(modes))
    for position, rule in enumerate(LADDER[:-1]):
        plain = _log_likelihoods(sums, at, rule, modes, roots, left)
        doubled = _log_likelihoods(sums, at, rule.doubled, modes, roots, left)
        settled = 2 * np.abs(plain - doubled) < min(NODE_TOLERANCE, TOTAL_TOLERANCE / len(modes))
        chosen[left[settled]] = position
        left = left[~settled]
        if not len(left):
            break
    return chosen


def blocks(rules: NDArray[np.intp] | None, schools: int) -> list[tuple[Rule | None, NDArray[np.intp]]]:
    """Return each rule in use with some of its schools, few enough to hold at once."""
    if rules is None:
        return [(None, np.arange(schools))]
    parts: list[tuple[Rule | None, NDArray[np.intp]]] = []
    for position in np.unique(rules):
        parts += _split(LADDER[position], np.flatnonzero(rules == position))
    return parts


def _split(rule: Rule, schools: NDArray[np.intp]) -> list[tuple[Rule, NDArray[np.intp]]]:
    size = max(1, BLOCK // rule.size**2)
    return [(rule, schools[first : first + size]) for first in range(0, len(schools), size)]


def _log_likelihoods(
    sums: SchoolSums, at: Loadings, rule: Rule, modes: Array, roots: Array, schools: NDArray[np.intp]
) -> Array:
    parts = [
        integrate(sums.take(some), at, rule, modes[some], roots[some])[3] for _, some in _split(rule, schools)
    ]
    return np.concatenate(parts)


def _place_pairs(rule: Rule | None, modes: Array, roots: Array) -> tuple[Array, Array]:
    """Return product nodes (J, Q, 2), turned and stretched by the roots, and their log weights (J, Q)."""
    schools = len(modes)
    if rule is None:
        return np.zeros((schools, 1, 2)), np.full((schools, 1), np.log(2 * np.pi))
    nodes, log_weights = place(rule, np.zeros(1), np.ones(1))
    pairs = np.stack(np.meshgrid(nodes[0], nodes[0], indexing="ij"), axis=-1).reshape(-1, 2)
    paired = (log_weights[0][:, None] + log_weights[0]).ravel()
    if rule.kind == "trapezoid":
        return np.broadcast_to(pairs, (schools, *pairs.shape)), np.broadcast_to(
            paired, (schools, len(paired))
        )
    size = np.log(np.abs(np.linalg.det(roots)))
    return modes[:, None, :] + pairs @ np.swapaxes(roots, 1, 2), size[:, None] + paired
