"""Two cohorts jointly: integrals by brute force, nested models, invariances, planted truth."""

import numpy as np
import pandas as pd
import pytest
from location_scale.invented_cohorts import CORRELATION, SPREAD, make_cohorts

from valueadded.errors import DesignError
from valueadded.location_scale import fit_location_scale
from valueadded.location_scale.fit import effect_covariance as alone_covariance
from valueadded.location_scale.ladder_plan import LadderPlan
from valueadded.location_scale.two_cohorts import correlate_years, fit_two_cohorts
from valueadded.location_scale.two_cohorts.correlations import PAIRS
from valueadded.location_scale.two_cohorts.criterion import Parameters, choose_rules, evaluate
from valueadded.location_scale.two_cohorts.design import arrange_two_cohorts
from valueadded.location_scale.two_cohorts.fit import school_sums
from valueadded.location_scale.two_cohorts.information import effect_covariance, pack, unpack
from valueadded.location_scale.two_cohorts.integrand import Loadings, best_of_grid, find_modes
from valueadded.mixed import fit_multi_cohort


def make_point(design):
    """Return parameters that owe nothing to the data, every covariance other than 0, and rules there."""
    m = len(design.cohorts[0].scale_terms)
    loadings = Loadings(
        np.array([[-0.1, 0.05], [0.02, -0.15]]),
        np.array([[0.4, -0.1], [0.2, 0.3]]),
        np.array([[0.3, 0.1], [0.2, 0.4]]),
    )
    beta = (np.array([0.1, 0.5]), np.array([-0.1, 0.6]))
    alpha = (np.array([-0.5, 0.1])[:m], np.array([-0.3, -0.05])[:m])
    at = Parameters(beta, alpha, loadings)
    sums = school_sums(design, at)
    modes, roots = find_modes(sums, loadings, best_of_grid(sums, loadings))
    return at, choose_rules(sums, loadings, modes, roots), modes


def brute_force(design, at):
    """Return the deviance by a dense grid over v_1 and v_2, students jointly normal given them."""
    covariance = effect_covariance(at)
    line = np.linspace(-9, 9, 181)
    zeta = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    root = np.linalg.cholesky(covariance[2:, 2:])
    v = zeta @ root.T
    back = covariance[:2, 2:] @ np.linalg.inv(covariance[2:, 2:])
    left = covariance[:2, :2] - back @ covariance[2:, :2]
    log_prior = -0.5 * (zeta**2).sum(axis=1) - np.log(2 * np.pi) + 2 * np.log(line[1] - line[0])
    total = 0.0
    for school in range(len(design.school_id)):
        residual, log_variance, cohort = [], [], []
        for t in range(2):
            found = np.flatnonzero(design.places[t] == school)
            if len(found):
                data = design.cohorts[t].data
                rows = slice(data.starts[found[0]], data.starts[found[0]] + int(data.n[found[0]]))
                residual.append(data.y[rows] - at.beta[t] @ data.x[:, rows])
                log_variance.append(at.alpha[t] @ data.z[:, rows])
                cohort += [t] * (rows.stop - rows.start)
        e, own = np.concatenate(residual), np.concatenate(log_variance)
        apart = e - (v @ back.T)[:, cohort]
        together = left[np.ix_(cohort, cohort)] + np.exp(own + v[:, cohort])[:, :, None] * np.eye(len(e))
        solved = np.linalg.solve(together, apart[..., None])[..., 0]
        log_density = -0.5 * (
            len(e) * np.log(2 * np.pi) + np.linalg.slogdet(together)[1] + (apart * solved).sum(axis=1)
        )
        terms = log_density + log_prior
        total += terms.max() + np.log(np.exp(terms - terms.max()).sum())
    return -2 * total


