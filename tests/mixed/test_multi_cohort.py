"""The joint model of several cohorts: what it must agree with, and what it says of awkward data."""

import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohorts

from valueadded.errors import DesignError, FitError
from valueadded.mixed import (
    compare_structures,
    fit_multi_cohort,
    fit_random_intercept,
    summarise_schools,
)
from valueadded.mixed.stacking import stack

# Estimates agree to about the root of the precision of the deviance, where it is flat.
FLAT = 1e-6


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    return make_cohorts(1)[0]


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_independent_cohorts_are_the_models_of_each_cohort(students, method) -> None:
    joint = fit_multi_cohort(students, FORMULA, structure="independent", method=method)
    alone = {
        year: fit_random_intercept(cohort, FORMULA, method=method)
        for year, cohort in students.groupby("year")
    }
    assert joint.log_likelihood == pytest.approx(sum(fit.log_likelihood for fit in alone.values()), abs=1e-8)
    for year, fit in alone.items():
        assert joint.school_covariance.loc[year, year] == pytest.approx(fit.school_variance, rel=FLAT)
        assert joint.residual_variances[year] == pytest.approx(fit.residual_variance, rel=FLAT)
        own = joint.fixed_effects.query("year == @year")
        np.testing.assert_allclose(own["estimate"], fit.fixed_effects["estimate"], rtol=1e-7)
        np.testing.assert_allclose(own["std_error"], fit.fixed_effects["std_error"], rtol=1e-6)
    effects = joint.school_effects().query("year == 2018").set_index("school_id")
    expected = alone[2018].school_effects().set_index("school_id")
    for column in ("effect", "std_error", "mean_residual", "reliability", "effect_plus_mean"):
        np.testing.assert_allclose(effects[column], expected[column], rtol=1e-5, atol=1e-7)


def test_moments_of_each_cohort_put_together_give_the_same_fit(students) -> None:
    parts = [summarise_schools(cohort, FORMULA, cohort="year") for _, cohort in students.groupby("year")]
    rows = fit_multi_cohort(students, FORMULA)
    moments = fit_multi_cohort(stack(parts), FORMULA)
    assert moments.log_likelihood == pytest.approx(rows.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(moments.school_covariance, rows.school_covariance, rtol=FLAT)


def test_every_start_reaches_one_optimum_also_a_singular_one() -> None:
    # Few small schools: the covariance ends singular in most such samples.
    students, _ = make_cohorts(5, (2015, 2016, 2017, 2018, 2019), 25, sizes=(2, 8))
    stream = np.random.default_rng(1)
    fits = [fit_multi_cohort(students, FORMULA)]
    for _ in range(6):
        factor = stream.normal(0, 10, (5, 5))
        start = (factor @ factor.T, np.full(5, 900.0) * stream.uniform(0.5, 2, 5))
        fits.append(fit_multi_cohort(students, FORMULA, start=start))
    assert fits[0].record.boundary
    for fit in fits:
        assert fit.record.converged, fit.record.status
        # The limit below which a fall of the deviance counts as none.
        assert fit.log_likelihood == pytest.approx(fits[0].log_likelihood, abs=1e-6)


def test_rows_names_and_units_do_not_matter(students) -> None:
    plain = fit_multi_cohort(students, FORMULA)
    turned = students.sample(frac=1, random_state=1).assign(
        school_id=lambda frame: frame["school_id"].map(lambda name: f"s{999 - int(name):03d}"),
        score=lambda frame: 7.0 - 1000.0 * frame["score"],
    )
    found = fit_multi_cohort(turned, FORMULA)
    np.testing.assert_allclose(found.school_covariance, 1e6 * plain.school_covariance, rtol=FLAT)
    shift = len(students) * np.log(1000)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood - shift, abs=1e-6)
    correlations = [fit.correlations()[["lower", "correlation", "upper"]] for fit in (plain, found)]
    np.testing.assert_allclose(correlations[0], correlations[1], atol=1e-5)


def test_a_large_offset_costs_no_digits(students) -> None:
    plain = fit_multi_cohort(students, FORMULA)
    far = fit_multi_cohort(students.assign(score=students["score"] + 1e9), FORMULA)
    # Scores near 1e9 are stored to 1e-7 of a point.
    np.testing.assert_allclose(far.school_covariance, plain.school_covariance, rtol=1e-5)


def test_structures_are_nested_and_tested(students) -> None:
    fits = [
        fit_multi_cohort(students, FORMULA, structure=name)
        for name in ("unstructured", "toeplitz", "ar1", "independent")
    ]
    table = compare_structures(fits).set_index("structure")
    assert list(table["log_likelihood"]) == sorted(table["log_likelihood"], reverse=True)
    assert list(table["freedom"]) == [0, 0, 2, 3]
    assert table["converged"].all()
    # The planted correlation is .8 at each lag.
    assert table.loc["independent", "p_value"] < 1e-3
    # Three years with three different lags: Toeplitz says the same as unstructured.
    assert table.loc["toeplitz", "log_likelihood"] == pytest.approx(
        table.loc["unstructured", "log_likelihood"], abs=1e-6
    )
    ar1 = fits[2].correlations()
    assert ar1["correlation"].iloc[1] == pytest.approx(ar1["correlation"].iloc[0] ** 3, rel=1e-9)


