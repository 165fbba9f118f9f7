"""The joint deviance against the dense likelihood of rows, and its derivatives against differences."""

import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohorts
from scipy.stats import multivariate_normal

from valueadded.mixed.joint.criterion import joint_deviance
from valueadded.mixed.joint.design import JointData, arrange_joint, cohort_moments

# Sums of some hundred squares, each rounded at 1e-16 of its size.
ROUNDING = 1e-10
SIGMA = np.array([[150.0, 90.0, 70.0], [90.0, 120.0, 60.0], [70.0, 60.0, 100.0]])
SINGULAR = np.outer([10.0, 9.0, 0.0], [10.0, 9.0, 0.0])
RESIDUAL = np.array([800.0, 950.0, 700.0])


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    return make_cohorts(3, n_schools=8, sizes=(1, 6), absent=0.3)[0]


@pytest.fixture(scope="module")
def data(students: pd.DataFrame) -> JointData:
    return arrange_joint(*cohort_moments(students, FORMULA, "school_id", "year"))


def dense_deviance(students: pd.DataFrame, sigma: np.ndarray, residual: np.ndarray, reml: bool) -> float:
    """-2 log-likelihood from the covariance matrix of all students at once."""
    year = pd.factorize(students["year"], sort=True)[0]
    school = students["school_id"].to_numpy()
    same = school[:, None] == school[None, :]
    covariance = np.where(same, sigma[np.ix_(year, year)], 0.0) + np.diag(residual[year])
    columns = [np.ones(len(students)), students["prior_score"] - 400.0, students["sex"] == "male"]
    design = np.column_stack([(year == t) * column for t in range(3) for column in columns])
    inverse = np.linalg.inv(covariance)
    cross = design.T @ inverse @ design
    score = students["score"].to_numpy()
    beta = np.linalg.solve(cross, design.T @ inverse @ score)
    value = -2 * multivariate_normal.logpdf(score - design @ beta, cov=covariance)
    if not reml:
        return value
    shifted = np.log(2 * np.pi) * len(beta)
    return value - shifted + np.linalg.slogdet(cross)[1]


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("sigma", [SIGMA, SINGULAR, np.zeros((3, 3))], ids=["full", "singular", "zero"])
def test_the_deviance_is_that_of_all_students_at_once(students, data, sigma, reml) -> None:
    found = joint_deviance(data, sigma, RESIDUAL, reml).deviance
    assert found == pytest.approx(dense_deviance(students, sigma, RESIDUAL, reml), rel=ROUNDING)


@pytest.mark.parametrize("reml", [False, True])
def test_the_score_is_the_derivative(data, reml) -> None:
    found = joint_deviance(data, SIGMA, RESIDUAL, reml)

    def at(change: np.ndarray, scale: np.ndarray) -> float:
        return joint_deviance(data, SIGMA + change, RESIDUAL * scale, reml).deviance

    # Central differences with a step of a thousandth of the value: their own error is near 1e-7.
    step = 0.05
    for a in range(3):
        for b in range(a + 1):
            change = np.zeros((3, 3))
            change[a, b] = change[b, a] = step
            slope = (at(change, np.ones(3)) - at(-change, np.ones(3))) / (2 * step)
            expected = found.score[a, b] * (1 if a == b else 2)
            assert slope == pytest.approx(expected, rel=1e-6, abs=1e-7)
    for t in range(3):
        move = np.exp(1e-4 * (np.arange(3) == t))
        slope = (at(np.zeros((3, 3)), move) - at(np.zeros((3, 3)), 1 / move)) / 2e-4
        assert slope == pytest.approx(found.residual_score[t], rel=1e-6, abs=1e-6)


def test_the_information_is_that_of_the_dense_covariance(students, data) -> None:
    year = pd.factorize(students["year"], sort=True)[0]
    school = students["school_id"].to_numpy()
    same = school[:, None] == school[None, :]
    inverse = np.linalg.inv(np.where(same, SIGMA[np.ix_(year, year)], 0.0) + np.diag(RESIDUAL[year]))
    # d V / d Sigma_ab as an entry of its own, and d V / d log sigma2_t.
    entries = [
        np.where(same, np.outer(year == a, year == b).astype(float), 0.0) for a in range(3) for b in range(3)
    ]
    logs = [np.diag(RESIDUAL[t] * (year == t)) for t in range(3)]
    derivatives = [inverse @ part for part in (*entries, *logs)]
    dense = np.array([[np.sum(one * other.T) for other in derivatives] for one in derivatives])
    found = joint_deviance(data, SIGMA, RESIDUAL, False)
    symmetric = (np.eye(9) + np.eye(9)[np.arange(9).reshape(3, 3).T.ravel()]) / 2
    np.testing.assert_allclose(
        symmetric @ found.information @ symmetric,
        symmetric @ dense[:9, :9] @ symmetric,
        rtol=1e-9,
        atol=1e-12,
    )
    np.testing.assert_allclose(found.residual_information, dense[9:, 9:], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        symmetric @ found.cross_information, symmetric @ dense[:9, 9:], rtol=1e-9, atol=1e-12
    )