def test_deviance_is_the_integral_over_all_four_effects():
    frame = make_cohorts(3, 5, 4, 1)
    design = arrange_two_cohorts(frame, "y ~ x", "~ x", "school_id", "year")
    at, rules, modes = make_point(design)
    # Nodes that a doubling does not move, against a grid that is exact to rounding.
    assert evaluate(design, at, rules, modes).deviance == pytest.approx(brute_force(design, at), abs=1e-6)
    finest = np.full_like(rules, 4)
    exact = evaluate(design, at, finest, modes).deviance
    assert exact == pytest.approx(brute_force(design, at), abs=1e-8)


@pytest.mark.parametrize("scale", ["~ 1", "~ x"])
def test_gradient_of_every_parameter(scale):
    design = arrange_two_cohorts(make_cohorts(4, 8, 6, 1), "y ~ x", scale, "school_id", "year")
    at, rules, modes = make_point(design)
    # 25 nodes in each direction: those that suffice for the deviance leave the slopes some 1e-6 apart.
    rules = np.maximum(rules, 3)
    theta = pack(at)
    analytic = pack(evaluate(design, at, rules, modes).gradient)
    step = 1e-5
    for position, slope in enumerate(analytic):
        move = step * np.eye(len(theta))[position]
        ends = [evaluate(design, unpack(theta + sign * move, at), rules, modes).deviance for sign in (1, -1)]
        # Rounding of the deviance / step.
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_without_covariances_over_years_it_is_each_cohort_alone():
    frame = make_cohorts(5, 20, 15, 2)
    alone = [fit_location_scale(frame[frame["year"] == year], "y ~ x", "~ x") for year in (2017, 2019)]
    design = arrange_two_cohorts(frame, "y ~ x", "~ x", "school_id", "year")
    found = [fit.estimates.at for fit in alone]
    loadings = Loadings(
        np.diag([at.factor[0, 0] for at in found]),
        np.diag([at.factor[0, 1] for at in found]),
        np.diag([at.scale for at in found]),
    )
    at = Parameters((found[0].beta, found[1].beta), (found[0].alpha, found[1].alpha), loadings)
    assert effect_covariance(at)[0, 2] == pytest.approx(alone_covariance(found[0])[0, 1])
    modes = best_of_grid(school_sums(design, at), loadings)
    deviance = evaluate(design, at, np.full(len(modes), 3), modes).deviance
    deviance += sum(2 * c.moments.n_students * np.log(c.outcome_spread) for c in design.cohorts)
    # 25 nodes in each direction; the rules of the cohorts alone leave 1e-9 a school.
    assert -deviance / 2 == pytest.approx(sum(fit.log_likelihood for fit in alone), abs=1e-8)


def test_without_scale_variance_it_is_the_joint_model_of_cohorts():
    frame = make_cohorts(1, 60, 20, 5)
    plain = fit_two_cohorts(frame, "y ~ x", random_scale=False)
    joint = fit_multi_cohort(frame, "y ~ x", method="ML")
    assert plain.log_likelihood == pytest.approx(joint.log_likelihood, abs=1e-6)
    # A search that ends when the gradient is 1e-5 standard errors.
    assert plain.covariance.to_numpy() == pytest.approx(joint.school_covariance.to_numpy(), abs=1e-6)
    ours = plain.school_effects().set_index("school_id")["mean_effect_2019"]
    theirs = joint.school_effects().query("year == 2019").set_index("school_id")["effect"]
    assert ours[theirs.index].to_numpy() == pytest.approx(theirs.to_numpy(), abs=1e-6)


@pytest.fixture(scope="module")
def frame():
    return make_cohorts(7, 80, 25, 5)


@pytest.fixture(scope="module")
def fit(frame):
    return fit_two_cohorts(frame, "y ~ x")


