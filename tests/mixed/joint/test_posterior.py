"""Effects and errors of the joint model against Henderson's equations with a row for each student."""

import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohorts

from valueadded.mixed import fit_multi_cohort
from valueadded.mixed.joint.posterior import contrast_errors, joint_posterior

# Two ways of solving the same equations of some hundred unknowns.
SAME = 1e-7


@pytest.fixture(scope="module")
def fit():
    return fit_multi_cohort(make_cohorts(3, residual_sd=15.0, sizes=(2, 9), absent=0.2)[0], FORMULA)


@pytest.fixture(scope="module")
def henderson(fit) -> tuple[np.ndarray, np.ndarray]:
    """Solution and inverse of Henderson's equations, coefficients of each cohort first, then schools."""
    students = make_cohorts(3, residual_sd=15.0, sizes=(2, 9), absent=0.2)[0]
    year = pd.factorize(students["year"], sort=True)[0]
    place = np.searchsorted(fit.data.school_id.astype(str), students["school_id"].astype(str))
    columns = [np.ones(len(students)), students["prior_score"], students["sex"] == "male"]
    fixed = np.column_stack([(year == t) * column for t in range(3) for column in columns])
    schools = np.zeros((len(students), 3 * len(fit.data.school_id)))
    schools[np.arange(len(students)), 3 * place + year] = 1.0
    design = np.hstack([fixed, schools])
    weights = 1 / fit.joint.residual[year]
    equations = (design.T * weights) @ design
    equations[9:, 9:] += np.kron(np.eye(len(fit.data.school_id)), np.linalg.inv(fit.joint.covariance))
    inverse = np.linalg.inv(equations)
    return inverse @ (design.T @ (weights * students["score"].to_numpy())), inverse


def test_effects_are_those_of_hendersons_equations(fit, henderson) -> None:
    solution, _ = henderson
    np.testing.assert_allclose(joint_posterior(fit.joint).effect.ravel(), solution[9:], atol=1e-6)
    np.testing.assert_allclose(fit.fixed_effects["estimate"], solution[:9], rtol=1e-6)


def test_the_error_of_a_change_is_that_of_hendersons_equations(fit, henderson) -> None:
    solution, inverse = henderson
    changes = fit.changes(2017).query("year_to == 2020").set_index("school_id")
    rows = fit.moments[2017]
    intake = np.array([1.0, *(rows.n @ rows.mean / rows.n.sum() + rows.centre)[:-1]])
    line = np.concatenate([-intake, np.zeros(3), intake])
    assert len(changes) > 10
    for school, row in changes.iterrows():
        j = list(fit.data.school_id).index(school)
        for name, start in (("relative", np.zeros(9)), ("benchmark", line)):
            wanted = np.zeros(len(inverse))
            wanted[:9] = start
            wanted[9 + 3 * j], wanted[9 + 3 * j + 2] = -1.0, 1.0
            assert row[f"{name}_change"] == pytest.approx(wanted @ solution, abs=1e-5)
            assert row[f"{name}_std_error"] == pytest.approx(np.sqrt(wanted @ inverse @ wanted), rel=SAME)


def test_the_error_at_known_coefficients_is_the_posterior_deviation(fit) -> None:
    variance = joint_posterior(fit.joint).covariance[:, 1, 1]
    errors = contrast_errors(fit.data, fit.joint, [0, 1, 0], np.zeros(9))
    # The error of the coefficients only adds.
    assert (errors**2 >= variance).all()
    assert np.median(errors**2 / variance) < 1.2


def test_the_benchmark_effect_of_a_single_benchmark_year_is_the_relative_one(fit) -> None:
    changes = fit.changes(2018)
    later = changes.query("year_to == 2020")
    np.testing.assert_allclose(later["benchmark_from"], later["relative_from"])
    earlier = changes.query("year_from == 2017")
    np.testing.assert_allclose(earlier["benchmark_to"], earlier["relative_to"])


def test_pooled_benchmark_years_are_weighted_by_their_students(fit) -> None:
    pooled = fit.changes(2018, [2017, 2018]).query("year_to == 2020")
    alone = [fit.changes(2018, [year]).query("year_to == 2020") for year in (2017, 2018)]
    # The lines cross, so each benchmark year is measured at another intake.
    assert pooled["benchmark_std_error"].gt(0).all()
    lows = np.minimum(alone[0]["benchmark_to"], alone[1]["benchmark_to"]) - 1.0
    highs = np.maximum(alone[0]["benchmark_to"], alone[1]["benchmark_to"]) + 1.0
    assert ((lows < pooled["benchmark_to"]) & (pooled["benchmark_to"] < highs)).all()
