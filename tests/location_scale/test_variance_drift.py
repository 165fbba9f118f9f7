"""Change of the variance within schools: planted truth, parts, units, error by other routes."""

import numpy as np
import pandas as pd
import pytest

from valueadded.errors import DesignError
from valueadded.location_scale import (
    LadderPlan,
    fit_location_scale,
    measure_variance_drift,
    measure_variance_drifts,
)
from valueadded.location_scale.criterion import evaluate, school_scores
from valueadded.location_scale.design import arrange_design
from valueadded.location_scale.fit import estimate
from valueadded.location_scale.information import pack

LIKE, SHIFT, SLOPE = 0.2, 0.5, -0.15


def two_years(seed: int, n_schools: int = 40, n: int = 25) -> dict[int, pd.DataFrame]:
    """Return two cohorts of the same schools: like students' log variance rises by .2, x by .5."""
    stream = np.random.default_rng([seed, 17])
    u, v = stream.multivariate_normal([0, 0], [[0.1, -0.02], [-0.02, 0.09]], n_schools).T
    cohorts = {}
    for year, like, shift in ((2017, 0.0, 0.0), (2021, LIKE, SHIFT)):
        school = np.repeat(np.arange(n_schools), n)
        x = stream.normal(shift, size=len(school))
        # Four fifths of a school's effects last.
        own_u = 0.8 * u + 0.6 * stream.normal(0, np.sqrt(0.1), n_schools)
        own_v = 0.8 * v + 0.6 * stream.normal(0, 0.3, n_schools)
        log_variance = -0.6 + like + SLOPE * x + own_v[school]
        y = (0.1 - like) + 0.6 * x + own_u[school] + np.exp(log_variance / 2) * stream.normal(size=len(x))
        cohorts[year] = pd.DataFrame({"school_id": [f"{k:03d}" for k in school], "y": y, "x": x})
    return cohorts


def measured(cohorts: dict[int, pd.DataFrame], location: str, scale: str) -> pd.DataFrame:
    """Return the change since the first cohort."""
    focal = dict(cohorts)
    benchmark = focal.pop(2017)
    return measure_variance_drift(focal, benchmark, location, scale)


def test_scores_of_schools_add_up_to_the_gradient() -> None:
    frame = two_years(1)[2017].assign(kind=lambda f: (f["school_id"] > "020").astype(float))
    for scale in ("~ 1", "~ x"):
        design = arrange_design(frame, "y ~ x", scale, "school_id", "x", "~ kind")
        found = estimate(design, True)
        scores = school_scores(design.data, found.at, found.rules, found.modes)
        gradient = pack(evaluate(design.data, found.at, found.rules, found.modes).gradient)
        assert scores.shape == (40, len(gradient))
        # The same sums in another order.
        assert -2 * scores.sum(axis=0) == pytest.approx(gradient, abs=1e-8)


def test_parts_units_and_names() -> None:
    cohorts = two_years(2)
    row = measured(cohorts, "y ~ x", "~ x").iloc[0]
    assert row["log_variance_ratio"] == pytest.approx(row["intake_part"] + row["like_part"], abs=1e-12)
    assert row["sd_ratio"] == pytest.approx(np.exp(row["log_variance_ratio"] / 2), abs=1e-12)
    alpha = fit_location_scale(cohorts[2017], "y ~ x", "~ x").coefficients.iloc[3]
    change = cohorts[2021]["x"].mean() - cohorts[2017]["x"].mean()
    assert row["intake_part"] == pytest.approx(alpha["estimate"] * change, abs=1e-8)
    # The slope's error by another route, not clustered: 1,000 students, so within a third.
    assert row["intake_part_std_error"] == pytest.approx(alpha["std_error"] * change, rel=0.35)
    other = {
        year: frame.assign(y=10 + 3 * frame["y"], x=5 - 2 * frame["x"]) for year, frame in cohorts.items()
    }
    again = measured(other, "y ~ x", "~ x").iloc[0]
    for name in ("log_variance_ratio", "std_error", "intake_part", "like_part_std_error"):
        # Searches end within 5e-4 standard errors.
        assert again[name] == pytest.approx(row[name], abs=2e-4)


