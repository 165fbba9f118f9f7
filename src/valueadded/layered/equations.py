"""Sums over students that every evaluation of a layered model needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.layered.design import LayeredDesign, Pattern
from valueadded.layered.factor import DenseFactor, Layout, SparseFactor, factorise
from valueadded.layered.parameters import Parameters

Array = NDArray[np.float64]
Stacks = list[Array]


@dataclass(frozen=True)
class PatternMatrices:
    """What the covariances say about the students of one pattern.

    loading : (o, m) what one standard deviation of the effect of each link adds to each score, share apart
    precision : (o, o) R^-1 of the observed cells
    log_determinant : of R there
    """

    loading: Array
    precision: Array
    log_determinant: float


@dataclass(frozen=True)
class Equations:
    """Factored equations at one point.

    matrices : of each pattern
    factor : of C
    weighted : (q, p + 1) L Z'R^-1 [X, y]
    solved : (q, p + 1) C^-1 times that
    cross : (p + 1, p + 1) [X, y]'V^-1 [X, y]
    log_determinant : log|V|
    """

    matrices: list[PatternMatrices]
    factor: DenseFactor | SparseFactor
    weighted: Array
    solved: Array
    cross: Array
    log_determinant: float


def pattern_matrices(design: LayeredDesign, at: Parameters) -> list[PatternMatrices] | None:
    """Return the matrices of each pattern; None where R is not positive definite."""
    loading, found = at.loading, []
    for pattern in design.patterns:
        block = at.student_covariance[np.ix_(pattern.cells, pattern.cells)]
        try:
            lower = np.linalg.cholesky(block)
        except np.linalg.LinAlgError:
            return None
        half = np.linalg.inv(lower)
        found.append(
            PatternMatrices(
                loading=loading[np.ix_(pattern.classes, pattern.cells)].T,
                precision=half.T @ half,
                log_determinant=2.0 * float(np.log(np.diag(lower)).sum()),
            )
        )
    return found


def assemble(design: LayeredDesign, layout: Layout, at: Parameters) -> Equations | None:
    """Return the factored equations; None where R is not positive definite."""
    matrices = pattern_matrices(design, at)
    if matrices is None:
        return None
    values = np.zeros(len(layout.rows))
    cross, determinant = np.zeros((design.n_coefficients + 1,) * 2), 0.0
    for position, (pattern, known) in enumerate(zip(design.patterns, matrices, strict=True)):
        first, second = layout.pairs[position]
        inner = known.loading.T @ known.precision @ known.loading
        products = pattern.shares[:, first] * pattern.shares[:, second] * inner[first, second]
        values += np.bincount(layout.slots[position].ravel(), weights=products.ravel(), minlength=len(values))
        cross += np.tensordot(pattern.columns, known.precision @ pattern.columns, axes=((0, 1), (0, 1)))
        determinant += len(pattern.students) * known.log_determinant
    factor = factorise(layout, values)
    weighted = to_effects(design, matrices, [pattern.columns for pattern in design.patterns])
    solved = factor.solve(weighted)
    return Equations(
        matrices=matrices,
        factor=factor,
        weighted=weighted,
        solved=solved,
        cross=cross - weighted.T @ solved,
        log_determinant=determinant + factor.log_determinant,
    )


def to_effects(design: LayeredDesign, matrices: list[PatternMatrices], stacks: Stacks) -> Array:
    """Return (q, s) L Z'R^-1 times stacks, one array (n, o, s) for each pattern."""
    return spread_to_links(
        design,
        [(known.loading.T @ known.precision) @ stack for known, stack in zip(matrices, stacks, strict=True)],
    )


def spread_to_links(design: LayeredDesign, values: Stacks) -> Array:
    """Return (q, s) sums over links of share times values, one array (n, m, s) for each pattern."""
    width = values[0].shape[2]
    flat = np.concatenate([value.reshape(-1, width) for value in values])
    return np.asarray(design.incidence @ flat)


def at_links(pattern: Pattern, effects: Array) -> Array:
    """Return (n, m, s) share times the effect (q, s) behind each link."""
    return np.asarray(pattern.shares[:, :, None] * effects[pattern.links])


def mean_product(first: Array, second: Array) -> Array:
    """Return (o, o') the sum over students and columns of products of stacks (n, o, s), (n, o', s)."""
    return np.asarray(np.tensordot(first, second, axes=((0, 2), (0, 2))))
