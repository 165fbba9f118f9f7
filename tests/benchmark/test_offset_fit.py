import numpy as np
import pytest
from invented import FORMULA, make_cohort
from scipy.optimize import minimize_scalar

from valueadded.benchmark import fit_offset, fit_reference
from valueadded.errors import DesignError
from valueadded.mixed import fit_random_intercept, summarise_schools

EFFECTS = np.random.default_rng(5).normal(0, 12, 150)


@pytest.fixture(scope="module")
def reference():
    return fit_reference(make_cohort(1, effects=EFFECTS), FORMULA)


@pytest.fixture(scope="module")
def focal():
    return make_cohort(2, year=2021, effects=EFFECTS, drift=-15.0)


def test_offset_is_the_ml_fit_of_residuals_with_mean_zero(reference, focal) -> None:
    fit = fit_offset(focal, reference, "offset")
    line = reference.coefficients
    residual = (
        focal["score"]
        - line["Intercept"]
        - line["prior_score"] * focal["prior_score"]
        - line["sex[T.male]"] * (focal["sex"] == "male")
    )
    rows = fit_random_intercept(focal.assign(residual=residual, nothing=0.0), "residual ~ 1")
    n = residual.groupby(focal["school_id"]).size()
    mean = residual.groupby(focal["school_id"]).mean()
    within = ((residual - mean[focal["school_id"]].to_numpy()) ** 2).sum()

    def deviance(log_ratio: float) -> float:
        ratio = np.exp(log_ratio)
        rss = within + (n * mean**2 / (1 + n * ratio)).sum()
        return len(focal) * np.log(rss) + np.log1p(n * ratio).sum()

    best = np.exp(minimize_scalar(deviance, bounds=(-10, 5), method="bounded", options={"xatol": 1e-10}).x)
    # A bounded search without derivatives resolves the root of the precision of the criterion.
    assert fit.school_variance / fit.residual_variance == pytest.approx(best, rel=1e-5)
    assert fit.drift == 0.0
    assert rows.school_variance < fit.school_variance


def test_the_source_offset_variance_absorbs_the_drift_and_the_free_drift_does_not(reference, focal) -> None:
    offset, drift = (fit_offset(focal, reference, variant) for variant in ("offset", "drift"))
    planted = EFFECTS.std()
    assert offset.school_variance > planted**2 + 100
    assert drift.school_variance == pytest.approx(planted**2, rel=0.25)
    assert drift.drift == pytest.approx(-15.0, abs=4.0)
    # The offset form pulls small schools to the old line: the mean effect understates the drift.
    assert drift.school_effects()["effect"].mean() < offset.school_effects()["effect"].mean() < 0


def test_pinned_at_the_focal_years_own_line_offset_equals_relative(focal) -> None:
    own = fit_reference(focal, FORMULA, line="mixed")
    relative = fit_random_intercept(focal, FORMULA)
    for variant in ("offset", "drift", "frozen"):
        fit = fit_offset(focal, own, variant)
        assert fit.school_variance == pytest.approx(relative.school_variance, rel=1e-7)
        assert fit.log_likelihood == pytest.approx(relative.log_likelihood, rel=1e-11)
        np.testing.assert_allclose(
            fit.school_effects()["effect"], relative.school_effects()["effect"], rtol=1e-6, atol=1e-8
        )


def test_frozen_takes_coefficients_and_variances_from_the_benchmark(reference, focal) -> None:
    fit = fit_offset(focal, reference, "frozen")
    assert fit.school_variance == reference.mixed.school_variance
    assert fit.residual_variance == reference.mixed.residual_variance
    assert fit.coefficients == pytest.approx(reference.mixed.estimates.coefficients)
    assert "nothing searched" in fit.record.status


def test_drift_effect_is_the_drift_plus_the_shrunken_deviation(reference, focal) -> None:
    fit = fit_offset(focal, reference, "drift")
    effects = fit.school_effects()
    deviation = effects["reliability"] * (effects["mean_residual"] - fit.drift)
    np.testing.assert_allclose(effects["effect"], fit.drift + deviation, rtol=1e-12)
    tau2, sigma2 = fit.school_variance, fit.residual_variance
    plain = tau2 * sigma2 / (sigma2 + effects["n_students"] * tau2)
    drift_error = fit.estimates.covariance[0, 0]
    expected = np.sqrt(plain + (1 - effects["reliability"]) ** 2 * drift_error)
    np.testing.assert_allclose(effects["std_error"], expected, rtol=1e-12)


def test_prediction_error_of_drift_plus_deviation_by_dense_algebra(reference) -> None:
    focal = make_cohort(4, 6, year=2021, sizes=(2, 6), school_sd=60.0)
    fit = fit_offset(focal, reference, "drift")
    schools = sorted(focal["school_id"].unique())
    z = (focal["school_id"].to_numpy()[:, None] == np.array(schools)).astype(float)
    ones = np.ones((len(focal), 1))
    tau2, sigma2 = fit.school_variance, fit.residual_variance
    equations = np.block(
        [[ones.T @ ones, ones.T @ z], [z.T @ ones, z.T @ z + np.eye(len(schools)) * sigma2 / tau2]]
    )
    errors = sigma2 * np.linalg.inv(equations)
    expected = np.sqrt(errors[0, 0] + 2 * errors[0, 1:] + np.diag(errors)[1:])
    # Mixed model equations and the closed form share no code; both invert a matrix of condition 100.
    np.testing.assert_allclose(fit.school_effects()["std_error"], expected, rtol=1e-8)


