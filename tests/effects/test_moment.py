"""The moment estimator: planted truth, any distribution, any weights, and its interval (K8)."""

import numpy as np
import pandas as pd
import pytest

from valueadded.effects import correlate_moments
from valueadded.effects.moment import moment_correlation, moment_covariance
from valueadded.errors import FitError
from valueadded.mixed import fit_multi_cohort, fit_random_intercept

SCHOOL = np.array([[120.0, 90.0], [90.0, 180.0]])
RESIDUAL = np.array([900.0, 1100.0])
RHO = 90 / np.sqrt(120 * 180)


def mean_residuals(n: np.ndarray, seed: int, *, skewed: bool = False) -> np.ndarray:
    draw = np.random.default_rng(seed)
    if skewed:
        # Exponential, mean 0 and variance 1.
        effects, errors = (draw.exponential(1.0, n.shape) - 1 for _ in range(2))
    else:
        effects, errors = (draw.normal(size=n.shape) for _ in range(2))
    return effects @ np.linalg.cholesky(SCHOOL).T + errors * np.sqrt(RESIDUAL / n)


def sizes(n_schools: int, seed: int) -> np.ndarray:
    alike = np.random.default_rng(seed).integers(4, 120, n_schools)
    return np.column_stack([alike, np.maximum(alike - 3, 2)]).astype(float)


@pytest.mark.parametrize("skewed", [False, True])
def test_truth_is_found_whatever_the_distribution(skewed: bool) -> None:
    n = sizes(40_000, 1)
    residual = mean_residuals(n, 2, skewed=skewed)
    for weights in (np.ones((40_000, 2, 2)), np.sqrt(n[:, :, None] * n[:, None, :])):
        found = moment_covariance(residual, n, RESIDUAL, weights)
        # 40,000 products: a standard error of 1 to 2 per cent of their mean, more with heavy tails.
        np.testing.assert_allclose(found, SCHOOL, rtol=0.08)
    shown = moment_correlation(residual, n, RESIDUAL, 0.95)
    assert shown.lower < RHO < shown.upper
    assert shown.correlation == pytest.approx(RHO, abs=0.03)
    assert shown.n_schools == 40_000


def test_expected_value_is_exact() -> None:
    # The estimator is linear in the products of residuals: fed with their expected covariance, through every
    # vector of a root of it, it returns the true one.
    n = np.array([[4.0, 9.0], [20.0, 12.0], [50.0, 70.0], [7.0, 5.0]])
    weights = np.random.default_rng(3).uniform(0.2, 2.0, (4, 1, 1)) * np.ones((4, 2, 2))
    covariance = np.kron(np.eye(4), SCHOOL) + np.diag((RESIDUAL / n).ravel())
    root = np.linalg.cholesky(covariance)
    zero = np.zeros(2)
    products = sum(moment_covariance(column.reshape(4, 2), n, zero, weights) for column in root.T)
    noise = moment_covariance(np.zeros((4, 2)), n, RESIDUAL, weights)
    np.testing.assert_allclose(products + noise, SCHOOL, rtol=1e-12)


def test_jackknife_interval_covers() -> None:
    inside = 0
    for seed in range(400):
        n = sizes(150, seed)
        found = moment_correlation(mean_residuals(n, 10_000 + seed), n, RESIDUAL, 0.95)
        inside += found.lower < RHO < found.upper
    # 400 sets: standard error 1.1 per cent; the jackknife is a little short with 150 schools.
    assert 0.91 < inside / 400 < 0.98


def test_jackknife_is_leaving_out_each_school() -> None:
    n = sizes(12, 4)
    residual = mean_residuals(n, 5)
    found = moment_correlation(residual, n, RESIDUAL, 0.95)
    first = np.diag(moment_covariance(residual, n, RESIDUAL, np.ones((12, 2, 2))))
    share = np.maximum(first, RESIDUAL / n.max(axis=0)) / RESIDUAL
    reliability = n * share / (1 + n * share)
    weights = reliability[:, :, None] * reliability[:, None, :]
    values = []
    for j in range(12):
        rest = np.arange(12) != j
        left = moment_covariance(residual[rest], n[rest], RESIDUAL, weights[rest])
        values.append(left[0, 1] / np.sqrt(left[0, 0] * left[1, 1]))
    error = np.sqrt(11 / 12 * ((np.array(values) - np.mean(values)) ** 2).sum())
    assert (found.upper - found.lower) / 2 == pytest.approx(1.959964 * error, rel=1e-6)