def test_a_cohort_against_itself_has_not_changed() -> None:
    frame = two_years(3)[2017]
    row = measured({2017: frame, 2018: frame}, "y ~ x", "~ x").iloc[0]
    # Searches end within 5e-4 standard errors; the schools' pulls cancel, as they must.
    assert row["log_variance_ratio"] == pytest.approx(0, abs=1e-4)
    assert row["std_error"] == pytest.approx(0, abs=1e-3)
    apart = {2017: frame, 2018: frame.assign(school_id="b" + frame["school_id"])}
    other = measured(apart, "y ~ x", "~ x").iloc[0]
    # Schools of their own: two errors add up.
    alpha = fit_location_scale(frame.assign(x=frame["x"] - frame["x"].mean()), "y ~ x", "~ x").coefficients
    assert other["std_error"] == pytest.approx(np.sqrt(2) * alpha["std_error"].iloc[2], rel=0.25)


def test_the_mean_and_the_slopes_of_a_focal_year() -> None:
    """A shift of all focal scores changes nothing; a focal slope of the log variance is not believed."""
    cohorts = two_years(4)
    row = measured(cohorts, "y ~ x", "~ x").iloc[0]
    moved = {**cohorts, 2021: cohorts[2021].assign(y=cohorts[2021]["y"] - 3)}
    again = measured(moved, "y ~ x", "~ x").iloc[0]
    assert again["log_variance_ratio"] == pytest.approx(row["log_variance_ratio"], abs=1e-4)
    assert abs(row["like_part"] - LIKE) < 4 * row["like_part_std_error"]


def test_refusals() -> None:
    cohorts = two_years(5)
    kinds = {year: frame.assign(kind="a") for year, frame in cohorts.items()}
    kinds[2017].loc[kinds[2017]["x"] > 0, "kind"] = "b"
    kinds[2021].loc[kinds[2021]["x"] > 0, "kind"] = "c"
    with pytest.raises(DesignError, match="year 2021: terms of the log variance"):
        measured(kinds, "y ~ x", "~ kind")


def test_a_cohort_that_determines_nothing_has_a_row_that_says_so() -> None:
    cohorts = two_years(6)
    equal = cohorts[2021].assign(y=cohorts[2021]["y"].where(cohorts[2021]["school_id"] != "003", 0.5))
    equal.loc[equal["school_id"] == "003", "x"] = 0.0
    row = measured({**cohorts, 2021: equal}, "y ~ x", "~ x").iloc[0]
    assert not row["converged"]
    assert row["status"].startswith("not fitted: ") and "003" in row["status"]
    assert np.isnan(row["log_variance_ratio"])
    row = measured({2017: equal, 2021: cohorts[2021]}, "y ~ x", "~ x").iloc[0]
    assert row["status"].startswith("benchmark not fitted: ")


def test_every_domain_in_units_of_its_own() -> None:
    """Scores are not standardised within a cohort: that would hide the change."""
    frames = {year: f.rename(columns={"y": "score", "x": "prior_score"}) for year, f in two_years(7).items()}
    plan = LadderPlan("prior_score", [1, 2], standardise=True)
    cohorts = {("reading", year): frame for year, frame in frames.items()}
    cohorts |= {("writing", year): f.assign(score=100 + 20 * f["score"]) for year, f in frames.items()}
    table = measure_variance_drifts(cohorts, [2017], plan)
    assert table[["domain", "year"]].to_numpy().tolist() == [["reading", 2021], ["writing", 2021]]
    assert table["log_variance_ratio"].iloc[0] == pytest.approx(table["log_variance_ratio"].iloc[1], abs=1e-4)
    direct = measured(two_years(7), "y ~ x", "~ x").iloc[0]
    assert table["like_part"].iloc[0] == pytest.approx(direct["like_part"], abs=1e-6)
    # No focal year: a table without rows, in its types.
    none = measure_variance_drifts({("reading", 2017): frames[2017]}, [2017], plan)
    assert none.empty and none["log_variance_ratio"].dtype == "float64"


@pytest.mark.recovery
@pytest.mark.slow
def test_intervals_hold_the_planted_change() -> None:
    held = []
    for seed in range(200):
        row = measured(two_years(100 + seed), "y ~ x", "~ x").iloc[0]
        held.append(
            [
                row["like_part_lower"] < LIKE < row["like_part_upper"],
                row["lower"] < LIKE + SLOPE * SHIFT < row["upper"],
            ]
        )
    # 200 intervals of 95 per cent: three standard errors of a share.
    assert np.mean(held, axis=0) == pytest.approx([0.95, 0.95], abs=0.046)