def test_a_free_term_is_estimated_in_the_focal_year(reference, focal) -> None:
    fit = fit_offset(focal, reference, "drift", free=["sex"])
    assert "sex[T.male]" not in fit.pinned
    table = fit.fixed_effects.set_index("term")
    assert table.loc["sex[T.male]", "std_error"] > 0
    assert np.isnan(table.loc["prior_score", "std_error"])
    assert table.loc["prior_score", "estimate"] == reference.coefficients["prior_score"]


def test_terms_outside_the_line_may_be_free(focal) -> None:
    # The source pins its Eq. 1 (prior score alone) inside its Eq. 2.
    line = fit_reference(make_cohort(1, effects=EFFECTS), "score ~ prior_score")
    fit = fit_offset(focal, line, "drift", free=["sex"])
    assert fit.coefficients["sex[T.male]"] == pytest.approx(5.0, abs=2.5)
    moments = summarise_schools(focal, FORMULA)
    assert fit_offset(moments, line, "drift", ["sex"]).school_variance == pytest.approx(
        fit.school_variance, rel=1e-8
    )


@pytest.mark.parametrize(
    ("variant", "free", "said"), [("pinned", None, "pinned"), ("frozen", ["sex"], "frozen")]
)
def test_impossible_requests_are_refused(reference, focal, variant, free, said) -> None:
    with pytest.raises(DesignError, match=said):
        fit_offset(focal, reference, variant, free)


def test_a_year_with_the_reference_level_only_is_scored_by_it(reference, focal) -> None:
    girls = focal[focal["sex"] == "female"]
    fit = fit_offset(girls, reference, "drift")
    residual = (
        girls["score"]
        - reference.coefficients["Intercept"]
        - reference.coefficients["prior_score"] * girls["prior_score"]
    )
    means = residual.groupby(girls["school_id"]).mean()
    np.testing.assert_allclose(fit.school_effects()["mean_residual"], means, rtol=1e-9, atol=1e-9)


def test_a_year_with_another_level_only_is_refused(reference, focal) -> None:
    with pytest.raises(DesignError, match="'male'"):
        fit_offset(focal[focal["sex"] == "male"], reference, "drift")


def test_a_free_intercept_is_no_free_term(reference, focal) -> None:
    with pytest.raises(DesignError, match="variant 'drift'"):
        fit_offset(focal, reference, "offset", free=["1"])


def turned(shift: float) -> tuple:
    """A year 8 points lower at a prior of 400, with a steeper slope; the prior measured from `shift`."""
    before = make_cohort(1, effects=EFFECTS)
    after = make_cohort(2, year=2021, effects=EFFECTS, drift=-8.0)
    after["score"] += 0.05 * (after["prior_score"] - 400)
    return tuple(frame.assign(prior_score=frame["prior_score"] - shift) for frame in (before, after))


def test_a_free_slope_turns_about_the_benchmarks_mean_intake() -> None:
    # Where a prior score has its zero must not matter.
    fits = []
    for shift in (0.0, 400.0):
        before, after = turned(shift)
        fits.append(fit_offset(after, fit_reference(before, FORMULA), "drift", free=["prior_score"]))
    raw, centred = fits
    assert raw.drift == pytest.approx(centred.drift, abs=1e-6)
    assert raw.school_variance == pytest.approx(centred.school_variance, rel=1e-6)
    for column in ("effect", "std_error", "mean_residual", "effect_plus_mean"):
        np.testing.assert_allclose(raw.school_effects()[column], centred.school_effects()[column], atol=1e-5)
    # The standard error of the level is about 1 with 150 schools.
    assert raw.drift == pytest.approx(-8.0, abs=3.0)


def test_prediction_error_with_a_free_slope_by_dense_algebra() -> None:
    before, focal = (
        make_cohort(1, effects=EFFECTS),
        make_cohort(4, 6, year=2021, sizes=(4, 9), school_sd=60.0),
    )
    reference = fit_reference(before, FORMULA)
    fit = fit_offset(focal, reference, "drift", free=["prior_score"])
    schools = sorted(focal["school_id"].unique())
    z = (focal["school_id"].to_numpy()[:, None] == np.array(schools)).astype(float)
    x = np.column_stack([np.ones(len(focal)), focal["prior_score"] - before["prior_score"].mean()])
    ratio = fit.residual_variance / fit.school_variance
    equations = np.block([[x.T @ x, x.T @ z], [z.T @ x, z.T @ z + ratio * np.eye(len(schools))]])
    errors = fit.residual_variance * np.linalg.inv(equations)
    expected = np.sqrt(errors[0, 0] + 2 * errors[0, 2:] + np.diag(errors)[2:])
    # Mixed model equations and the closed form share no code; both invert a matrix of condition 1e4.
    np.testing.assert_allclose(fit.school_effects()["std_error"], expected, rtol=1e-8)


def test_deviations_hold_no_drift(reference, focal) -> None:
    drift, offset, frozen = (
        fit_offset(focal, reference, variant) for variant in ("drift", "offset", "frozen")
    )
    for fit in (offset, frozen):
        effects = fit.school_effects()
        unshrunken = effects["deviation"] / effects["reliability"]
        assert np.ptp(unshrunken - effects["mean_residual"]) < 1e-9
    effects = drift.school_effects()
    np.testing.assert_allclose(effects["deviation"], effects["effect"] - drift.drift, atol=1e-10)
