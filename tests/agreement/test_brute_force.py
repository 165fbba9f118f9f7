"""The likelihood against a multivariate normal density written out, and its derivatives by differences."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import Covariance, multivariate_normal

from valueadded.benchmark import BenchmarkFit, BenchmarkReference, fit_offset, fit_reference
from valueadded.mixed import fit_random_intercept, fit_random_slope
from valueadded.mixed.criterion import arrange, profile_deviance
from valueadded.mixed.fit import Estimates
from valueadded.mixed.slope_criterion import arrange_slope, slope_deviance
from valueadded.mixed.summarise import summarise_schools

pytestmark = pytest.mark.agreement

FORMULA = "score ~ prior_score + sex"
# The dense density works with an N x N matrix of variances near 2000 and columns far from 0.
DENSITY = 1e-11
# Central differences with a step of 1e-5 of the parameter: error about step^2 and 1e-16 / step.
STEP = 1e-5
DIFFERENCE = 1e-6


@pytest.fixture(scope="module")
def few(two_years: dict[int, pd.DataFrame]) -> dict[int, pd.DataFrame]:
    """Every third student, so that dense matrices stay small."""
    return {year: frame.iloc[::3].reset_index(drop=True) for year, frame in two_years.items()}


def columns(students: pd.DataFrame, prior: str = "prior_score") -> np.ndarray:
    """Return the design (N, 3), written by hand."""
    return np.column_stack([np.ones(len(students)), students[prior], students["sex"] == "male"])


def dense_covariance(
    students: pd.DataFrame, random: np.ndarray, covariance: np.ndarray, sigma2: float
) -> np.ndarray:
    """Return the covariance (N, N) of the scores; `random` (N, q) holds the columns of the random part."""
    school = students["school_id"].to_numpy()
    same = school[:, None] == school[None, :]
    return same * (random @ covariance @ random.T) + sigma2 * np.eye(len(students))


def dense_deviance(
    students: pd.DataFrame, expectation: np.ndarray, variance: np.ndarray, reml: bool
) -> float:
    """Return -2 log density of the scores; for REML with log|X'V^-1X| and its share of 2 pi."""
    factored = Covariance.from_cholesky(np.linalg.cholesky(variance))
    deviance = -2 * multivariate_normal.logpdf(students["score"], expectation, factored)
    if reml:
        x = columns(students)
        deviance += np.linalg.slogdet(x.T @ np.linalg.solve(variance, x))[1] - x.shape[1] * np.log(2 * np.pi)
    return float(deviance)


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_random_intercept(method: str, few: dict[int, pd.DataFrame]) -> None:
    students = few[2017]
    fit = fit_random_intercept(students, FORMULA, method=method)
    assert fit.school_variance > 0
    ones = np.ones((len(students), 1))
    variance = dense_covariance(students, ones, fit.estimates.random_covariance, fit.residual_variance)
    x = columns(students)
    information = x.T @ np.linalg.solve(variance, x)
    np.testing.assert_allclose(fit.estimates.covariance, np.linalg.inv(information), rtol=1e-8)
    beta = np.linalg.solve(information, x.T @ np.linalg.solve(variance, students["score"]))
    np.testing.assert_allclose(fit.estimates.beta, beta, rtol=1e-9)
    dense = dense_deviance(students, x @ fit.estimates.beta, variance, method == "REML")
    assert -2 * fit.log_likelihood == pytest.approx(dense, rel=DENSITY)


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_random_slope(method: str, few: dict[int, pd.DataFrame]) -> None:
    students = few[2017]
    fit = fit_random_slope(students, FORMULA, "prior_score", method=method)
    x = columns(students)
    variance = dense_covariance(students, x[:, :2], fit.estimates.random_covariance, fit.residual_variance)
    dense = dense_deviance(students, x @ fit.estimates.beta, variance, method == "REML")
    # The variance of the intercept is at a prior score of 0, seven spreads below any student.
    assert -2 * fit.log_likelihood == pytest.approx(dense, rel=1e-9)


@pytest.mark.parametrize("variant", ["offset", "drift", "frozen"])
@pytest.mark.parametrize("line", ["ols", "mixed"])
def test_benchmark_models(variant: str, line: str, few: dict[int, pd.DataFrame]) -> None:
    reference = fit_reference(few[2017], FORMULA, line=line)
    fit = fit_offset(few[2019], reference, variant)
    assert -2 * fit.log_likelihood == pytest.approx(
        benchmark_deviance(fit, reference, few[2019]), rel=DENSITY
    )


