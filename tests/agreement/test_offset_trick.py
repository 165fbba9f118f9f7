"""The benchmark models against R's own way of making them, on invented students of two years.

The way of the source: `lm` on the benchmark year, its prediction as `offset()` in `lmer(... - 1)` by ML.
Reference values: reference/make_reference.R.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from valueadded.benchmark import BenchmarkFit, BenchmarkReference, fit_offset, fit_reference
from valueadded.mixed import fit_random_intercept

pytestmark = pytest.mark.agreement

FORMULA = "score ~ prior_score + sex"
# Least squares by normal equations of centred columns against R's orthogonal factorisation.
LINE = 1e-11
# The sandwich sums squares of residuals, and R's bread is of uncentred columns.
ROBUST = 1e-10
# Relative error of R's variances: lme4 and nlme differ from each other by up to 2e-7 here, and both from the
# root of the score in 80-bit arithmetic by 1e-7, where ours has 12 digits.
VARIANCE = 1e-6
# Free coefficients and effects inherit it: in units of their standard error and of their spread.
EFFECT = 1e-6
DEVIANCE = 2e-14

Reference = Callable[..., pd.Series]
Effects = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="module")
def line_2017(two_years: dict[int, pd.DataFrame]) -> BenchmarkReference:
    return fit_reference(two_years[2017], FORMULA)


def compare(fit: BenchmarkFit, expected: pd.Series) -> None:
    """Compare variances and deviance."""
    assert fit.record.converged
    assert fit.school_variance == pytest.approx(expected["school_variance"], rel=VARIANCE)
    assert fit.residual_variance == pytest.approx(expected["residual_variance"], rel=VARIANCE)
    assert -2 * fit.log_likelihood == pytest.approx(expected["deviance"], rel=DEVIANCE)


def compare_effects(found: pd.DataFrame, expected: pd.DataFrame, shift: float = 0.0) -> pd.DataFrame:
    """Compare effects, ours being `shift` higher, and return both tables in one."""
    both = found.set_index("school_id").join(expected.add_suffix("_reference"), validate="1:1")
    assert len(both) == len(expected)
    apart = both["effect"] - shift - both["effect_reference"]
    assert apart.abs().max() < EFFECT * both["effect_reference"].std()
    return both


@pytest.mark.parametrize(("case", "years"), [("line_2017", [2017]), ("line_both", [2017, 2019])])
def test_line_and_its_clustered_covariance(
    case: str, years: list[int], two_years: dict[int, pd.DataFrame], fits: Reference, robust: Effects
) -> None:
    reference = fit_reference(pd.concat([two_years[year] for year in years]), FORMULA)
    for term, expected in fits(case, "lm").items():
        assert reference.coefficients[term] == pytest.approx(expected, rel=LINE)
    terms = list(reference.coefficients)
    expected = robust(case).loc[terms, terms].to_numpy()
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs((reference.covariance - expected) / scale).max() < ROBUST


@pytest.mark.parametrize("program", ["lme4", "nlme"])
def test_offset_without_intercept(
    program: str,
    line_2017: BenchmarkReference,
    two_years: dict[int, pd.DataFrame],
    fits: Reference,
    effects: Effects,
) -> None:
    fit = fit_offset(two_years[2019], line_2017, "offset")
    compare(fit, fits("offset_2019", program))
    assert fit.coefficients == line_2017.coefficients
    assert fit.drift == 0.0
    both = compare_effects(fit.school_effects(), effects("offset_2019"))
    np.testing.assert_allclose(both["std_error"], both["std_error_reference"], rtol=EFFECT)


@pytest.mark.parametrize("program", ["lme4", "nlme"])
def test_slopes_pinned_and_a_free_intercept(
    program: str,
    line_2017: BenchmarkReference,
    two_years: dict[int, pd.DataFrame],
    fits: Reference,
    effects: Effects,
) -> None:
    fit = fit_offset(two_years[2019], line_2017, "drift")
    expected = fits("drift_2019", program)
    compare(fit, expected)
    # R's intercept is the height of the new line; the drift is how far it lies from the old one.
    height = line_2017.coefficients["Intercept"]
    found = fit.fixed_effects.set_index("term").loc["Intercept"]
    assert abs(found["estimate"] - expected["Intercept"]) < EFFECT * expected["se:Intercept"]
    assert found["estimate"] == pytest.approx(height + fit.drift, rel=1e-15)
    assert found["std_error"] == pytest.approx(expected["se:Intercept"], rel=VARIANCE)
    both = compare_effects(fit.school_effects(), effects("drift_2019"), shift=fit.drift)
    # R's error takes the intercept as known; ours adds what its error does to drift + deviation.
    drift_part = (1 - both["reliability"]) * expected["se:Intercept"]
    np.testing.assert_allclose(
        both["std_error"], np.hypot(both["std_error_reference"], drift_part), rtol=EFFECT
    )


@pytest.mark.parametrize("program", ["lme4", "nlme"])
def test_one_term_left_free(
    program: str,
    line_2017: BenchmarkReference,
    two_years: dict[int, pd.DataFrame],
    fits: Reference,
    effects: Effects,
) -> None:
    fit = fit_offset(two_years[2019], line_2017, "offset", free=["sex"])
    expected = fits("offset_free_sex_2019", program)
    compare(fit, expected)
    assert fit.pinned == ("Intercept", "prior_score")
    male = fit.fixed_effects.set_index("term").loc["sex[T.male]"]
    assert abs(male["estimate"] - expected["male"]) < EFFECT * expected["se:male"]
    assert male["std_error"] == pytest.approx(expected["se:male"], rel=VARIANCE)
    compare_effects(fit.school_effects(), effects("offset_free_sex_2019"))


def test_frozen_scores_one_year_with_the_fit_of_another(
    line_2017: BenchmarkReference, two_years: dict[int, pd.DataFrame], fits: Reference
) -> None:
    fit = fit_offset(two_years[2019], line_2017, "frozen")
    expected = fits("relative_2017")
    assert fit.school_variance == pytest.approx(expected["school_variance"], rel=VARIANCE)
    assert fit.residual_variance == pytest.approx(expected["residual_variance"], rel=VARIANCE)
    # lme4 has no frozen fit; the shrinkage formula (B7) is applied to its numbers row by row.
    students = two_years[2019]
    residual = (
        students["score"]
        - expected["Intercept"]
        - expected["prior_score"] * students["prior_score"]
        - expected["sex[T.male]"] * (students["sex"] == "male")
    )
    by_school = residual.groupby(students["school_id"]).agg(["sum", "size"])
    weight = expected["school_variance"] / (
        expected["residual_variance"] + by_school["size"] * expected["school_variance"]
    )
    found = fit.school_effects().set_index("school_id")["effect"]
    assert (found - weight * by_school["sum"]).abs().max() < EFFECT * found.std()


def test_a_drift_enters_the_offset_variance_and_not_the_drift_variance(
    line_2017: BenchmarkReference, two_years: dict[int, pd.DataFrame]
) -> None:
    relative = fit_random_intercept(two_years[2019], FORMULA)
    offset = fit_offset(two_years[2019], line_2017, "offset")
    drift = fit_offset(two_years[2019], line_2017, "drift")
    assert drift.drift < -4  # the system fell
    assert offset.school_variance > 1.5 * drift.school_variance
    assert drift.school_variance == pytest.approx(relative.school_variance, rel=0.2)