def test_schools_that_do_not_differ_have_no_correlation() -> None:
    n = np.full((200, 2), 20.0)
    flat = np.random.default_rng(6).normal(0, 0.5 * np.sqrt(RESIDUAL / n), (200, 2))
    assert np.isnan(moment_correlation(flat, n, RESIDUAL, 0.95).correlation)
    assert np.isnan(moment_correlation(flat[:3], n[:3], RESIDUAL, 0.95).correlation)


def table(n_schools: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = sizes(n_schools, 7)
    residual = mean_residuals(n, 8)
    common = {"domain": "reading", "model": "relative", "school_id": [f"{j:05d}" for j in range(n_schools)]}
    effects = pd.concat(
        pd.DataFrame(
            {**common, "year": year, "n_students": n[:, k].astype(int), "mean_residual": residual[:, k]}
        )
        for k, year in enumerate((2017, 2019))
    )
    fits = pd.DataFrame(
        {"domain": "reading", "model": "relative", "year": [2017, 2019], "residual_variance": RESIDUAL}
    )
    return effects, fits


def test_table_of_relative_effects() -> None:
    effects, fits = table(5000)
    other = effects.assign(model="benchmark_drift")
    found = correlate_moments(pd.concat([effects, other]), fits)
    assert found[["year_a", "year_b", "model_a", "method"]].to_numpy().tolist() == [
        [2017, 2019, "relative", "moment"]
    ]
    assert found["lower"].iloc[0] < RHO < found["upper"].iloc[0]
    only_in_one = effects[(effects["year"] == 2017) | (effects["school_id"] < "02000")]
    assert correlate_moments(only_in_one, fits)["n_schools"].iloc[0] == 2000


def test_subjects_of_the_same_students_are_refused() -> None:
    effects, fits = table(50)
    same_year = effects.assign(year=2017)
    with pytest.raises(FitError, match="fit_multi_subject"):
        correlate_moments(same_year, fits)


def test_moments_agree_with_the_joint_model() -> None:
    draw = np.random.default_rng(9)
    n_schools = 1500
    effects = draw.multivariate_normal([0, 0], SCHOOL, n_schools)
    cohorts = []
    for k, year in enumerate((2017, 2019)):
        school = np.repeat(np.arange(n_schools), draw.integers(5, 60, n_schools))
        prior = draw.normal(0, 1, len(school))
        score = 400 + 15 * prior + effects[school, k] + draw.normal(0, np.sqrt(RESIDUAL[k]), len(school))
        ids = [f"{j:05d}" for j in school]
        cohorts.append(pd.DataFrame({"year": year, "school_id": ids, "prior": prior, "score": score}))
    fits = {int(part["year"].iloc[0]): fit_random_intercept(part, "score ~ prior") for part in cohorts}
    effects_table = pd.concat(
        fit.school_effects().assign(year=year, domain="reading", model="relative")
        for year, fit in fits.items()
    )
    variances = pd.DataFrame(
        {
            "domain": "reading",
            "model": "relative",
            "year": list(fits),
            "residual_variance": [fit.residual_variance for fit in fits.values()],
        }
    )
    moment = correlate_moments(effects_table, variances).iloc[0]
    joint = fit_multi_cohort(pd.concat(cohorts), "score ~ prior").correlations().iloc[0]
    # Two consistent estimates of one number from the same students; either has a standard error of about .03.
    assert moment["correlation"] == pytest.approx(joint["correlation"], abs=0.03)
    assert moment["lower"] < joint["correlation"] < moment["upper"]
    assert moment["upper"] - moment["lower"] == pytest.approx(joint["upper"] - joint["lower"], rel=0.3)