def test_names_order_and_units_of_the_outcome(frame, fit):
    moved = frame.sample(frac=1, random_state=1).assign(y=lambda f: 500 - 40 * f["y"])
    moved["school_id"] = "s" + moved["school_id"]
    other = fit_two_cohorts(moved, "y ~ x")
    shift = len(frame) * np.log(40)
    assert other.log_likelihood + shift == pytest.approx(fit.log_likelihood, abs=1e-5)
    flip = np.array([-40, -40, 1, 1])
    expected = fit.covariance.to_numpy() * np.outer(flip, flip)
    # Two searches, each within about 1e-4 standard errors of the maximum.
    assert other.covariance.to_numpy() == pytest.approx(expected, rel=1e-3, abs=1e-4)
    effects = other.school_effects()["mean_change"].to_numpy()
    assert effects == pytest.approx(
        -40 * fit.school_effects()["mean_change"].to_numpy(), abs=1e-2, nan_ok=True
    )


def test_change_holds_the_posterior_covariance_of_both_years(fit):
    table = fit.school_effects().set_index("school_id")
    assert table.loc["0000", "n_students_2017"] == 0
    assert table.loc[["0000", "0009"], "mean_change"].isna().all()
    stayed = table.dropna()
    for kind in ("mean", "scale"):
        first, second = (stayed[f"{kind}_effect_{year}"] for year in (2017, 2019))
        assert (stayed[f"{kind}_change"] - (second - first)).abs().max() < 1e-10
        squares = sum(stayed[f"{kind}_effect_{year}_std_error"] ** 2 for year in (2017, 2019))
        # Years hang together, so a change is known better than independent errors would say.
        assert (stayed[f"{kind}_change_std_error"] ** 2 < squares).mean() > 0.9


def test_refusals(frame):
    with pytest.raises(DesignError, match="expected exactly two"):
        fit_two_cohorts(frame[frame["year"] == 2017], "y ~ x")
    apart = frame.assign(school_id=frame["school_id"] + frame["year"].astype(str))
    with pytest.raises(DesignError, match="no school in both"):
        fit_two_cohorts(apart, "y ~ x")
    with pytest.raises(DesignError, match="column term"):
        fit_two_cohorts(frame, "y ~ x", cohort="term")


def test_table_of_domains(frame, fit):
    students = frame.rename(columns={"y": "score"})
    cohorts = {("reading", year): part.drop(columns="year") for year, part in students.groupby("year")}
    plan = LadderPlan("x", [1, 2, 3], standardise=False)
    table = correlate_years(cohorts, plan, [(2017, 2019), (2017, 2021)])
    assert list(table["what"]) == [what for what, _, _ in PAIRS]
    assert (table["n_schools"] == 70).all() and (table["domain"] == "reading").all()
    assert table["correlation"].to_numpy() == pytest.approx(fit.correlations()["correlation"].to_numpy())


@pytest.mark.slow
def test_planted_truth_is_found():
    fit = fit_two_cohorts(make_cohorts(1, 465, 150, 10), "y ~ x", "~ x")
    assert fit.record.converged and not fit.record.boundary
    found = fit.correlations()
    truth = [CORRELATION[a, b] for a, b in ((0, 1), (2, 3), (0, 2), (1, 3), (0, 3), (1, 2))]
    # Six estimates within three and a half of their errors.
    assert (np.abs(found["correlation"] - truth) < 3.5 * found["std_error"]).all()
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(SPREAD, rel=0.12)
    truths = pd.Series([1.0, 0.6, -0.6, 0.1, 2.0, 0.6, -0.6, 0.1])
    coefficients = fit.coefficients
    assert ((coefficients["estimate"] - truths).abs() < 3.5 * coefficients["std_error"]).all()


def test_a_pair_that_is_not_determined_says_so(frame):
    students = frame.rename(columns={"y": "score"})
    constant = students["school_id"] == "0020"
    students.loc[constant, ["score", "x"]] = 1.0
    cohorts = {("reading", year): part.drop(columns="year") for year, part in students.groupby("year")}
    table = correlate_years(cohorts, LadderPlan("x", [2], standardise=False), [(2017, 2019)])
    assert table["correlation"].isna().all() and not table["converged"].any()
    assert table["status"].str.contains("without end").all()
