"""Profile deviance of linear mixed models with schools as groups, from moments alone.

Notation: theta = tau2 / sigma2, the ratio of school to residual variance; Lambda the square factor of the
relative covariance of intercept and slope, G = sigma2 Lambda Lambda'. For a random intercept
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
from valueadded.numerics.definite import DefiniteSystem, find_aliased
from valueadded.numerics.square_factor import CovarianceCriterion

Array = NDArray[np.float64]


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
    check_rank(data)
    return data


def check_rank(data: ProfileData) -> None:
    """Refuse a design whose coefficients are not determined, or that leaves no residual.

    Raises
    ------
    FitError
        Naming the terms at fault.
    """
    n_terms = len(data.terms)
    if data.n_students <= n_terms + 1:
        raise FitError(
            f"found {int(data.n_students)} students for {n_terms} coefficients and 2 variances; "
            "expected more students"
        )
    cross = cross_products(data, 0.0)
    aliased = find_aliased(cross[:n_terms, :n_terms])
    if aliased:
        named = [
            f"{data.terms[column]} (a combination of {', '.join(data.terms[k] for k in others)})"
            if others
            else f"{data.terms[column]} (always 0)"
            for column, others in aliased.items()
        ]
        raise FitError(f"terms cannot be told apart: {'; '.join(named)}; leave them out of the formula")
    solution = solve_gls(cross)
    if solution.rss <= 1e-24 * max(cross[-1, -1], np.finfo(float).tiny):
        raise FitError(
            "the response is explained without residual; expected a response that varies about its "
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


@dataclass(frozen=True)
class SlopeData:
    """Moments arranged for a random intercept and slope.

    The slope's term is centred and divided by `spread`, so that intercept and slope are in like units.

    zz : (J, 2, 2) cross-products of (1, slope) in each school
    zf : (J, 2, K) cross-products of (1, slope) with the terms and the response
    total : (K, K) cross-products of the terms and the response over all schools
    spread : within-school standard deviation of the slope's term
    n_students : N
    """

    zz: Array
    zf: Array
    total: Array
    spread: float
    n_students: float


def arrange_slope(data: ProfileData, slope: str) -> SlopeData:
    """Return the moments arranged for a random intercept and a random slope of the term `slope`.

    Raises
    ------
    FitError
        If the term is not in the formula or never varies within a school.
    """
    if slope not in data.terms or INTERCEPT not in data.terms:
        raise FitError(
            f"random slope '{slope}': expected a term of a formula with an intercept, among "
            f"{list(data.terms)}"
        )
    position = data.terms.index(slope)
    if data.within[position, position] <= 1e-20 * max(
        data.n_students * float(np.abs(data.rows[position]).max()) ** 2, 1e-300
    ):
        raise FitError(
            f"random slope '{slope}': the term does not vary within any school; expected a student-level term"
        )
    crossed = data.scatter + data.n[:, None, None] * np.einsum("aj,bj->jab", data.rows, data.rows)
    rows = [data.terms.index(INTERCEPT), position]
    spread = float(np.sqrt(data.within[position, position] / data.n_students))
    units = np.array([1.0, 1.0 / spread])
    return SlopeData(
        zz=crossed[:, rows][:, :, rows] * np.outer(units, units),
        zf=crossed[:, rows, :] * units[:, None],
        total=crossed.sum(axis=0),
        spread=spread,
        n_students=data.n_students,
    )


def slope_kernel(data: SlopeData, factor: Array) -> tuple[Array, Array]:
    """Return K_j = Lambda M_j^-1 Lambda' (J, 2, 2) and log|M_j| (J,), with M_j = I + Lambda' Z'Z Lambda."""
    middle = np.eye(2) + factor.T @ data.zz @ factor
    determinant = middle[:, 0, 0] * middle[:, 1, 1] - middle[:, 0, 1] * middle[:, 1, 0]
    inverse = np.empty_like(middle)
    inverse[:, 0, 0], inverse[:, 1, 1] = middle[:, 1, 1], middle[:, 0, 0]
    inverse[:, 0, 1], inverse[:, 1, 0] = -middle[:, 0, 1], -middle[:, 1, 0]
    inverse /= determinant[:, None, None]
    return factor @ inverse @ factor.T, np.log(determinant)


def slope_cross_products(data: SlopeData, kernel: Array) -> Array:
    """Return sigma2 x [X y]'V^-1[X y] (K, K) for the kernel of `slope_kernel`."""
    return data.total - np.einsum("jza,jzb->ab", data.zf, kernel @ data.zf)


def slope_deviance(data: SlopeData, factor: Array, reml: bool) -> CovarianceCriterion:
    """Return -2 log-likelihood at Lambda with its score and expected information in Lambda Lambda'."""
    kernel, log_middle = slope_kernel(data, factor)
    solution = solve_gls(slope_cross_products(data, kernel))
    freedom = data.n_students - len(solution.beta) * reml
    value = freedom * (1.0 + np.log(2 * np.pi * solution.rss / freedom)) + log_middle.sum()
    projected = data.zz - data.zz @ kernel @ data.zz
    reduced = data.zf - data.zz @ (kernel @ data.zf)
    pull = reduced @ solution.contrast
    score = projected.sum(axis=0) - freedom / solution.rss * np.einsum("ja,jb->ab", pull, pull)
    if reml:
        value += solution.system.log_determinant()
        terms = reduced[:, :, :-1]
        score -= np.einsum("jap,jbp->ab", terms @ solution.system.inverse(), terms)
    information = np.einsum("jab,jcd->acbd", projected, projected).reshape(4, 4)
    return CovarianceCriterion(float(value), (score + score.T) / 2, information)


def _weighted_square(rows: Array, weights: Array) -> Array:
    """Return sum_j weights_j rows_j rows_j' for rows (K, J), summed in a fixed order."""
    size = len(rows)
    square = np.empty((size, size))
    for a in range(size):
        weighted = rows[a] * weights
        for b in range(a + 1):
            square[a, b] = square[b, a] = (weighted * rows[b]).sum()
    return square
