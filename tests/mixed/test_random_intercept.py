import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort

from valueadded.errors import DesignError, FitError
from valueadded.mixed import fit_random_intercept, summarise_schools

# Two routes to the same optimum differ by the rounding of sums of a few thousand terms.
SAME = 1e-10


def test_at_a_ratio_of_zero_the_model_is_ordinary_least_squares() -> None:
    frame = make_cohort(1)
    # School means are removed: no variance between schools is left, and the optimum is exactly 0.
    frame["score"] -= frame.groupby("school_id")["score"].transform("mean")
    frame["prior_score"] -= frame.groupby("school_id")["prior_score"].transform("mean")
    fit = fit_random_intercept(frame, "score ~ prior_score")
    rows = np.column_stack([np.ones(len(frame)), frame["prior_score"]])
    expected, rss, *_ = np.linalg.lstsq(rows, frame["score"], rcond=None)
    assert fit.school_variance == 0.0
    assert fit.record.boundary
    assert "variance exactly 0" in fit.record.status
    np.testing.assert_allclose(fit.fixed_effects["estimate"], expected, rtol=SAME, atol=1e-9)
    assert fit.residual_variance == pytest.approx(rss[0] / len(frame), rel=SAME)
    assert (fit.school_effects()["effect"] == 0).all()


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_order_of_rows_does_not_matter(method: str) -> None:
    frame = make_cohort(1)
    shuffled = frame.sample(frac=1, random_state=5)
    a, b = (fit_random_intercept(data, FORMULA, method=method) for data in (frame, shuffled))
    assert a.school_variance == pytest.approx(b.school_variance, rel=SAME)
    assert a.log_likelihood == pytest.approx(b.log_likelihood, rel=SAME)
    np.testing.assert_allclose(a.school_effects()["effect"], b.school_effects()["effect"], rtol=1e-9)


def test_relabelled_schools_keep_their_effects() -> None:
    frame = make_cohort(1)
    labels = {school: f"z{999 - k}" for k, school in enumerate(sorted(frame["school_id"].unique()))}
    plain = fit_random_intercept(frame, FORMULA).school_effects().set_index("school_id")["effect"]
    renamed = fit_random_intercept(frame.assign(school_id=frame["school_id"].map(labels)), FORMULA)
    effects = renamed.school_effects().set_index("school_id")["effect"]
    np.testing.assert_allclose(effects[plain.index.map(labels)], plain, rtol=1e-9)


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize(("shift", "scale"), [(1e6, 1.0), (0.0, 1000.0), (-50.0, -2.0)])
def test_effects_follow_a_change_of_the_score_scale(method: str, shift: float, scale: float) -> None:
    frame = make_cohort(1)
    plain = fit_random_intercept(frame, FORMULA, method=method)
    moved = fit_random_intercept(frame.assign(score=shift + scale * frame["score"]), FORMULA, method=method)
    # Adding 1e6 to the scores leaves them 10 decimals.
    assert moved.school_variance == pytest.approx(scale**2 * plain.school_variance, rel=1e-8)
    np.testing.assert_allclose(
        moved.school_effects()["effect"], scale * plain.school_effects()["effect"], rtol=1e-7, atol=1e-7
    )
    freedom = len(frame) - 3 * (method == "REML")
    assert moved.log_likelihood == pytest.approx(
        plain.log_likelihood - freedom * np.log(abs(scale)), rel=1e-10
    )


def test_a_shift_of_a_covariate_moves_only_the_intercept() -> None:
    frame = make_cohort(1)
    plain = fit_random_intercept(frame, FORMULA, method="REML")
    moved = fit_random_intercept(frame.assign(prior_score=frame["prior_score"] + 1e6), FORMULA, method="REML")
    estimates = plain.fixed_effects["estimate"].to_numpy()
    expected = [estimates[0] - 1e6 * estimates[1], *estimates[1:]]
    np.testing.assert_allclose(moved.fixed_effects["estimate"], expected, rtol=1e-8)
    np.testing.assert_allclose(
        moved.fixed_effects["std_error"][1:], plain.fixed_effects["std_error"][1:], rtol=1e-7
    )
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-10)


def test_moments_and_frame_give_the_same_fit() -> None:
    frame = make_cohort(1)
    moments = summarise_schools(frame, [FORMULA, "score ~ prior_score"])
    direct, through = (fit_random_intercept(data, "score ~ prior_score") for data in (frame, moments))
    assert direct.school_variance == pytest.approx(through.school_variance, rel=SAME)


def test_a_formula_without_intercept() -> None:
    frame = make_cohort(1)
    fit = fit_random_intercept(frame, "score ~ 0 + prior_score")
    assert list(fit.fixed_effects["term"]) == ["prior_score"]
    data = frame.assign(one=1.0)
    with_column = fit_random_intercept(data, "score ~ 0 + one + prior_score")
    with_intercept = fit_random_intercept(frame, "score ~ prior_score")
    assert with_column.log_likelihood == pytest.approx(with_intercept.log_likelihood, rel=1e-9)


