"""Whether scores determine a layered model at all: what is refused before any search."""

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.layered.design import LayeredDesign
from valueadded.numerics.definite import find_aliased

Array = NDArray[np.float64]

# A variance below this share of the mean square of the scores is their rounding.
NO_VARIANCE = 1e-20


def least_squares_covariance(design: LayeredDesign) -> Array:
    """Return (C, C) mean products of least squares residuals over the students who have both scores."""
    cross, p, n_cells = _cross_products(design), design.n_coefficients, len(design.cells)
    beta = np.linalg.solve(cross[:p, :p], cross[:p, p])
    total, count = np.zeros((n_cells, n_cells)), np.zeros((n_cells, n_cells))
    for pattern in design.patterns:
        residual = pattern.columns @ np.append(-beta, 1.0)
        where = np.ix_(pattern.cells, pattern.cells)
        total[where] += residual.T @ residual
        count[where] += len(residual)
    return np.asarray(total / np.maximum(count, 1))


def refuse_undetermined(design: LayeredDesign) -> None:
    """Refuse a design whose coefficients or variances no search could find.

    Raises
    ------
    FitError
        Naming the domain and year.
    """
    p, cross = design.n_coefficients, _cross_products(design)
    names = [f"{term} of {domain}, {year}" for domain, year, term in design.coefficients]
    aliased = find_aliased(cross[:p, :p])
    if aliased:
        column, on = next(iter(aliased.items()))
        raise FitError(
            f"the coefficient of {names[column]} cannot be told from {[names[other] for other in on]}; "
            "expected covariates that differ between students of every year"
        )
    n_scores, squares = np.zeros(len(design.cells), dtype=int), np.zeros(len(design.cells))
    for pattern in design.patterns:
        n_scores[pattern.cells] += len(pattern.students)
        squares[pattern.cells] += (pattern.columns[:, :, -1] ** 2).sum(axis=0)
    for (domain, year), n in zip(design.cells, n_scores, strict=True):
        n_own = sum((domain, year) == (other, when) for other, when, _ in design.coefficients)
        if n <= n_own:
            raise FitError(
                f"{domain}, {year} has {n} scores for {n_own} coefficients (a mean of each cohort, "
                "covariates); expected more, or that year left out (layered.years, layered.year_levels)"
            )
    own = np.diag(least_squares_covariance(design))
    for (domain, year), variance, square, n in zip(design.cells, own, squares, n_scores, strict=True):
        if variance <= NO_VARIANCE * square / n:
            raise FitError(
                f"the scores of {domain}, {year} are explained by means and covariates: a variance of 0; "
                "expected scores that differ between students"
            )


def _cross_products(design: LayeredDesign) -> Array:
    """Return (p + 1, p + 1) [X, y]'[X, y]."""
    parts = (np.tensordot(part.columns, part.columns, axes=((0, 1), (0, 1))) for part in design.patterns)
    return np.asarray(sum(parts))
