"""Weighted sums over a school's students, and the way back from a school to the coefficients.

The criterion needs of a school only the sums of its students' residuals and random-part columns, weighted by
the inverse of their variance. Where the log variance has no student covariates, moments hold them; otherwise
one pass over sorted rows makes them anew for each set of coefficients.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Students:
    """Standardised columns of N students, sorted by school; one row for each column.

    x : (p, N) terms of the mean, ones first
    y : (N,) outcome
    z : (m, N) terms of the log variance, ones first
    random : positions in x of the q columns of the random part
    starts : (J,) first student of each school
    n : (J,) students
    intercept_terms : (J, g) terms of the log of the intercept variance, none usually
    """

    x: Array
    y: Array
    z: Array
    random: tuple[int, ...]
    starts: NDArray[np.intp]
    n: Array
    intercept_terms: Array


@dataclass(frozen=True)
class Moments:
    """Cross-products of standardised columns in J schools whose log variance has school terms only.

    cross : (J, p + 1, p + 1) of the terms of the mean, ones first, then the outcome
    z : (J, m) terms of the log variance, ones first
    random : positions of the q columns of the random part
    n : (J,) students
    intercept_terms : (J, g) terms of the log of the intercept variance, none usually
    """

    cross: Array
    z: Array
    random: tuple[int, ...]
    n: Array
    intercept_terms: Array


@dataclass(frozen=True)
class WeightedSums:
    """Sums over a school's students, each weighted by omega = exp(-z'alpha).

    n : (J,) students
    log_variance : (J,) sum of z'alpha
    ww : (J, q, q) of the random part's columns w
    wr : (J, q) of w and the residual r = y - x'beta
    rr : (J,) of squared residuals
    intercept_terms : (J, g) as in the data
    weight, residual : (N,) omega and r of each student; (J,) and empty where moments are enough
    """

    n: Array
    log_variance: Array
    ww: Array
    wr: Array
    rr: Array
    intercept_terms: Array
    weight: Array
    residual: Array


def weighted_sums(data: Students | Moments, beta: Array, alpha: Array) -> WeightedSums:
    """Return the sums of J schools at coefficients beta (p,) and alpha (m,)."""
    return _from_rows(data, beta, alpha) if isinstance(data, Students) else _from_moments(data, beta, alpha)


def coefficient_scores(
    data: Students | Moments, sums: WeightedSums, k: Array, ku: Array, kuu: Array, by_school: bool = False
) -> tuple[Array, Array]:
    """Return the derivatives (p,) and (m,) of the log-likelihood in beta and alpha, or (J, p) and (J, m).

    k (J,), ku (J, q) and kuu (J, q, q) are the conditional expectations of exp(-v), exp(-v) u and exp(-v)
    uu'.
    """
    if isinstance(data, Moments):
        at = list(data.random)
        towards = data.cross[:, :-1, :]
        # sum_i omega x (k r - w'ku): the outcome's column carries beta, so the residual is written out.
        xr = towards[:, :, -1] - towards[:, :, :-1] @ sums.residual
        pulls = k[:, None] * xr - np.einsum("jpq,jq->jp", towards[:, :, at], ku)
        squares = k * sums.rr - 2 * np.sum(sums.wr * ku, axis=1) + np.einsum("jab,jab->j", sums.ww, kuu)
        in_beta, in_alpha = sums.weight[:, None] * pulls, -0.5 * (data.n - squares)[:, None] * data.z
        return (in_beta, in_alpha) if by_school else (in_beta.sum(axis=0), in_alpha.sum(axis=0))
    counts = data.n.astype(np.intp)
    w = data.x[list(data.random)]
    rows = {
        name: np.repeat(value, counts) for name, value in (("k", k), ("ku", ku[:, 0]), ("kuu", kuu[:, 0, 0]))
    }
    fitted, spread = rows["ku"], rows["kuu"]
    if len(w) == 2:
        fitted = fitted + w[1] * np.repeat(ku[:, 1], counts)
        cross, square = np.repeat(2 * kuu[:, 0, 1], counts), np.repeat(kuu[:, 1, 1], counts)
        spread = spread + w[1] * (cross + w[1] * square)
    weighted = sums.weight * (rows["k"] * sums.residual - fitted)
    # k r^2 - 2 r w'ku + w'kuu w
    squares = sums.residual * (weighted - sums.weight * fitted) + sums.weight * spread
    if by_school:
        return (
            np.add.reduceat(data.x * weighted, data.starts, axis=1).T,
            -0.5 * np.add.reduceat(data.z * (1.0 - squares), data.starts, axis=1).T,
        )
    return data.x @ weighted, -0.5 * (data.z @ (1.0 - squares))


def mean_variance_factor(data: Students | Moments, alpha: Array) -> float:
    """Return the mean of exp(z'alpha) over all students, whatever their distribution (M6)."""
    if isinstance(data, Students):
        return float(np.exp(alpha @ data.z).mean())
    return float(data.n @ np.exp(data.z @ alpha) / data.n.sum())


def _from_rows(data: Students, beta: Array, alpha: Array) -> WeightedSums:
    log_variance = alpha @ data.z
    residual = data.y - beta @ data.x
    weight = np.exp(-log_variance)
    columns = [data.x[k] for k in data.random]
    size = len(columns)
    ww = np.empty((len(data.n), size, size))
    wr = np.empty((len(data.n), size))
    for a in range(size):
        # The first column of the random part is the constant.
        scaled = weight if a == 0 else weight * columns[a]
        wr[:, a] = np.add.reduceat(scaled * residual, data.starts)
        for b in range(a + 1):
            product = scaled if b == 0 else scaled * columns[b]
            ww[:, a, b] = ww[:, b, a] = np.add.reduceat(product, data.starts)
    return WeightedSums(
        n=data.n,
        log_variance=np.add.reduceat(log_variance, data.starts),
        ww=ww,
        wr=wr,
        rr=np.add.reduceat(weight * residual * residual, data.starts),
        intercept_terms=data.intercept_terms,
        weight=weight,
        residual=residual,
    )


def _from_moments(data: Moments, beta: Array, alpha: Array) -> WeightedSums:
    contrast = np.append(-beta, 1.0)
    log_variance = data.z @ alpha
    weight = np.exp(-log_variance)
    w = list(data.random)
    towards = data.cross @ contrast
    return WeightedSums(
        n=data.n,
        log_variance=data.n * log_variance,
        ww=weight[:, None, None] * data.cross[:, w][:, :, w],
        wr=weight[:, None] * towards[:, w],
        rr=weight * (towards @ contrast),
        intercept_terms=data.intercept_terms,
        weight=weight,
        residual=beta,
    )
