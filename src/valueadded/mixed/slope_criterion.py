"""Profile deviance of the random-slope model, from moments alone.

Notation: Lambda is the square factor of the relative covariance of intercept and slope,
G = sigma2 Lambda Lambda'. Of a school only Z'Z (2, 2) and Z'[X y] (2, K) are needed, Z = (1, slope);
sigma2 and the fixed effects are profiled out as for the random intercept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.mixed.criterion import ProfileData, solve_gls
from valueadded.mixed.moments import INTERCEPT
from valueadded.numerics.square_factor import CovarianceCriterion

Array = NDArray[np.float64]


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
