"""The plan of a study: against simulated posteriors, monotone, the anchor of the source, refusals."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valueadded.cli import main
from valueadded.errors import DesignError
from valueadded.location_scale import LocationScaleFit, plan_location_scale, students_needed
from valueadded.location_scale.criterion import choose_rules
from valueadded.location_scale.design import arrange_design
from valueadded.location_scale.fit import Estimates
from valueadded.location_scale.integrand import Parameters, best_of_grid, find_modes, prepare
from valueadded.location_scale.sums import weighted_sums
from valueadded.numerics.search import SearchRecord


def shares_by_posterior(n: int, scale_sd: float, tau2: float, seed: int) -> np.ndarray:
    """Return shares separated on mean and variance among 2,000 schools, the parameters known."""
    stream, n_schools = np.random.default_rng(seed), 2000
    u, v = stream.normal(0, np.sqrt(tau2), n_schools), stream.normal(0, scale_sd, n_schools)
    school = np.repeat(np.arange(n_schools), n)
    y = u[school] + np.exp(v[school] / 2) * stream.normal(size=len(school))
    frame = pd.DataFrame({"school_id": school.astype(str), "y": y})
    design = arrange_design(frame, "y ~ 1", "~ 1", "school_id", None)
    spread = design.outcome_spread
    at = Parameters(
        beta=np.array([-design.outcome_centre / spread]),
        alpha=np.array([-2 * np.log(spread)]),
        factor=np.array([[0.0, np.sqrt(tau2) / spread]]),
        scale=scale_sd,
    )
    it = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    modes, widths = find_modes(it, best_of_grid(it))
    record = SearchRecord((), np.zeros((0, 0)), np.zeros(0), "known", True, False)
    known = Estimates(at, choose_rules(it, modes, widths), modes, 0.0, np.eye(1), np.eye(2), record)
    table = LocationScaleFit(design, known, True).school_effects()
    return table[["separated_mean", "separated_variance"]].mean().to_numpy()


@pytest.mark.parametrize(("n", "scale_sd"), [(30, 0.4), (150, 0.2), (150, 0.4)])
def test_shares_are_those_of_the_posterior(n: int, scale_sd: float) -> None:
    found = shares_by_posterior(n, scale_sd, 0.15, seed=n)
    plan = plan_location_scale([n], scale_sd, 0.15, 1.0).iloc[0]
    expected = plan[["share_separated_mean", "share_separated_variance"]].to_numpy(float)
    # Four standard errors of a share of 2,000, .04, and the approximation's own error of order 1 / n.
    assert found == pytest.approx(expected, abs=0.045)


def test_more_students_and_more_spread_separate_more() -> None:
    sizes = [10, 30, 100, 300, 1000]
    plan = plan_location_scale(sizes, 0.3, 0.15, 0.85, n_schools=50)
    for name in ("share_separated_mean", "share_separated_variance", "reliability_variance"):
        assert plan[name].is_monotonic_increasing
    assert plan["schools_needed"].is_monotonic_decreasing
    assert plan["schools_separated_mean"].to_numpy() == pytest.approx(
        50 * plan["share_separated_mean"].to_numpy()
    )
    by_spread = [
        plan_location_scale([100], s, 0.15, 0.85)["share_separated_variance"][0] for s in (0.1, 0.2, 0.4)
    ]
    assert by_spread == sorted(by_spread)
    # A mean needs fewer students than a variance.
    assert (plan["share_separated_mean"] > plan["share_separated_variance"]).all()


def test_shares_of_the_source() -> None:
    """465 schools of 153 students: 69 per cent on means, 25 on variances (M11) with s = .19, tau2 = .136."""
    plan = plan_location_scale([153], 0.19, 0.136, 0.864, n_schools=465).iloc[0]
    assert plan["share_separated_mean"] == pytest.approx(0.69, abs=0.02)
    assert plan["share_separated_variance"] == pytest.approx(0.25, abs=0.02)


def test_the_least_size() -> None:
    n = students_needed(0.25, 0.19)
    shares = plan_location_scale([n - 1, n], 0.19, 0.136, 0.864)["share_separated_variance"]
    assert shares[0] < 0.25 <= shares[1]


def test_schools_needed_have_the_power_they_promise() -> None:
    """A scale variance is estimated about as the variance of as many normal numbers."""
    plan = plan_location_scale([100], 0.2, 0.15, 1.0).iloc[0]
    n_schools, total = int(plan["schools_needed"]), 0.04 + 2 / 99
    stream = np.random.default_rng(8)
    estimates = stream.normal(0, np.sqrt(total), (4000, n_schools)).var(axis=1, ddof=1) - 2 / 99
    found = np.mean(estimates > 1.96 * np.sqrt(2 / n_schools) * total)
    # A variance's skewed distribution, taken as normal.
    assert found == pytest.approx(0.8, abs=0.06)


def test_refusals() -> None:
    for sizes, spread, match in (([1], 0.2, "at least 2"), ([], 0.2, "at least 2"), ([10], 0.0, "above 0")):
        with pytest.raises(DesignError, match=match):
            plan_location_scale(sizes, spread, 0.15, 0.85)
    with pytest.raises(DesignError, match="between 0 and 1"):
        plan_location_scale([10], 0.2, 0.15, 0.85, confidence=95)
    with pytest.raises(DesignError, match="no school is large enough"):
        students_needed(1.5, 0.2)


def test_the_page_holds_what_its_commands_print(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "docs" / "location-scale-power.md"
    text = page.read_text(encoding="utf-8")
    commands = re.findall(r"^valueadded (plan .+)$", text, flags=re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        assert main(shlex.split(command)) == 0
        assert capsys.readouterr().out in text
    assert (
        main(
            ["plan", "--students", "1", *shlex.split("--scale-sd 1 --school-variance 1 --student-variance 1")]
        )
        == 1
    )
    assert "expected at least 2" in capsys.readouterr().err
