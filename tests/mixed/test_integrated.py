"""The integrated interval: against brute force, against planted truth, and where it cannot be had."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from valueadded.benchmark import fit_offset, fit_reference
from valueadded.mixed import fit_random_intercept


def draw(schools: int, students: int, between: float, seed: int) -> pd.DataFrame:
    """Students, and the true effects of their schools, which have the share `between` of a variance of 1."""
    random = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), students)
    effect = random.normal(0, np.sqrt(between), schools)[school]
    prior = random.normal(size=len(school))
    score = prior + effect + random.normal(0, np.sqrt(1 - between), len(school))
    return pd.DataFrame(
        {"school_id": [f"{s:03d}" for s in school], "prior": prior, "score": score, "effect": effect}
    )


def test_ends_are_those_of_the_posterior_by_brute_force() -> None:
    # Matrices of all students, a grid of both variances, coefficients integrated with a wide normal prior.
    frame = draw(6, 4, 0.3, 1)
    x = np.column_stack([np.ones(len(frame)), frame["prior"]])
    z = pd.get_dummies(frame["school_id"]).to_numpy(float)
    y = frame["score"].to_numpy()
    log_weights, centres, spreads = [], [], []
    for log_ratio in np.linspace(-12, 12, 193):
        for log_sigma2 in np.linspace(-3, 3, 121):
            theta, sigma2 = np.exp(log_ratio), np.exp(log_sigma2)
            covariance = sigma2 * (np.eye(len(y)) + theta * z @ z.T)
            inverse = np.linalg.inv(covariance)
            error = np.linalg.inv(x.T @ inverse @ x)
            beta = error @ x.T @ inverse @ y
            rest = y - x @ beta
            # Flat in beta, in log sigma2 and in theta, of which log_ratio is the logarithm.
            log_weights.append(
                -0.5
                * (np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(error)[1] + rest @ inverse @ rest)
                + log_ratio
            )
            gain = sigma2 * theta * z.T @ inverse
            centres.append(gain @ rest)
            known = sigma2 * theta * np.eye(6) - sigma2 * theta * gain @ z
            spreads.append(np.sqrt(np.diag(known + gain @ x @ error @ x.T @ gain.T)))
    weight = np.exp(np.array(log_weights) - max(log_weights))
    weight /= weight.sum()
    effects = fit_random_intercept(frame, "score ~ prior").school_effects()
    assert set(effects["interval"]) == {"integrated"}
    for end, probability in (("lower", 0.025), ("upper", 0.975)):
        below = weight @ norm.cdf((effects[end].to_numpy() - centres) / spreads)
        # Both grids and the ends of the brute one: a thousandth of the tail.
        np.testing.assert_allclose(below, probability, atol=1e-4)


@pytest.mark.parametrize(("schools", "kind"), [(3, "textbook"), (4, "integrated")])
def test_three_schools_are_too_few(schools: int, kind: str) -> None:
    effects = fit_random_intercept(draw(schools, 20, 0.2, 2), "score ~ prior").school_effects()
    assert set(effects["interval"]) == {kind}
    assert np.isfinite(effects[["lower", "upper"]].to_numpy()).all()


def test_no_interval_is_a_point_where_the_variance_is_estimated_as_0() -> None:
    frame = draw(10, 20, 0.0, 7)
    fit = fit_random_intercept(frame, "score ~ prior")
    assert fit.school_variance == 0
    effects = fit.school_effects()
    assert (effects["upper_textbook"] == effects["lower_textbook"]).all()
    assert (effects["upper"] - effects["lower"] > 0.05).all()


def test_many_schools_come_to_the_textbook_interval() -> None:
    effects = fit_random_intercept(draw(1000, 20, 0.2, 3), "score ~ prior").school_effects()
    width = effects["upper_textbook"] - effects["lower_textbook"]
    # What is left is the error of variances and coefficients, of order 1 / schools.
    for end in ("lower", "upper"):
        assert (np.abs(effects[end] - effects[f"{end}_textbook"]) < 0.01 * width).all()


def test_units_and_order_change_nothing() -> None:
    frame = draw(12, 15, 0.1, 4)
    plain = fit_random_intercept(frame, "score ~ prior").school_effects()
    moved = frame.assign(score=1e6 - 3 * frame["score"]).sample(frac=1, random_state=1)
    turned = fit_random_intercept(moved, "score ~ prior").school_effects()
    # Scores of a million keep ten digits of what varies.
    np.testing.assert_allclose(turned["lower"], -3 * plain["upper"], rtol=1e-6)
    np.testing.assert_allclose(turned["upper"], -3 * plain["lower"], rtol=1e-6)


def test_ten_schools_are_covered() -> None:
    held = {"lower": [], "lower_textbook": []}
    for seed in range(120):
        frame = draw(10, 20, 0.05, 100 + seed)
        effects = fit_random_intercept(frame, "score ~ prior").school_effects()
        truth = frame.groupby("school_id")["effect"].first().to_numpy()
        for lower in held:
            upper = lower.replace("lower", "upper")
            held[lower].append(((effects[lower] <= truth) & (truth <= effects[upper])).mean())
    # 120 sets of ten effects: an error of about a point. The committed study has 2,000 (effect-coverage.md).
    assert np.mean(held["lower"]) > 0.92
    assert np.mean(held["lower_textbook"]) < 0.85


def test_effects_from_a_benchmark() -> None:
    before, after = draw(40, 20, 0.2, 5), draw(12, 20, 0.2, 6)
    line = fit_reference(before, "score ~ prior")
    found = fit_offset(after, line, "drift").school_effects()
    moved = fit_offset(after.assign(score=after["score"] - 7.0), line, "drift").school_effects()
    for end in ("lower", "upper"):
        np.testing.assert_allclose(moved[end], found[end] - 7.0, rtol=1e-8)
    # The drift of few schools is not known well: the interval must be wider than the textbook's.
    assert (found["upper"] - found["lower"] > found["upper_textbook"] - found["lower_textbook"]).all()
    assert set(fit_offset(after, line, "offset").school_effects()["interval"]) == {"integrated"}
    assert set(fit_offset(after, line, "frozen").school_effects()["interval"]) == {"integrated"}


def test_a_free_drift_alone_is_a_model_of_its_own() -> None:
    # With every slope pinned, the drift model is a random-intercept model of what is left: the same effects
    # up to the drift, whose error is in these intervals and not in those about the year's own level.
    before, after = draw(40, 20, 0.2, 5), draw(60, 20, 0.2, 6)
    line = fit_reference(before, "score ~ prior")
    rest = after.assign(rest=after["score"] - line.coefficients["prior"] * after["prior"])
    own = fit_random_intercept(rest, "rest ~ 1").school_effects()
    found = fit_offset(after, line, "drift").school_effects()
    middle = (found["upper"] + found["lower"]) / 2 - (own["upper"] + own["lower"]) / 2
    # The same shift for all schools: the drift.
    np.testing.assert_allclose(middle, middle.mean(), atol=0.01)
    no_drift = fit_random_intercept(rest, "rest ~ 1", method="REML")
    assert own["lower"].to_numpy() == pytest.approx(no_drift.school_effects()["lower"].to_numpy(), rel=1e-7)


def test_a_frozen_model_is_as_sure_as_the_benchmark_leaves_its_variances() -> None:
    few, many, after = draw(8, 10, 0.2, 5), draw(1500, 10, 0.2, 6), draw(12, 20, 0.2, 7)
    widths = {}
    for name, before in (("few", few), ("many", many)):
        effects = fit_offset(after, fit_reference(before, "score ~ prior"), "frozen").school_effects()
        assert ((effects["lower"] < effects["effect"]) & (effects["effect"] < effects["upper"])).all()
        widths[name] = (effects["upper"] - effects["lower"]) / (
            effects["upper_textbook"] - effects["lower_textbook"]
        )
    # What 1,500 schools leave open of a variance is a thirtieth of it, and the interval knows half of that.
    np.testing.assert_allclose(widths["many"], 1.0, atol=0.01)
    assert (widths["few"] > 1.02).all()
    three = fit_reference(draw(3, 30, 0.2, 8), "score ~ prior")
    assert set(fit_offset(after, three, "frozen").school_effects()["interval"]) == {"textbook"}


def test_frozen_intervals_hold_the_truth() -> None:
    held = {"lower": [], "lower_textbook": []}
    for seed in range(60):
        before, after = draw(8, 20, 0.1, 300 + seed), draw(20, 20, 0.1, 400 + seed)
        fit = fit_offset(after, fit_reference(before, "score ~ prior"), "frozen")
        # Measured from the frozen line, whose height is its own; the true one is at 0.
        truth = after.groupby("school_id")["effect"].first().to_numpy() - fit.coefficients["Intercept"]
        effects = fit.school_effects()
        for lower in held:
            upper = lower.replace("lower", "upper")
            held[lower].append(((effects[lower] <= truth) & (truth <= effects[upper])).mean())
    # 60 sets of 20 schools that share eight benchmark schools: an error of about two points.
    assert np.mean(held["lower"]) > 0.91
    assert np.mean(held["lower"]) > np.mean(held["lower_textbook"]) + 0.02
