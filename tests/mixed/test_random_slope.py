import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort

from valueadded.errors import FitError
from valueadded.mixed import fit_random_intercept, fit_random_slope


def sloped(seed: int = 1, slope_sd: float = 0.1) -> pd.DataFrame:
    frame = make_cohort(seed, 60)
    slopes = np.random.default_rng(seed + 100).normal(0, slope_sd, 60)
    return frame.assign(
        score=frame["score"] + slopes[frame["school_id"].astype(int)] * (frame["prior_score"] - 400)
    )


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_a_shift_of_the_slope_term_changes_no_likelihood_and_moves_the_covariance(method: str) -> None:
    frame = sloped()
    plain = fit_random_slope(frame, FORMULA, "prior_score", method=method)
    moved = fit_random_slope(
        frame.assign(prior_score=frame["prior_score"] - 400), FORMULA, "prior_score", method=method
    )
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-11)
    # The variances agree to the root of the precision of the likelihood.
    assert moved.slope_variance == pytest.approx(plain.slope_variance, rel=1e-5)
    at_400 = plain.school_variance + 2 * 400 * plain.slope_covariance + 400**2 * plain.slope_variance
    assert moved.school_variance == pytest.approx(at_400, rel=1e-5)


def test_the_model_is_never_worse_than_its_random_intercept() -> None:
    for seed in range(5):
        frame = make_cohort(seed, 25)
        slope = fit_random_slope(frame, FORMULA, "prior_score")
        assert slope.record.converged, slope.record.status
        assert slope.log_likelihood >= fit_random_intercept(frame, FORMULA).log_likelihood - 1e-9


def test_a_singular_covariance_is_reported() -> None:
    # Without varying slopes some samples end with a covariance of rank 1: a result, not an error.
    fits = [fit_random_slope(make_cohort(seed, 25), FORMULA, "prior_score") for seed in range(8)]
    singular = [fit for fit in fits if fit.record.boundary]
    assert singular
    for fit in singular:
        determinant = fit.school_variance * fit.slope_variance - fit.slope_covariance**2
        assert determinant <= 1e-4 * fit.school_variance * fit.slope_variance + 1e-12


def test_rescaled_scores_rescale_every_variance() -> None:
    frame = sloped()
    plain = fit_random_slope(frame, FORMULA, "prior_score")
    scaled = fit_random_slope(frame.assign(score=1000 * frame["score"]), FORMULA, "prior_score")
    for name in ("school_variance", "slope_variance", "slope_covariance", "residual_variance"):
        assert getattr(scaled, name) == pytest.approx(1e6 * getattr(plain, name), rel=1e-4)


def test_planted_slopes_are_recovered() -> None:
    frame = sloped(3)
    fit = fit_random_slope(frame.assign(prior_score=frame["prior_score"] - 400), FORMULA, "prior_score")
    effects = fit.school_effects()
    planted = np.random.default_rng(103).normal(0, 0.1, 60)[effects["school_id"].astype(int)]
    assert np.corrcoef(effects["slope_effect"], planted)[0, 1] > 0.7
    within = np.abs(effects["slope_effect"] - (planted - planted.mean())) < 3.5 * effects["slope_std_error"]
    assert within.mean() > 0.95


def test_posterior_by_dense_algebra() -> None:
    frame = sloped(4).assign(prior_score=lambda f: f["prior_score"] - 400)
    fit = fit_random_slope(frame, FORMULA, "prior_score")
    effects = fit.school_effects().set_index("school_id")
    fixed = fit.fixed_effects.set_index("term")["estimate"]
    school = frame[frame["school_id"] == "007"]
    z = np.column_stack([np.ones(len(school)), school["prior_score"]])
    expected = fixed["Intercept"] + fixed["prior_score"] * school["prior_score"]
    residual = (school["score"] - expected - fixed["sex[T.male]"] * (school["sex"] == "male")).to_numpy()
    covariance = fit.estimates.random_covariance
    total = z @ covariance @ z.T + fit.residual_variance * np.eye(len(school))
    mean = covariance @ z.T @ np.linalg.solve(total, residual)
    spread = covariance - covariance @ z.T @ np.linalg.solve(total, z @ covariance)
    np.testing.assert_allclose(effects.loc["007", ["effect", "slope_effect"]].astype(float), mean, rtol=1e-8)
    np.testing.assert_allclose(
        effects.loc["007", ["std_error", "slope_std_error"]].astype(float),
        np.sqrt(np.diag(spread)),
        rtol=1e-8,
    )


@pytest.mark.parametrize(
    ("formula", "slope", "said"),
    [
        ("score ~ sex", "prior_score", "expected a term of a formula"),
        ("score ~ prior_score + school_mean", "school_mean", "does not vary within any school"),
    ],
)
def test_a_slope_that_cannot_vary_is_refused(formula: str, slope: str, said: str) -> None:
    frame = make_cohort(1)
    frame["school_mean"] = frame.groupby("school_id")["prior_score"].transform("mean")
    with pytest.raises(FitError, match=said):
        fit_random_slope(frame, formula, slope)


def test_schools_without_differences_have_variances_of_exactly_zero() -> None:
    # Every school has the same students: same priors, same residuals.
    prior = np.tile([-1.0, -1.0, 0.0, 0.0, 1.0, 1.0], 20)
    residual = np.tile([5.0, -5.0], 60)
    frame = pd.DataFrame(
        {
            "school_id": np.repeat([f"{k:02d}" for k in range(20)], 6),
            "x": prior,
            "score": 3 * prior + residual,
        }
    )
    fit = fit_random_slope(frame, "score ~ x", "x")
    assert fit.school_variance == fit.slope_variance == fit.slope_covariance == 0.0
    assert fit.record.boundary
    assert (fit.school_effects()[["effect", "slope_effect", "std_error"]] == 0).all(axis=None)
