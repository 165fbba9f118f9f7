"""Correlation of true school effects from products of school mean residuals, without normality (K8)."""

from itertools import combinations
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.effects.correlation_rows import Correlation, correlation_frame, correlation_row, in_words
from valueadded.errors import FitError

Array = NDArray[np.float64]


def moment_covariance(mean_residual: Array, n: Array, residual_variance: Array, weights: Array) -> Array:
    """Return the covariance (2, 2) of true effects from the mean residuals of J schools in two cohorts.

    Parameters
    ----------
    mean_residual, n
        (J, 2) mean residuals and students.
    residual_variance
        (2,) variances of one student's residual.
    weights
        (J, 2, 2) weight of each product; any that do not depend on the residuals are consistent.

    Notes
    -----
    With w the weights of one product, d the deviations from the mean weighted by w, W = sum w:
    E sum w d_a d_b = sigma_ab (W - sum w^2 / W) + [a = b] s2 (sum w / n - sum w^2 / n / W).
    Errors of two cohorts are independent and add nothing to their product.
    """
    return _solve_moments(_sums(mean_residual, n, weights).sum(axis=-1), residual_variance)


def moment_correlation(
    mean_residual: Array, n: Array, residual_variance: Array, confidence: float
) -> Correlation:
    """Return the moment estimate of the correlation of true effects, with a jackknife interval.

    Parameters
    ----------
    mean_residual, n, residual_variance
        As in `moment_covariance`, for the schools in both cohorts.
    confidence
        Confidence of the interval: estimate -+ z standard errors, each school left out in turn.

    Notes
    -----
    A product is weighted by l_a l_b, with l = n / (n + k) and k = the residual variance over a first
    estimate of the school variance: about the inverse of its variance. The residual variance comes from
    within schools, and its own error (of one in thousands) is left out.
    """
    n_schools = len(n)
    if n_schools < 4:
        return Correlation(np.nan, np.nan, np.nan, n_schools)
    first = np.diag(moment_covariance(mean_residual, n, residual_variance, np.ones((n_schools, 2, 2))))
    # Schools as noisy as they are different: a floor that only moves weights.
    share = np.maximum(first, residual_variance / n.max(axis=0)) / residual_variance
    reliability = n * share / (1.0 + n * share)
    sums = _sums(mean_residual, n, reliability[:, :, None] * reliability[:, None, :])
    total = sums.sum(axis=-1, keepdims=True)
    estimate = float(_correlation(_solve_moments(total, residual_variance))[0])
    without = _correlation(_solve_moments(total - sums, residual_variance))
    error = np.sqrt((n_schools - 1) / n_schools * ((without - without.mean()) ** 2).sum())
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * float(error)
    return Correlation(estimate, estimate - half, estimate + half, n_schools)


def correlate_moments(effects: pd.DataFrame, fits: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return the moment estimates of the correlations of relative effects between years.

    Parameters
    ----------
    effects
        Table of school effects: `n_students` and `mean_residual` of the model `relative` are used.
    fits
        Table of fits, for the residual variance of each year.
    confidence
        Confidence of the jackknife interval.

    Notes
    -----
    The degree of freedom that the mean takes is given back; that of terms which differ between schools is
    not, for the design is not in these tables: a fall of the variances in proportion to terms over schools.

    Two subjects of the same students are refused: the product of their means holds the covariance of the
    students' residuals over the number of students, which only a model of both can take out.

    Raises
    ------
    FitError
        If a school has two effects in one year, as with two subjects under one name.
    """
    relative = effects[effects["model"] == "relative"]
    if relative.duplicated(["domain", "year", "school_id"]).any():
        raise FitError(
            "found a school twice in one year; expected cohorts of different students, one domain at a time:"
            " subjects of the same students need fit_multi_subject"
        )
    variances = fits[fits["model"] == "relative"].set_index(["domain", "year"])["residual_variance"]
    rows = []
    for domain, group in relative.groupby("domain", sort=True):
        residual = group.pivot(index="school_id", columns="year", values="mean_residual")
        sizes = group.pivot(index="school_id", columns="year", values="n_students")
        for year_a, year_b in combinations(residual.columns.astype(int).tolist(), 2):
            pair = [year_a, year_b]
            both = residual[pair].notna().all(axis=1).to_numpy()
            found = moment_correlation(
                residual[pair].to_numpy(dtype=np.float64)[both],
                sizes[pair].to_numpy(dtype=np.float64)[both],
                np.array([variances[domain, year] for year in pair], dtype=np.float64),
                confidence,
            )
            models = ("relative", "relative")
            words = in_words("moment", "relative")
            rows.append(correlation_row(str(domain), (year_a, year_b), models, "moment", found, words))
    return correlation_frame(rows)


def _sums(mean_residual: Array, n: Array, weights: Array) -> Array:
    """Return each school's part (7, 2, 2, J) of the sums that the moments are made of."""
    # Sums of squares about a far mean would lose digits.
    residual = mean_residual - mean_residual.mean(axis=0)
    a, b = residual[:, :, None], residual[:, None, :]
    per_student = np.eye(2) / n[:, :, None]
    parts = [
        weights,
        weights * a,
        weights * b,
        weights * a * b,
        weights**2,
        weights * per_student,
        weights**2 * per_student,
    ]
    return np.moveaxis(np.stack(parts), 1, -1)


def _solve_moments(sums: Array, residual_variance: Array) -> Array:
    """Return covariances (2, 2, ...) from sums (7, 2, 2, ...) over schools."""
    weight, first, second, product, square, error, error_of_mean = sums
    variance = residual_variance.reshape(2, 1, *[1] * (sums.ndim - 3))
    products = product - first * second / weight
    noise = variance * (error - error_of_mean / weight)
    found: Array = (products - noise) / (weight - square / weight)
    return found


def _correlation(covariance: Array) -> Array:
    """Return correlations (...) of covariances (2, 2, ...); missing where a variance is not above 0."""
    positive = (covariance[0, 0] > 0) & (covariance[1, 1] > 0)
    product = np.where(positive, covariance[0, 0] * covariance[1, 1], np.nan)
    found: Array = covariance[0, 1] / np.sqrt(product)
    return found