def test_a_school_absent_from_cohorts_and_years_apart(students) -> None:
    fit = fit_multi_cohort(students, FORMULA)
    effects = fit.school_effects()
    counts = students.groupby(["school_id", "year"]).size()
    assert len(effects) == len(counts)
    found = effects.set_index(["school_id", "year"])["n_students"].sort_index()
    assert (found == counts.sort_index()).all()
    assert list(fit.correlations()["lag"]) == [1, 3, 2]
    both = students.groupby("school_id")["year"].agg(set)
    expected = sum({2017, 2018} <= years for years in both)
    assert fit.correlations()["n_schools"].iloc[0] == expected


def test_a_level_nobody_has_in_a_cohort_is_left_out_of_that_cohort(students) -> None:
    marked = students.assign(sex=students["sex"].astype("str"))
    some = (marked["year"] == 2020) & (np.arange(len(marked)) % 7 == 0)
    marked.loc[some, "sex"] = "other"
    fit = fit_multi_cohort(marked, FORMULA)
    terms = fit.fixed_effects.groupby("year")["term"].agg(list)
    assert terms[2017] == ["Intercept", "prior_score", "sex[T.male]"]
    assert terms[2020] == ["Intercept", "prior_score", "sex[T.male]", "sex[T.other]"]


def test_lags_are_summed_up(students) -> None:
    fit = fit_multi_cohort(students, FORMULA)
    lags = fit.lag_profile().set_index("lag")
    pairs = fit.correlations().set_index("lag")
    assert list(lags.index) == [1, 2, 3]
    for lag in lags.index:
        assert lags.loc[lag, "correlation"] == pytest.approx(pairs.loc[lag, "correlation"])
        assert lags.loc[lag, "lower"] == pytest.approx(pairs.loc[lag, "lower_fisher"], abs=1e-9)


def test_a_variance_of_zero_is_exactly_zero() -> None:
    students, _ = make_cohorts(2, n_schools=30, sizes=(4, 12))

    # Residuals that cancel within each school leave less variation of means than chance would.
    def cancel(column: pd.Series) -> pd.Series:
        return column - column.mean()

    first = students["year"] == 2017
    flat = students.assign(score=students["score"] - 0.8 * students["prior_score"])
    flat.loc[first, "score"] = 100 + flat[first].groupby("school_id")["score"].transform(cancel)
    fit = fit_multi_cohort(flat, "score ~ 1")
    assert fit.school_covariance.loc[2017, 2017] == 0
    assert fit.record.boundary
    assert fit.record.converged
    correlations = fit.correlations()
    assert correlations.query("year_a == 2017")["correlation"].isna().all()
    assert correlations.query("year_a == 2018")["correlation"].notna().all()
    assert (fit.school_effects().query("year == 2017")["effect"] == 0).all()


def test_one_cohort_and_a_cohort_that_cannot_be_fitted_are_refused(students) -> None:
    with pytest.raises(DesignError, match=r"found cohort \[2017\] only"):
        fit_multi_cohort(students.query("year == 2017"), FORMULA)
    lonely = students[(students["year"] != 2018) | (students["school_id"] == "001")]
    with pytest.raises(FitError, match="cohort 2018: found 1 school"):
        fit_multi_cohort(lonely, FORMULA)
    constant = students.assign(prior_score=students["prior_score"].mask(students["year"] == 2020, 400.0))
    with pytest.raises(FitError, match="cohort 2020: terms cannot be told apart: prior_score"):
        fit_multi_cohort(constant, FORMULA)


@pytest.mark.recovery
def test_a_change_is_covered_by_its_interval() -> None:
    """The error of a change holds both years' covariance: intervals cover, also those from the line."""
    covered, apart = [], []
    for seed in range(20):
        students, effects = make_cohorts(
            seed, (2017, 2019), 150, absent=0.0, drift=(0.0, -8.0), residual_sd=20.0
        )
        fit = fit_multi_cohort(students, FORMULA)
        found = fit.changes(2017).sort_values("school_id")
        true = effects[:, 1] - effects[:, 0]
        for name, truth in (("relative", true - true.mean()), ("benchmark", true - 8.0)):
            covered.append((found[f"{name}_lower"] < truth) & (truth < found[f"{name}_upper"]))
        alone = fit.school_effects().pivot(index="school_id", columns="year", values="std_error")
        apart.append((np.hypot(alone[2017], alone[2019]).to_numpy() / found["relative_std_error"]).mean())
    # 3,000 changes of each kind: three standard errors are .012. Variances are taken as known, which
    # costs about .01 with 150 schools.
    assert np.mean(covered) == pytest.approx(0.945, abs=0.015)
    # As if the years were estimated apart the error would be too large by far.
    assert np.mean(apart) > 1.1