def test_effects_table() -> None:
    fit = fit_random_intercept(make_cohort(1), FORMULA)
    effects = fit.school_effects(confidence=0.9)
    np.testing.assert_allclose(
        effects["effect"], effects["reliability"] * effects["mean_residual"], rtol=1e-12
    )
    tau2, sigma2, n = fit.school_variance, fit.residual_variance, effects["n_students"]
    np.testing.assert_allclose(effects["std_error"], np.sqrt(tau2 * sigma2 / (sigma2 + n * tau2)), rtol=1e-12)
    np.testing.assert_allclose(
        effects["upper_textbook"] - effects["effect"], 1.6448536269514722 * effects["std_error"], rtol=1e-12
    )


def test_effect_plus_mean_is_on_the_score_scale() -> None:
    frame = make_cohort(1)
    effects = fit_random_intercept(frame, FORMULA).school_effects()
    gap = effects["effect_plus_mean"] - effects["effect"]
    assert gap.nunique() <= 2  # one number but for its last digit
    assert gap.iloc[0] == pytest.approx(frame["score"].mean(), abs=3.0)


def small(scores: list[float], schools: list[str], **columns: list) -> pd.DataFrame:
    return pd.DataFrame({"score": scores, "school_id": schools, **columns})


def test_one_school_is_refused_by_name() -> None:
    with pytest.raises(FitError, match=r"1 school.*'A'"):
        fit_random_intercept(small([1.0, 2.0, 4.0], ["A"] * 3), "score ~ 1")


def test_schools_of_one_student_each_are_refused() -> None:
    with pytest.raises(FitError, match="every school has 1 student"):
        fit_random_intercept(small([1.0, 2.0, 4.0, 3.0], list("ABCD")), "score ~ 1")


def test_a_constant_score_is_refused() -> None:
    with pytest.raises(FitError, match="without residual"):
        fit_random_intercept(small([5.0] * 6, list("AAABBB")), "score ~ 1")


def test_a_perfect_fit_is_refused() -> None:
    x = [1.0, 2.0, 3.0, 1.5, 2.5, 3.5]
    with pytest.raises(FitError, match="without residual"):
        fit_random_intercept(small([2 * v for v in x], list("AAABBB"), x=x), "score ~ x")


def test_aliased_terms_are_named() -> None:
    frame = make_cohort(1).assign(double=lambda f: 2 * f["prior_score"] + 3)
    with pytest.raises(FitError, match=r"double \(a combination of .*prior_score"):
        fit_random_intercept(frame, "score ~ prior_score + double")


def test_a_constant_covariate_is_named() -> None:
    with pytest.raises(FitError, match="flat"):
        fit_random_intercept(make_cohort(1).assign(flat=3.0), "score ~ prior_score + flat")


def test_more_coefficients_than_students_are_refused() -> None:
    with pytest.raises(FitError, match="expected more students"):
        fit_random_intercept(
            small([1.0, 2.0, 4.0, 3.0], list("AABB"), x=[1.0, 2.0, 3.0, 5.0], z=[3.0, 1.0, 1.0, 2.0]),
            "score ~ x + z",
        )


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(FitError, match="'MLE'"):
        fit_random_intercept(make_cohort(1), FORMULA, method="MLE")


def test_two_schools_are_fitted() -> None:
    fit = fit_random_intercept(make_cohort(1, 2), FORMULA)
    assert fit.record.converged


def test_scores_that_never_differ_within_a_school_are_refused() -> None:
    with pytest.raises(FitError, match="within schools"):
        fit_random_intercept(small([1.0, 1.0, 4.0, 4.0, 2.0, 2.0], list("AABBCC")), "score ~ 1")


def test_cohorts_of_a_school_are_one_school() -> None:
    frame = pd.concat([make_cohort(1), make_cohort(2, year=2018)], ignore_index=True)
    by_year = summarise_schools(frame, FORMULA, cohort="year")
    whole, parts = fit_random_intercept(frame, FORMULA), fit_random_intercept(by_year, FORMULA)
    assert len(parts.school_effects()) == len(whole.school_effects())
    assert parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=SAME)


def test_moments_of_another_response_are_refused() -> None:
    with pytest.raises(DesignError, match="moments of 'score'"):
        fit_random_intercept(summarise_schools(make_cohort(1), FORMULA), "points ~ prior_score")


def test_a_factor_with_one_level_is_refused_by_name() -> None:
    with pytest.raises(DesignError, match="only level 'female' of sex"):
        fit_random_intercept(make_cohort(1).assign(sex="female"), FORMULA)
