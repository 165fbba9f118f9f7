"""The posterior as draws: brute force, chains, exact draws of schools, criteria, invariances."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from location_scale.invented_schools import make_schools
from scipy.stats import invgamma, norm

from valueadded.errors import FitError
from valueadded.location_scale import (
    InverseWishart,
    LocationScaleFit,
    Priors,
    SeparateScales,
    audit_posterior,
    fit_location_scale,
    sample_posterior,
)
from valueadded.location_scale.audit import autocorrelate, trace_draws
from valueadded.location_scale.coordinates import read_point
from valueadded.location_scale.importance import weigh_proposals
from valueadded.location_scale.log_posterior import aim, find_summit, log_density
from valueadded.location_scale.posterior import school_posterior
from valueadded.location_scale.sampled import Posterior
from valueadded.location_scale.school_draws import conditional_deviance, draw_schools
from valueadded.location_scale.weighting import weighted_quantiles

PRIORS = Priors(1.0, 1.0, InverseWishart(4.0, intercept=0.3, slope=0.1, log_variance=0.3))


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    return make_schools(5, [1, 2, *range(5, 45, 4)])


@pytest.fixture(scope="module")
def fit(schools: pd.DataFrame) -> LocationScaleFit:
    return fit_location_scale(schools, "y ~ x", "~ x", random_slope="x")


@pytest.fixture(scope="module")
def posterior(fit: LocationScaleFit) -> Posterior:
    return sample_posterior(fit, PRIORS, 400, 1)


def test_gradient_of_the_log_density_is_its_derivative(fit: LocationScaleFit) -> None:
    summit = find_summit(fit.design, fit.estimates.at, True, PRIORS)
    theta = summit.theta + summit.root @ np.random.default_rng(1).normal(size=len(summit.theta))
    gradient = log_density(theta, summit.target)[1]
    for k in range(len(theta)):
        step = np.zeros(len(theta))
        step[k] = 1e-5
        ends = [log_density(theta + sign * step, summit.target)[0] for sign in (1.0, -1.0)]
        # Values of 300 in double precision over steps of 1e-5: 1e-8, and third derivatives.
        assert gradient[k] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-5)


def test_a_tiny_model_against_a_grid(schools: pd.DataFrame) -> None:
    """Mean, log variance and school variance on a grid, likelihood and prior written out anew."""
    few = schools[schools["school_id"] > "005"]
    fit = fit_location_scale(few, "y ~ 1", random_scale=False)
    found = sample_posterior(fit, PRIORS, 3000, 2)
    standard = (few["y"] - few["y"].mean()) / few["y"].std(ddof=0)
    beta, alpha, log_tau2 = np.meshgrid(
        np.linspace(-1.8, 1.8, 41), np.linspace(-0.6, 0.6, 41), np.linspace(-6, 3, 61), indexing="ij"
    )
    tau2, sigma2 = np.exp(log_tau2), np.exp(alpha)
    # An inverse-Wishart of one dimension with 5 degrees and scale .3 is this; the last term is for the log.
    log_posterior = norm.logpdf(beta) + norm.logpdf(alpha) + invgamma.logpdf(tau2, 2.5, scale=0.15) + log_tau2
    for _, values in standard.groupby(few["school_id"]):
        n, mean = len(values), values.mean()
        within = float(((values - mean) ** 2).sum())
        log_posterior += (
            -(n - 1) / 2 * alpha - within / sigma2 / 2 + norm.logpdf(mean, beta, np.sqrt(tau2 + sigma2 / n))
        )
    weights = np.exp(log_posterior - log_posterior.max())
    weights /= weights.sum()
    spread = fit.design.outcome_spread
    expected = {
        "mean": float(spread * np.sum(weights * beta) + few["y"].mean()),
        "log_variance": float(np.sum(weights * alpha) + 2 * np.log(spread)),
    }
    table = found.coefficients.set_index("function")
    for name, value in expected.items():
        error = table.loc[name, "std_error"] / np.sqrt(found.evidence.effective_size)
        assert table.loc[name, "estimate"] == pytest.approx(value, abs=4 * error)
    variance = found.covariance.iloc[0]
    error = variance["std_error"] / np.sqrt(found.evidence.effective_size)
    assert variance["estimate"] == pytest.approx(spread**2 * np.sum(weights * tau2), abs=4 * error)
    second = np.sqrt(np.sum(weights * beta**2) - np.sum(weights * beta) ** 2)
    # The error of a standard deviation is 1 / sqrt(2 draws), several times that in tails of five schools.
    assert table.loc["mean", "std_error"] == pytest.approx(spread * second, rel=0.08)


@pytest.mark.parametrize("scale", [0.05, 0.5, 1.5])
def test_school_effects_are_drawn_from_their_posterior(fit: LocationScaleFit, scale: float) -> None:
    """Moments over many draws at one point against the quadrature, a school of one student included."""
    summit = find_summit(fit.design, fit.estimates.at, True, PRIORS)
    theta = summit.theta.copy()
    theta[4] = np.log(scale)
    target = aim(fit.design, summit.target.meaning, PRIORS, theta)
    at = read_point(theta, target.meaning)
    estimates = replace(fit.estimates, at=at, rules=target.rules, modes=target.modes)
    known = school_posterior(fit.design, estimates)
    draws = draw_schools(target, np.repeat(theta[None], 1000, axis=0), np.random.default_rng(3))
    assert fit.design.moments.n[0] == 1
    means = np.column_stack([known.effects, known.log_variance])
    spreads = np.column_stack([known.effect_spread, known.log_variance_spread])
    # The error of the mean of 1,000 draws is 1/32 of the spread; the worst of 36 stays below 4 of them.
    assert np.max(np.abs(draws.effects.mean(axis=0) - means) / spreads) < 4 / np.sqrt(1000)
    # and that of their spread 1/45 of it.
    assert draws.effects.std(axis=0) == pytest.approx(spreads, rel=0.1)
    # The same nodes give both, free of draws.
    assert draws.expected[0] == pytest.approx(means, abs=1e-10)
    assert draws.effects[:, :, -1].std(axis=0).mean() == pytest.approx(spreads[:, -1].mean(), rel=0.025)


def test_the_deviance_behind_dic(fit: LocationScaleFit, schools: pd.DataFrame, posterior: Posterior) -> None:
    """Student by student, and its mean over draws of effects; DIC is twice the mean less that at means."""
    target, point = posterior.target, posterior.points[0]
    at, effects = read_point(point, target.meaning), posterior.schools.effects[0]
    x = ((schools["x"] - schools["x"].mean()) / schools["x"].std(ddof=0)).to_numpy()
    y = ((schools["y"] - schools["y"].mean()) / schools["y"].std(ddof=0)).to_numpy()
    u0, u1, v = effects[schools["school_id"].astype(int)].T
    mean = at.beta[0] + at.beta[1] * x + u0 + u1 * x
    direct = -2 * norm.logpdf(y, mean, np.exp((at.alpha[0] + at.alpha[1] * x + v) / 2)).sum()
    assert conditional_deviance(target, at.beta, at.alpha, effects) == pytest.approx(direct, abs=1e-8)
    many = draw_schools(target, np.repeat(point[None], 800, axis=0), np.random.default_rng(4))
    values = [conditional_deviance(target, at.beta, at.alpha, drawn) for drawn in many.effects]
    assert many.deviance[0] == pytest.approx(np.mean(values), abs=4 * np.std(values) / np.sqrt(800))
    weights, criteria = posterior.weights, posterior.criteria
    coefficients = weights @ posterior.points[:, :4]
    centre = np.tensordot(weights, posterior.schools.expected, axes=1)
    at_means = conditional_deviance(target, coefficients[:2], coefficients[2:], centre)
    scale = 2 * len(y) * np.log(fit.design.outcome_spread)
    mean_deviance = weights @ posterior.schools.deviance
    assert criteria.dic == pytest.approx(2 * mean_deviance - at_means + scale, abs=1e-6)
    assert criteria.p_d == pytest.approx(mean_deviance - at_means, abs=1e-6)
    # Four coefficients and 12 schools' three effects, shrunken.
    assert 4 < criteria.p_d < 40


def test_waic_and_leave_one_out_are_by_school(posterior: Posterior) -> None:
    log_likelihood, weights = posterior.schools.log_likelihood, posterior.weights
    in_units = 2 * posterior.target.design.moments.n_students * np.log(posterior.target.design.outcome_spread)
    density = np.log(weights @ np.exp(log_likelihood))
    spread = weights @ (log_likelihood - weights @ log_likelihood) ** 2
    assert posterior.criteria.waic == pytest.approx(-2 * np.sum(density - spread) + in_units, abs=1e-8)
    # Leaving a school out: the mean of the inverse likelihood, before its tail is smoothed.
    held_out = -np.log(weights @ np.exp(-log_likelihood))
    assert posterior.criteria.loo == pytest.approx(-2 * np.sum(held_out) + in_units, abs=0.5)
    assert posterior.criteria.p_loo == pytest.approx(posterior.criteria.p_waic, rel=0.3)
    assert 0 <= posterior.criteria.loo_bad_share <= 0.25


def test_summaries_follow_from_the_draws(fit: LocationScaleFit, posterior: Posterior) -> None:
    effects = posterior.school_effects()
    assert effects.columns.tolist() == fit.school_effects().columns.tolist()
    draws, weights, unit = posterior.schools.effects, posterior.weights, fit.design.outcome_spread
    assert effects["mean_effect"].to_numpy() == pytest.approx(unit * (weights @ draws[:, :, 0]), abs=1e-12)
    variance = unit**2 * weights @ np.exp(posterior.points[:, [2]] + draws[:, :, 2])
    assert effects["school_variance"].to_numpy() == pytest.approx(variance, abs=1e-12)
    separated = (effects["mean_effect_lower"] > 0) | (effects["mean_effect_upper"] < 0)
    assert effects["separated_mean"].tolist() == separated.tolist()
    average = posterior.mean_school_variance
    outside = (effects["school_variance_lower"] > average) | (effects["school_variance_upper"] < average)
    assert effects["separated_variance"].tolist() == outside.tolist()
    # What the parameters leave open widens intervals, not of every school: the prior moves variances too.
    assert effects["mean_effect_std_error"].mean() > fit.school_effects()["mean_effect_std_error"].mean()
    ranks = posterior.school_ranks()
    assert ranks["mean_rank"].sum() == pytest.approx(12 * 13 / 2)
    assert (ranks["variance_rank_lower"] <= ranks["variance_rank"]).all()
    assert (ranks["variance_rank_upper"] >= ranks["variance_rank"]).all()
    highest = effects["mean_effect"].idxmax()
    assert ranks["mean_rank"].idxmax() == highest


def test_another_unit_of_the_outcome_moves_nothing_else(
    fit: LocationScaleFit, schools: pd.DataFrame, posterior: Posterior
) -> None:
    moved = fit_location_scale(schools.assign(y=500 + 100 * schools["y"]), "y ~ x", "~ x", random_slope="x")
    other = sample_posterior(moved, PRIORS, 400, 1)
    assert other.evidence.pareto_k == pytest.approx(posterior.evidence.pareto_k, abs=1e-3)
    # The same draws about modes that differ by what the searches leave: 1e-4 of a standard error.
    effects, before = other.school_effects(), posterior.school_effects()
    assert effects["mean_effect"].to_numpy() == pytest.approx(
        100 * before["mean_effect"].to_numpy(), abs=0.05
    )
    assert effects["scale_effect"].to_numpy() == pytest.approx(before["scale_effect"].to_numpy(), abs=1e-3)
    assert effects["school_variance"].to_numpy() == pytest.approx(
        1e4 * before["school_variance"].to_numpy(), rel=2e-3
    )
    a, b = other.coefficients["estimate"].to_numpy(), posterior.coefficients["estimate"].to_numpy()
    assert a[:2] == pytest.approx([500 + 100 * b[0], 100 * b[1]], abs=0.05)
    assert a[2:] == pytest.approx([b[2] + 2 * np.log(100), b[3]], abs=1e-3)
    n = len(schools)
    assert other.criteria.dic == pytest.approx(posterior.criteria.dic + 2 * n * np.log(100), abs=0.05)


def test_a_boundary_of_the_likelihood_is_none_of_the_posterior(monkeypatch: pytest.MonkeyPatch) -> None:
    """Schools of one spread end at correlation +-1; with the prior all is proper, but far from normal."""
    same = make_schools(3, [8] * 30, np.diag([0.1, 0.0, 0.0]))
    fit = fit_location_scale(same, "y ~ x + girl")
    assert fit.record.boundary
    for covariance in (InverseWishart(), SeparateScales()):
        found = sample_posterior(fit, Priors(covariance=covariance), 500, 1)
        assert found.evidence.trustworthy
        assert np.isfinite(found.coefficients["std_error"]).all()
        row = found.covariance.iloc[1]
        assert row["correlation_lower"] > -1
        assert row["correlation_upper"] < 1
        assert row["correlation_upper"] - row["correlation_lower"] > 0.5
    # About the mode alone importance sampling fails here, and says so.
    monkeypatch.setattr("valueadded.location_scale.importance.MAXIMUM_PROPOSALS", 1)
    failed = sample_posterior(fit, Priors(), 500, 1)
    assert failed.evidence.pareto_k > 0.7
    assert not failed.evidence.trustworthy
    assert "sample it by chains" in failed.evidence.status


def test_same_seed_same_draws(fit: LocationScaleFit, posterior: Posterior) -> None:
    summit = find_summit(fit.design, fit.estimates.at, True, PRIORS)
    first, second, other = (
        weigh_proposals(summit, 50, np.random.default_rng(seed))[3].effects for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    again = sample_posterior(fit, PRIORS, 400, 1)
    assert np.array_equal(again.schools.effects, posterior.schools.effects)


def test_an_overflow_has_no_weight(fit: LocationScaleFit) -> None:
    summit = find_summit(fit.design, fit.estimates.at, True, PRIORS)
    theta = summit.theta.copy()
    theta[4] = 800.0
    assert log_density(theta, summit.target)[0] == -np.inf
    drawn = draw_schools(summit.target, theta[None], np.random.default_rng(1))
    assert np.isneginf(drawn.log_likelihood).all()
    assert not drawn.effects.any()


def test_without_a_scale_effect(schools: pd.DataFrame) -> None:
    fit = fit_location_scale(schools, "y ~ x", random_scale=False)
    found = sample_posterior(fit, PRIORS, 300, 1)
    assert found.covariance[["effect_a", "effect_b"]].to_numpy().tolist() == [["intercept", "intercept"]]
    effects = found.school_effects()
    assert (effects["scale_effect"] == 0).all()
    assert not effects["separated_variance"].any()
    ranks = found.school_ranks()
    assert (ranks["variance_rank"] == 6.5).all()
    assert (ranks["variance_rank_upper"] == 12).all()


def test_an_improper_prior_is_refused(fit: LocationScaleFit) -> None:
    with pytest.raises(FitError, match="log_variance_spread"):
        sample_posterior(fit, Priors(log_variance_spread=-1.0), 10)


def test_weighted_quantiles_of_equal_weights_are_the_plain_ones() -> None:
    draws = np.random.default_rng(1).normal(size=(501, 2))
    found = weighted_quantiles(draws, np.full(501, 1 / 501), np.array([0.025, 0.5, 0.975]))
    assert found == pytest.approx(np.quantile(draws, [0.025, 0.5, 0.975], axis=0, method="hazen"), abs=1e-12)
    # A draw of twice the weight counts as two.
    doubled = weighted_quantiles(np.array([[1.0], [2.0]]), np.array([2 / 3, 1 / 3]), np.array([1 / 3]))
    assert doubled[0, 0] == pytest.approx(1.0)


@pytest.mark.slow
def test_chains_and_importance_sampling_agree(schools: pd.DataFrame) -> None:
    fit = fit_location_scale(schools[["school_id", "y", "x"]], "y ~ x")
    audited = audit_posterior(fit, PRIORS, chains=4, draws=1000, seed=3)
    sampled = sample_posterior(fit, PRIORS, 3000, 3)
    evidence = audited.evidence
    assert evidence.trustworthy, evidence.status
    assert evidence.method == "nuts"
    assert evidence.draws == 4000
    for one, other in (
        (sampled.coefficients, audited.coefficients),
        (sampled.covariance, audited.covariance),
    ):
        error = one["std_error"] * np.sqrt(1 / sampled.evidence.effective_size + 1 / evidence.effective_size)
        # The worst of seven parameters stays within 3.5 standard errors.
        assert ((one["estimate"] - other["estimate"]).abs() < 3.5 * error).all()
        # Standard deviations have half the relative error, and more in heavy tails.
        assert one["std_error"].to_numpy() == pytest.approx(other["std_error"].to_numpy(), rel=0.15)
    effects, checked = sampled.school_effects(), audited.school_effects()
    apart = (effects["mean_effect"] - checked["mean_effect"]).abs() / effects["mean_effect_std_error"]
    assert (apart < 4 * np.sqrt(1 / sampled.evidence.effective_size + 1 / 4000)).all()
    assert sampled.criteria.dic == pytest.approx(audited.criteria.dic, abs=1.5)
    assert sampled.criteria.loo == pytest.approx(audited.criteria.loo, abs=1.5)
    trace = trace_draws(audited)
    assert trace.groupby("parameter", sort=False)["value"].mean().to_numpy() == pytest.approx(
        [*audited.coefficients["estimate"], *audited.covariance["estimate"]], abs=1e-10
    )
    near = autocorrelate(trace, lags=5)
    first = trace.query("parameter == 'mean: x' and chain == 1")["value"].to_numpy()
    apart = first - first.mean()
    row = near.query("parameter == 'mean: x' and chain == 1 and lag == 1")
    assert row["correlation"].item() == pytest.approx((apart[1:] @ apart[:-1]) / (apart @ apart), abs=1e-10)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_chains(schools: pd.DataFrame) -> None:
    fit = fit_location_scale(schools, "y ~ x", random_scale=False)
    first, second = (audit_posterior(fit, PRIORS, chains=2, draws=50, seed=3) for _ in range(2))
    assert np.array_equal(first.points, second.points)
    assert not first.evidence.trustworthy
    assert "not mixed" in first.evidence.status
