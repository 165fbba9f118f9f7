"""The log-linear model of the intercept variance: gradient, nesting, units, recovery, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from location_scale.invented_schools import make_schools

from valueadded.errors import DesignError, FitError
from valueadded.location_scale import Priors, fit_location_scale, sample_posterior
from valueadded.location_scale.criterion import choose_rules, evaluate
from valueadded.location_scale.design import LocationScaleDesign, arrange_design
from valueadded.location_scale.information import pack, unpack
from valueadded.location_scale.integrand import Parameters, best_of_grid, find_modes, prepare
from valueadded.location_scale.sums import weighted_sums
from valueadded.mixed import fit_random_intercept


def point(slope: str | None, scale: str) -> tuple[LocationScaleDesign, Parameters]:
    students = make_schools(1, [1, 2, 3, 7, 12, 30])
    students["size"] = students.groupby("school_id")["y"].transform("size")
    design = arrange_design(students, "y ~ x + girl", scale, "school_id", slope, "~ selective + size")
    q = len(design.random)
    factor = np.array([[-0.2, 0.4, 0.1], [0.1, 0.15, 0.3]])[:q, : q + 1]
    alpha = np.array([-0.7, 0.2, -0.1])[: len(design.scale_terms)]
    return design, Parameters(np.array([0.1, 0.5, -0.2]), alpha, factor, 0.5, np.array([0.4, -0.6]))


def rules_at(design: LocationScaleDesign, at: Parameters) -> tuple[np.ndarray, np.ndarray]:
    it = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    modes, widths = find_modes(it, best_of_grid(it))
    return choose_rules(it, modes, widths), modes


@pytest.mark.parametrize("scale", ["~ 1", "~ x + girl"])
@pytest.mark.parametrize("slope", [None, "x"])
def test_gradient_of_every_parameter(slope: str | None, scale: str) -> None:
    design, at = point(slope, scale)
    rules, modes = rules_at(design, at)
    theta = pack(at)
    gradient = pack(evaluate(design.data, at, rules, modes).gradient)
    assert len(gradient) == 3 + len(at.alpha) + 2 + at.factor.size + 1
    for k in range(len(theta)):
        step = np.zeros(len(theta))
        step[k] = 1e-5
        up, down = (
            evaluate(design.data, unpack(theta + sign * step, at), rules, modes).deviance for sign in (1, -1)
        )
        # Central differences: error step^2 and 1e-12 / step, of a deviance near 100.
        assert gradient[k] == pytest.approx((up - down) / 2e-5, abs=1e-6 * max(1, abs(gradient[k])))


@pytest.mark.parametrize("slope", [None, "x"])
def test_each_school_has_the_likelihood_of_its_own_factor(slope: str | None) -> None:
    """What exp(gamma'w) says of a school, said by a factor of its own in the plain model."""
    design, at = point(slope, "~ x + girl")
    rules, modes = rules_at(design, at)
    it = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    growth = np.exp(design.data.intercept_terms @ at.gamma / 2)
    none = replace(design.data, intercept_terms=np.zeros((len(growth), 0)))
    for j, factor in enumerate(growth):
        own = at.factor.copy()
        own[0] *= factor
        plain = prepare(weighted_sums(none, at.beta, at.alpha), Parameters(at.beta, at.alpha, own, at.scale))
        # The same products in the same order.
        assert plain.squares[:, j] == pytest.approx(it.squares[:, j], rel=1e-12, abs=1e-12)
        assert plain.precision[:, j] == pytest.approx(it.precision[:, j], rel=1e-10, abs=1e-12)
        assert np.abs(plain.pull[:, j]) == pytest.approx(np.abs(it.pull[:, j]), rel=1e-9, abs=1e-9)
    # gamma = 0 is the plain model, to rounding.
    zero = replace(at, gamma=np.zeros(2))
    plain_at = Parameters(at.beta, at.alpha, at.factor, at.scale)
    rules, modes = rules_at(design, zero)
    assert evaluate(design.data, zero, rules, modes).deviance == pytest.approx(
        evaluate(none, plain_at, rules, modes).deviance, abs=1e-8
    )


def two_kinds(seed: int, n_schools: int = 60, log_ratio: float = 1.5) -> pd.DataFrame:
    """Return students; log intercept variance -2.5 in schools of kind a, `log_ratio` more in kind b."""
    students = make_schools(seed, [20] * n_schools, np.diag([1e-9, 1e-9, 0.04]))
    stream = np.random.default_rng([seed, 1])
    school = students["school_id"].astype(int).to_numpy()
    kind = (school % 2 == 1).astype(float)
    effects = stream.normal(size=n_schools)[school] * np.exp((-2.5 + log_ratio * kind) / 2)
    return students.assign(y=students["y"] + effects, kind=kind)


def test_two_groups_that_share_nothing_are_two_fits() -> None:
    students = two_kinds(3)
    both = fit_location_scale(
        students, "y ~ x * kind", "~ kind", random_scale=False, intercept_variance="~ kind"
    )
    apart = [fit_random_intercept(students[students["kind"] == k], "y ~ x") for k in (0, 1)]
    # The search ends where the gradient is below 5e-4 standard errors.
    assert both.log_likelihood == pytest.approx(sum(fit.log_likelihood for fit in apart), abs=1e-6)
    gamma = both.coefficients.query("function == 'intercept_variance'").set_index("term")["estimate"]
    logs = np.log([fit.school_variance for fit in apart])
    assert gamma.to_numpy() == pytest.approx([logs[0], logs[1] - logs[0]], abs=1e-3)
    expected = pd.concat([fit.school_effects() for fit in apart]).sort_values("school_id")
    found = both.school_effects()
    assert found["mean_effect"].to_numpy() == pytest.approx(expected["effect"].to_numpy(), abs=1e-4)
    # Errors: the curvature of two groups that share nothing is that of each alone.
    one = fit_location_scale(
        students.assign(kind=1 - students["kind"]), "y ~ x * kind", "~ kind", random_scale=False,
        intercept_variance="~ kind",
    ).coefficients.query("function == 'intercept_variance'")  # fmt: skip
    error = both.coefficients.query("function == 'intercept_variance'")["std_error"].to_numpy()
    # var(log b - log a) = var(log a) + var(log b); Hessians by differences agree to 1e-4.
    assert error[1] ** 2 == pytest.approx(error[0] ** 2 + one["std_error"].iloc[0] ** 2, rel=1e-3)


def test_units_nesting_and_the_table() -> None:
    students = two_kinds(4)
    plain = fit_location_scale(students, "y ~ x")
    fit = fit_location_scale(students, "y ~ x", intercept_variance="~ kind")
    other = fit_location_scale(
        students.assign(y=500 - 40 * students["y"]), "y ~ x", intercept_variance="~ kind"
    )
    assert fit.log_likelihood > plain.log_likelihood
    assert fit.n_parameters == plain.n_parameters + 1
    assert set(plain.coefficients["function"]) == {"mean", "log_variance"}
    gamma, turned = (
        each.coefficients.query("function == 'intercept_variance'")["estimate"].to_numpy()
        for each in (fit, other)
    )
    # A search that ends within 5e-4 standard errors.
    assert turned == pytest.approx(gamma + np.array([2 * np.log(40), 0]), abs=1e-3)
    assert other.school_effects()["mean_effect"].to_numpy() == pytest.approx(
        -40 * fit.school_effects()["mean_effect"].to_numpy(), abs=40e-3
    )
    # The correlation of mean and log variance is the same in both kinds: only the intercept is scaled.
    assert other.covariance.loc["intercept", "log_variance"] == pytest.approx(
        -40 * fit.covariance.loc["intercept", "log_variance"], abs=40e-3
    )


@pytest.mark.recovery
def test_the_planted_coefficient_is_found() -> None:
    tables = [
        fit_location_scale(two_kinds(20 + seed), "y ~ x + girl", intercept_variance="~ kind").coefficients
        for seed in range(12)
    ]
    found = np.array([table.iloc[-1][["estimate", "lower", "upper"]].tolist() for table in tables])
    # Four standard errors of a mean of 12, each with an error near .45; 9 of 12 is below 95% by 2 in 1,000.
    assert found[:, 0].mean() == pytest.approx(1.5, abs=0.5)
    assert np.sum((found[:, 1] < 1.5) & (found[:, 2] > 1.5)) >= 9


def test_refusals() -> None:
    students = two_kinds(5)
    with pytest.raises(DesignError, match=r"intercept_variance: term girl varies within school 0\d\d"):
        fit_location_scale(students, "y ~ x", intercept_variance="~ girl")
    with pytest.raises(DesignError, match="intercept_variance 'kind': found an outcome or no '~'"):
        fit_location_scale(students, "y ~ x", intercept_variance="kind")
    with pytest.raises(DesignError, match="intercept_variance: column twice"):
        fit_location_scale(
            students.assign(twice=2 * students["kind"]), "y ~ x", intercept_variance="~ kind + twice"
        )
    fit = fit_location_scale(students, "y ~ x", intercept_variance="~ kind")
    with pytest.raises(DesignError, match="expected '~ 1', the only one of which a posterior is drawn"):
        sample_posterior(fit, Priors())
    # Schools of kind a all have the same mean: their variance has no logarithm.
    mean = students.groupby("school_id")["y"].transform("mean")
    same = students.assign(y=students["y"] - mean.where(students["kind"] == 0, 0.0))
    with pytest.raises(FitError, match="over the range of kind"):
        fit_location_scale(same, "y ~ 1", random_scale=False, intercept_variance="~ kind")
