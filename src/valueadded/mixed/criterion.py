"""Profile deviance of the random-intercept model, from moments alone.

Notation: theta = tau2 / sigma2, the ratio of school to residual variance.
V_j^-1 = (I - w_j 11') / sigma2 with w_j = theta / (1 + n_j theta), so that

    X'V^-1X sigma2 = sum_j scatter_j + sum_j c_j m_j m_j',    c_j = n_j / (1 + n_j theta),

where m_j is the school's mean row: within-school and between-school information, each exact and each
computed from deviations. sigma2 and the fixed effects are profiled out (Bates et al. 2015, section 3.4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.mixed.moments import INTERCEPT, SchoolMoments
from valueadded.numerics.definite import DefiniteSystem, condition_number, find_aliased

Array = NDArray[np.float64]

# A column varies if it does so by more than this share of its level: what rounding leaves of a constant.
ROUNDING_OF_A_CONSTANT = 1e-14
# Cross-products are rounded to about this share of the response's; a smaller residual has no digit left.
SMALLEST_RESIDUAL_SHARE = 1e-13


@dataclass(frozen=True)
class ProfileData:
    """Moments arranged for the criterion.

    n : (J,) students
    rows : (K, J) school mean rows, the intercept first if there is one, the response last
    scatter : (J, K, K) cross-products about the school means, zero for the intercept
    within : (K, K) their sum
    terms : names of the K - 1 terms
    centre : (K,) constant subtracted from each column; 0 where there is no intercept to absorb it
    n_students : N
    """

    n: Array
    rows: Array
    scatter: Array
    within: Array
    terms: tuple[str, ...]
    centre: Array
    n_students: float


@dataclass(frozen=True)
class GlsSolution:
    """Generalised least squares at given variances.

    beta : (p,) coefficients of the terms in centred columns
    contrast : (K,) (-beta, 1), so that a row times it is its residual
    rss : residual sum of squares in the metric of V (times sigma2)
    system : the factored X'V^-1X sigma2
    """

    beta: Array
    contrast: Array
    rss: float
    system: DefiniteSystem


def arrange(moments: SchoolMoments, intercept: bool) -> ProfileData:
    """Return the moments arranged for the criterion.

    Without an intercept the columns are taken as they are, since a shift would change the model.

    Raises
    ------
    FitError
        If there are fewer than two schools, or no school with two students.
    """
    if moments.n_schools < 2:
        only = f"'{moments.school_id[0]}'" if moments.n_schools else "none"
        raise FitError(
            f"found {moments.n_schools} school ({only}); expected at least 2 to estimate a school variance"
        )
    if (moments.n == 1).all():
        raise FitError(
            "every school has 1 student; expected at least one school with more, or effects cannot "
            "be told from residuals"
        )
    n_terms = len(moments.terms)
    lead = 1 if intercept else 0
    rows = np.ones((n_terms + 1 + lead, moments.n_schools))
    centre = np.zeros(n_terms + 1 + lead)
    scatter = np.zeros((moments.n_schools, n_terms + 1 + lead, n_terms + 1 + lead))
    scatter[:, lead:, lead:] = moments.scatter
    if intercept:
        centre[lead:] = moments.centre
        rows[lead:] = moments.mean.T
    else:
        rows[lead:] = (moments.mean + moments.centre).T
    terms = (INTERCEPT, *moments.terms) if intercept else moments.terms
    data = ProfileData(moments.n, rows, scatter, scatter.sum(axis=0), terms, centre, float(moments.n.sum()))
    check_rank(data, moments.columns[-1])
    return data


def check_rank(data: ProfileData, response: str) -> None:
    """Refuse a design whose coefficients are not determined, or that leaves no residual.

    Raises
    ------
    FitError
        Naming the terms at fault, with the condition number of the design, or the response.
    """
    n_terms = len(data.terms)
    if data.n_students <= n_terms + 1:
        raise FitError(
            f"found {int(data.n_students)} students for {n_terms} coefficients and 2 variances; "
            "expected more students"
        )
    cross = cross_products(data, 0.0)
    if INTERCEPT in data.terms:
        mean = data.rows @ data.n / data.n_students
        spread = np.diag(data.within) + (data.rows - mean[:, None]) ** 2 @ data.n
        constant = spread <= data.n_students * (ROUNDING_OF_A_CONSTANT * (data.centre + mean)) ** 2
        constant[0] = False
        cross[constant], cross[:, constant] = 0.0, 0.0
    aliased = find_aliased(cross[:n_terms, :n_terms])
    if aliased:
        named = [
            f"{data.terms[column]} (a combination of {', '.join(data.terms[k] for k in others)})"
            if others
            else f"{data.terms[column]} ({'the same' if INTERCEPT in data.terms else '0'} for every student)"
            for column, others in aliased.items()
        ]
        raise FitError(
            f"terms cannot be told apart: {'; '.join(named)}; found a condition number of "
            f"{condition_number(cross[:n_terms, :n_terms])}, expected less than 1e6: leave them out of the "
            "formula"
        )
    if cross[-1, -1] == 0 or solve_gls(cross).rss <= SMALLEST_RESIDUAL_SHARE * cross[-1, -1]:
        raise FitError(
            f"response '{response}' is {'constant' if cross[-1, -1] == 0 else 'explained by the terms'}, "
            "without residual: found a residual variance of 0; expected a response that varies about its "
            "expectation"
        )


def cross_products(data: ProfileData, theta: float) -> Array:
    """Return sigma2 x [X y]'V^-1[X y] (K, K) at the variance ratio theta."""
    weights = data.n / (1.0 + data.n * theta)
    return data.within + _weighted_square(data.rows, weights)


def solve_gls(cross: Array) -> GlsSolution:
    """Return the generalised least squares solution of cross-products (K, K), the response last."""
    system = DefiniteSystem(cross[:-1, :-1])
    beta = system.solve(cross[:-1, -1])
    contrast = np.append(-beta, 1.0)
    return GlsSolution(beta, contrast, float(contrast @ cross @ contrast), system)


def profile_deviance(data: ProfileData, theta: float, reml: bool) -> tuple[float, float]:
    """Return -2 log-likelihood, sigma2 and beta profiled out, and its derivative in theta.

    ML: N log(2 pi rss / N) + N + sum log(1 + n_j theta); REML: the same with N - p for N, plus
    log|X'V^-1X sigma2| (no log|X'X| term, as in lme4).
    """
    weights = data.n / (1.0 + data.n * theta)
    cross = data.within + _weighted_square(data.rows, weights)
    change = -_weighted_square(data.rows, weights**2)
    solution = solve_gls(cross)
    freedom = data.n_students - len(solution.beta) * reml
    value = freedom * (1.0 + np.log(2 * np.pi * solution.rss / freedom)) + np.log1p(data.n * theta).sum()
    slope = freedom * (solution.contrast @ change @ solution.contrast) / solution.rss + weights.sum()
    if reml:
        value += solution.system.log_determinant()
        slope += np.trace(solution.system.solve(change[:-1, :-1]))
    return float(value), float(slope)


def _weighted_square(rows: Array, weights: Array) -> Array:
    """Return sum_j weights_j rows_j rows_j' for rows (K, J), summed in a fixed order."""
    size = len(rows)
    square = np.empty((size, size))
    for a in range(size):
        weighted = rows[a] * weights
        for b in range(a + 1):
            square[a, b] = square[b, a] = (weighted * rows[b]).sum()
    return square
