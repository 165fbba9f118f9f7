"""What naive correlations are expected to show: printed values, closed forms, simulation (K1-K3, K6, K7)."""

import numpy as np
import pandas as pd
import pytest

from valueadded.effects import correlate_years
from valueadded.effects.expected_bias import (
    expected_correlation,
    expected_joint_predictions,
    mean_residual_covariances,
    separate_reliabilities,
)
from valueadded.errors import FitError
from valueadded.mixed import fit_multi_cohort, fit_multi_subject, fit_random_intercept

ICC = 0.1


def covariances(rho: float, residual_rho: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Covariances of schools and of students' residuals, for a total variance of 1."""
    return ICC * np.array([[1, rho], [rho, 1]]), (1 - ICC) * np.array([[1, residual_rho], [residual_rho, 1]])


def expected(method: str, rho: float, n: np.ndarray, residual_rho: float = 0.0) -> float:
    school, residual = covariances(rho, residual_rho)
    reliability = separate_reliabilities(school, residual, n)
    return expected_correlation(method, reliability, mean_residual_covariances(school, residual, n))


# To the printed digits: half a unit of the third decimal.
PRINTED = 5e-4


@pytest.mark.parametrize(
    ("n", "rho", "residual_rho", "separate", "joint"),
    [(30, 0.8, 0.0, 0.615, 0.901), (10, 0.8, 0.0, 0.421, 0.941), (10, 0.5, 0.6, 0.547, 0.449)],
)
def test_printed_values(n: int, rho: float, residual_rho: float, separate: float, joint: float) -> None:
    sizes = np.full((1, 2), float(n))
    assert expected("shrunken", rho, sizes, residual_rho) == pytest.approx(separate, abs=PRINTED)
    predictions = expected_joint_predictions(*covariances(rho, residual_rho), sizes, (0, 1))
    assert predictions == pytest.approx(joint, abs=PRINTED)
    if residual_rho == 0:
        assert expected("disattenuated", rho, sizes) == pytest.approx(rho, rel=1e-12)


def test_uneven_sizes() -> None:
    sizes = np.random.default_rng(1).choice([3.0, 8.0, 20.0, 150.0], (500, 2))
    l1, l2 = separate_reliabilities(*covariances(0.8), sizes).T
    attenuation = (l1 * l2).mean() / np.sqrt(l1.mean() * l2.mean())
    assert expected("shrunken", 0.8, sizes) == pytest.approx(0.8 * attenuation, rel=1e-12)
    assert expected("reflated_global", 0.8, sizes) == expected("shrunken", 0.8, sizes)
    assert expected("disattenuated", 0.8, sizes) == pytest.approx(0.8, rel=1e-12)
    # Without weights every mean residual has the variance tau2 / lambda.
    plain = 0.8 / np.sqrt((1 / l1).mean() * (1 / l2).mean())
    assert expected("unshrunken", 0.8, sizes) == pytest.approx(plain, rel=1e-12)
    # Divided by the root of its reliability every effect has the variance tau2.
    by_school = 0.8 * np.sqrt(l1 * l2).mean()
    assert expected("reflated_school", 0.8, sizes) == pytest.approx(by_school, rel=1e-12)


def test_subjects_of_the_same_students_gain_the_covariance_of_their_residuals() -> None:
    # K2: sqrt(l1 l2) [rho + s12 / (n sd1 sd2)], which may be below or above the true .5.
    for residual_rho in (-0.4, 0.6, 0.95):
        sizes = np.full((1, 2), 10.0)
        reliability = ICC / (ICC + (1 - ICC) / 10)
        closed = reliability * (0.5 + residual_rho * (1 - ICC) / (10 * ICC))
        assert expected("shrunken", 0.5, sizes, residual_rho) == pytest.approx(closed, rel=1e-12)
    # Even the corrected divisor fails over subjects: 1.04 for a true .50.
    assert expected("disattenuated", 0.5, np.full((1, 2), 10.0), 0.6) == pytest.approx(1.04, abs=5e-3)


def test_errors_of_two_means_share_the_students_of_the_smaller_subject() -> None:
    # Means of 4 and of the same 4 with 6 more: Cov = 4 s12 / (4 x 10).
    total = mean_residual_covariances(
        np.zeros((2, 2)), np.array([[5.0, 2.0], [2.0, 3.0]]), np.array([[4.0, 10.0]])
    )
    np.testing.assert_allclose(total[0], [[5 / 4, 2 / 10], [2 / 10, 3 / 10]], rtol=1e-14)


def test_more_years_pull_predictions_further_together_and_absent_ones_do_nothing() -> None:
    school = ICC * np.array([[1, 0.8, 0.8], [0.8, 1, 0.8], [0.8, 0.8, 1]])
    residual = (1 - ICC) * np.eye(3)
    two = expected_joint_predictions(*covariances(0.8), np.full((1, 2), 10.0), (0, 1))
    three = expected_joint_predictions(school, residual, np.full((1, 3), 10.0), (0, 1))
    absent = expected_joint_predictions(school, residual, np.array([[10.0, 10.0, 0.0]]), (0, 1))
    assert three > two
    assert absent == pytest.approx(two, rel=1e-12)
    # A school without students in one of the two years is not in their correlation.
    others = np.array([[10.0, 10, 0], [0, 500, 500], [500, 0, 500]])
    more = expected_joint_predictions(school, residual, others, (0, 1))
    assert more == pytest.approx(two, rel=1e-12)


def test_unknown_methods_and_schools_that_do_not_differ() -> None:
    sizes = np.full((4, 2), 10.0)
    with pytest.raises(FitError, match="'spearman'"):
        expected("spearman", 0.5, sizes)
    none = np.zeros((2, 2))
    reliability = separate_reliabilities(none, np.eye(2), sizes)
    total = mean_residual_covariances(none, np.eye(2), sizes)
    assert np.isnan(expected_correlation("shrunken", reliability, total))
    assert np.isnan(expected_correlation("disattenuated", reliability, total))


def simulate(n_schools: int, n: int, rho: float, residual_rho: float, seed: int) -> list[pd.DataFrame]:
    """Students of two cohorts, or, where residuals correlate, of two subjects of the same students."""
    school, residual = covariances(rho, residual_rho)
    draw = np.random.default_rng(seed)
    effects = draw.multivariate_normal([0, 0], school, n_schools)
    rows = np.repeat(np.arange(n_schools), n)
    scores = effects[rows] + draw.multivariate_normal([0, 0], residual, len(rows))
    labels = pd.array([f"{k:05d}" for k in rows], dtype="str")
    return [pd.DataFrame({"school_id": labels, "score": scores[:, k]}) for k in range(2)]


@pytest.mark.parametrize(
    ("n", "rho", "residual_rho", "separate", "joint"),
    [(30, 0.8, 0.0, 0.615, 0.901), (10, 0.8, 0.0, 0.421, 0.941), (10, 0.5, 0.6, 0.547, 0.449)],
)
def test_fitted_models_show_the_bias(
    n: int, rho: float, residual_rho: float, separate: float, joint: float
) -> None:
    n_schools = 6000
    cohorts = simulate(n_schools, n, rho, residual_rho, seed=7)
    fits = [fit_random_intercept(cohort, "score ~ 1") for cohort in cohorts]
    effects = pd.concat(fit.school_effects().assign(year=2017 + 2 * k) for k, fit in enumerate(fits))

    def three_errors(correlation: float) -> float:
        # Standard error of a correlation: (1 - r^2) / sqrt(J); .003 to .011 here.
        return 3 * (1 - correlation**2) / np.sqrt(n_schools)

    shown = correlate_years(effects, "shrunken")["correlation"].iloc[0]
    assert shown == pytest.approx(separate, abs=three_errors(separate))
    if residual_rho == 0:
        corrected = correlate_years(effects, "disattenuated")["correlation"].iloc[0]
        assert corrected == pytest.approx(rho, abs=three_errors(separate) * rho / separate)
    school, residual = covariances(rho, residual_rho)
    means = np.column_stack([fit.school_effects()["mean_residual"] for fit in fits])
    predicted = means @ np.linalg.inv(school + residual / n) @ school
    assert np.corrcoef(predicted.T)[0, 1] == pytest.approx(joint, abs=three_errors(joint))
    # Predicted by a fitted joint model: its correlation has an error too, and what is expected moves with it.
    students = [f"{k:06d}" for k in range(len(cohorts[0]))]
    both = pd.concat(
        part.assign(year=k, domain=str(k), student_id=students) for k, part in enumerate(cohorts)
    )
    by, fit = (
        ("year", fit_multi_cohort(both, "score ~ 1"))
        if residual_rho == 0
        else ("domain", fit_multi_subject(both, "score ~ 1"))
    )
    effects = fit.school_effects().pivot(index="school_id", columns=by, values="effect")
    error = 3 * fit.correlations()["std_error"].item()
    sizes = np.full((1, 2), float(n))
    low, high = (
        expected_joint_predictions(*covariances(moved, residual_rho), sizes, (0, 1))
        for moved in (rho - error, min(rho + error, 1.0))
    )
    shown = np.corrcoef(effects.to_numpy().T)[0, 1]
    assert low - three_errors(joint) < shown < high + three_errors(joint)
    assert (shown > rho + 0.05) == (residual_rho == 0)