def benchmark_deviance(fit: BenchmarkFit, reference: BenchmarkReference, students: pd.DataFrame) -> float:
    """Return the dense deviance of a benchmark fit, its line taken from where the variant says."""
    source: Estimates | BenchmarkReference = (
        reference.mixed.estimates if fit.variant == "frozen" else reference
    )
    beta = np.array([source.coefficients[term] for term in ("Intercept", "prior_score", "sex[T.male]")])
    variance = dense_covariance(
        students, np.ones((len(students), 1)), np.array([[fit.school_variance]]), fit.residual_variance
    )
    return dense_deviance(students, columns(students) @ beta + fit.drift, variance, reml=False)


@pytest.mark.parametrize("variant", ["offset", "drift"])
def test_no_other_variances_are_more_likely(variant: str, few: dict[int, pd.DataFrame]) -> None:
    reference = fit_reference(few[2017], FORMULA)
    fit = fit_offset(few[2019], reference, variant)
    students = few[2019]
    beta = np.array([reference.coefficients[term] for term in ("Intercept", "prior_score", "sex[T.male]")])

    def at(school: float, residual: float, drift: float) -> float:
        variance = dense_covariance(
            students,
            np.ones((len(students), 1)),
            np.array([[school * fit.school_variance]]),
            residual * fit.residual_variance,
        )
        return dense_deviance(students, columns(students) @ beta + drift, variance, reml=False)

    lowest = at(1, 1, fit.drift)
    assert fit.school_variance > 0
    for factors in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98)):
        assert at(*factors, fit.drift) > lowest
    if variant == "drift":
        assert min(at(1, 1, fit.drift + 0.2), at(1, 1, fit.drift - 0.2)) > lowest


def slope_by_differences(deviance: Callable[[float], float], at: float) -> float:
    return (deviance(at + STEP) - deviance(at - STEP)) / (2 * STEP)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("theta", [0.002, 0.05, 0.3, 4.0])
def test_derivative_of_the_random_intercept(
    theta: float, intercept: bool, reml: bool, two_years: dict[int, pd.DataFrame]
) -> None:
    data = arrange(summarise_schools(two_years[2017], FORMULA), intercept)
    # In log theta, so that one step suits every theta.
    numeric = slope_by_differences(
        lambda logged: profile_deviance(data, float(np.exp(logged)), reml)[0], float(np.log(theta))
    )
    assert profile_deviance(data, theta, reml)[1] * theta == pytest.approx(numeric, rel=DIFFERENCE, abs=1e-5)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize(
    "factor", [[[0.3, 0.0], [0.1, 0.2]], [[0.2, -0.15], [0.4, 0.1]], [[0.5, 0.5], [0.2, 0.2]]]
)
def test_score_of_the_random_slope(
    factor: list[list[float]], reml: bool, two_years: dict[int, pd.DataFrame]
) -> None:
    data = arrange(summarise_schools(two_years[2017], FORMULA), intercept=True)
    arranged = arrange_slope(data, "prior_score")
    at = np.array(factor)
    # d deviance / d A = 2 S A, entry by entry; the third factor is singular.
    expected = 2 * slope_deviance(arranged, at, reml).score @ at
    for a in range(2):
        for b in range(2):
            step = np.zeros((2, 2))
            step[a, b] = 1.0
            numeric = slope_by_differences(
                lambda size, step=step: slope_deviance(arranged, at + size * step, reml).deviance, 0.0
            )
            assert expected[a, b] == pytest.approx(numeric, rel=DIFFERENCE, abs=1e-4)


@pytest.mark.parametrize("reml", [False, True])
def test_a_slope_without_variance_is_the_random_intercept(
    reml: bool, two_years: dict[int, pd.DataFrame]
) -> None:
    data = arrange(summarise_schools(two_years[2017], FORMULA), intercept=True)
    arranged = arrange_slope(data, "prior_score")
    for theta in (0.0, 0.02, 1.5):
        factor = np.diag([np.sqrt(theta), 0.0])
        assert slope_deviance(arranged, factor, reml).deviance == pytest.approx(
            profile_deviance(data, theta, reml)[0], rel=1e-13
        )
