"""The deviance of a layered model with its gradient and average information.

V = Z G Z' + R with R block diagonal by student, so that everything follows from C = I + L Z'R^-1 Z L of the
effects alone (L holds their standard deviations):

    log|V| = sum log|R_i| + log|C|,   V^-1 r = R^-1 (r - Z L v),   v = C^-1 L Z'R^-1 r.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.layered.design import LayeredDesign
from valueadded.layered.equations import (
    Equations,
    Stacks,
    assemble,
    at_links,
    mean_product,
    spread_to_links,
    to_effects,
)
from valueadded.layered.factor import Layout
from valueadded.layered.parameters import Numbering, directions, unpack
from valueadded.numerics.definite import DefiniteSystem
from valueadded.numerics.scoring import ScoringPoint

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FixedPart:
    """Generalised least squares at one point.

    beta : (p,) coefficients
    covariance : (p, p) (X'V^-1X)^-1
    quadratic : (y - Xb)'V^-1 (y - Xb)
    log_determinant : log|X'V^-1X|
    """

    beta: Array
    covariance: Array
    quadratic: float
    log_determinant: float


def fixed_part(equations: Equations) -> FixedPart:
    """Return the coefficients that belong to given covariances."""
    system = DefiniteSystem(equations.cross[:-1, :-1])
    beta = system.solve(equations.cross[:-1, -1])
    return FixedPart(
        beta=beta,
        covariance=system.inverse(),
        quadratic=float(equations.cross[-1, -1] - beta @ equations.cross[:-1, -1]),
        log_determinant=system.log_determinant(),
    )


def evaluate(
    theta: Array, design: LayeredDesign, layout: Layout, numbering: Numbering, restricted: bool
) -> ScoringPoint:
    """Return -2 log-likelihood (ML, or REML if restricted) at free parameters, with its derivatives.

    The curvature is the average information f_k' P f_l with f_k = V_k V^-1 r (Gilmour, Thompson and Cullis
    1995). For a spread the gradient over the spread is added where it is positive: without it the
    information vanishes with the spread, and a search would crawl to a variance of 0. Where R is not positive
    definite the deviance is infinite.
    """
    at = unpack(theta, numbering)
    equations = assemble(design, layout, at)
    if equations is None:
        return ScoringPoint(np.inf, np.zeros_like(theta), np.eye(len(theta)))
    fixed = fixed_part(equations)
    p = design.n_coefficients
    n_free = design.n_scores - (p if restricted else 0)
    deviance = n_free * np.log(2 * np.pi) + equations.log_determinant + fixed.quadratic
    combine = np.append(-fixed.beta, 1.0)[:, None]
    if restricted:
        deviance += fixed.log_determinant
        # (X'V^-1X)^-1 = HH': the columns XH enter the gradient as the residual does.
        whitened = np.vstack([np.linalg.cholesky(fixed.covariance), np.zeros((1, p))])
        combine = np.hstack([combine, whitened])
    effects = equations.solved @ combine
    weighted = weighted_residuals(design, equations, combine, effects)
    curvature = average_information(design, equations, fixed, directions(at, numbering), weighted, effects)
    gradient = _gradient(design, layout, equations, directions(at, numbering), weighted, effects)
    at_spread = np.arange(numbering.n_covariances, numbering.n_covariances + len(at.spread))
    safe = np.where(at.spread == 0, 1.0, at.spread)
    curvature[at_spread, at_spread] += np.maximum(gradient[at_spread] / safe, 0.0)
    return ScoringPoint(float(deviance), gradient, curvature)


def weighted_residuals(design: LayeredDesign, equations: Equations, combine: Array, effects: Array) -> Stacks:
    """Return V^-1 times combinations (p + 1, s) of the columns, one (n, o, s) for each pattern.

    effects : (q, s) C^-1 L Z'R^-1 times the same combinations
    """
    return [
        known.precision @ (pattern.columns @ combine - known.loading @ at_links(pattern, effects))
        for pattern, known in zip(design.patterns, equations.matrices, strict=True)
    ]


def average_information(
    design: LayeredDesign,
    equations: Equations,
    fixed: FixedPart,
    along: tuple[Array, Array],
    weighted: Stacks,
    effects: Array,
) -> Array:
    """Return (P, P) f_k' P f_l, twice the average information of the log-likelihood."""
    covariance, loading = along
    residual = [stack[:, :, 0] for stack in weighted]
    turned = [loading[:, pattern.classes[:, None], pattern.cells] for pattern in design.patterns]
    pulled = spread_to_links(
        design, [np.einsum("kmo,no->nmk", turn, g) for turn, g in zip(turned, residual, strict=True)]
    )
    moved = []
    for pattern, known, turn, g in zip(design.patterns, equations.matrices, turned, residual, strict=True):
        block = covariance[:, pattern.cells[:, None], pattern.cells]
        own = at_links(pattern, effects[:, :1])[:, :, 0]
        moved.append(
            np.einsum("koc,nc->nok", block, g)
            + np.einsum("kmo,nm->nok", turn, own)
            + known.loading @ at_links(pattern, pulled)
        )
    onto = to_effects(design, equations.matrices, moved)
    solved = equations.factor.solve(onto)
    inner = np.zeros((onto.shape[1],) * 2)
    fixed_inner = -onto.T @ equations.solved[:, :-1]
    for pattern, known, stack in zip(design.patterns, equations.matrices, moved, strict=True):
        sharp = known.precision @ stack
        inner += np.tensordot(stack, sharp, axes=((0, 1), (0, 1)))
        fixed_inner += np.tensordot(sharp, pattern.columns[:, :, :-1], axes=((0, 1), (0, 1)))
    return np.asarray(inner - onto.T @ solved - fixed_inner @ fixed.covariance @ fixed_inner.T)


def _gradient(
    design: LayeredDesign,
    layout: Layout,
    equations: Equations,
    along: tuple[Array, Array],
    weighted: Stacks,
    effects: Array,
) -> Array:
    """Return (P,) the derivative of the deviance by each free parameter; uses up the factor."""
    n_cells, n_classes = len(design.cells), len(design.classes)
    by_covariance, by_loading = np.zeros((n_cells, n_cells)), np.zeros((n_classes, n_cells))
    entries = equations.factor.inverse_entries()
    for position, (pattern, known) in enumerate(zip(design.patterns, equations.matrices, strict=True)):
        first, second = layout.pairs[position]
        sums = (pattern.shares[:, first] * pattern.shares[:, second] * entries[layout.slots[position]]).sum(
            axis=0
        )
        spread = np.zeros((len(pattern.classes),) * 2)
        spread[first, second] = spread[second, first] = sums
        g = weighted[position]
        projected = known.precision @ known.loading @ spread
        by_covariance[np.ix_(pattern.cells, pattern.cells)] += (
            len(pattern.students) * known.precision
            - projected @ known.loading.T @ known.precision
            - mean_product(g, g)
        )
        slope = 2.0 * (projected - mean_product(g, at_links(pattern, effects)))
        np.add.at(by_loading, (pattern.classes[:, None], pattern.cells), slope.T)
    covariance, loading = along
    return np.asarray(
        np.einsum("kab,ab->k", covariance, by_covariance) + np.einsum("kab,ab->k", loading, by_loading)
    )
