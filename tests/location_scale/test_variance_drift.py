"""Change of the variance within schools: planted truth, parts, units, error by other routes."""

import numpy as np
import pandas as pd
import pytest

from valueadded.errors import DesignError
from valueadded.location_scale import fit_location_scale, measure_variance_drift
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
    row = measure_variance_drift(cohorts, 2017, "y ~ x", "~ x").iloc[0]
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
    again = measure_variance_drift(other, 2017, "y ~ x", "~ x").iloc[0]
    for name in ("log_variance_ratio", "std_error", "intake_part", "like_part_std_error"):
        # Searches end within 5e-4 standard errors.
        assert again[name] == pytest.approx(row[name], abs=2e-4)


def test_a_cohort_against_itself_has_not_changed() -> None:
    frame = two_years(3)[2017]
    row = measure_variance_drift({2017: frame, 2018: frame}, 2017, "y ~ x", "~ x").iloc[0]
    # Searches end within 5e-4 standard errors; the schools' pulls cancel, as they must.
    assert row["log_variance_ratio"] == pytest.approx(0, abs=1e-4)
    assert row["std_error"] == pytest.approx(0, abs=1e-3)
    apart = {2017: frame, 2018: frame.assign(school_id="b" + frame["school_id"])}
    other = measure_variance_drift(apart, 2017, "y ~ x", "~ x").iloc[0]
    # Schools of their own: two errors add up.
    alpha = fit_location_scale(frame.assign(x=frame["x"] - frame["x"].mean()), "y ~ x", "~ x").coefficients
    assert other["std_error"] == pytest.approx(np.sqrt(2) * alpha["std_error"].iloc[2], rel=0.25)


def test_the_mean_and_the_slopes_of_a_focal_year() -> None:
    """A shift of all focal scores changes nothing; a focal slope of the log variance is not believed."""
    cohorts = two_years(4)
    row = measure_variance_drift(cohorts, 2017, "y ~ x", "~ x").iloc[0]
    moved = {**cohorts, 2021: cohorts[2021].assign(y=cohorts[2021]["y"] - 3)}
    again = measure_variance_drift(moved, 2017, "y ~ x", "~ x").iloc[0]
    assert again["log_variance_ratio"] == pytest.approx(row["log_variance_ratio"], abs=1e-4)
    assert abs(row["like_part"] - LIKE) < 4 * row["like_part_std_error"]


def test_refusals() -> None:
    cohorts = two_years(5)
    with pytest.raises(DesignError, match="benchmark year 2016: no cohort"):
        measure_variance_drift(cohorts, 2016, "y ~ x")
    kinds = {year: frame.assign(kind="a") for year, frame in cohorts.items()}
    kinds[2017].loc[kinds[2017]["x"] > 0, "kind"] = "b"
    kinds[2021].loc[kinds[2021]["x"] > 0, "kind"] = "c"
    with pytest.raises(DesignError, match="year 2021: terms of the log variance"):
        measure_variance_drift(kinds, 2017, "y ~ x", "~ kind")


@pytest.mark.recovery
@pytest.mark.slow
def test_intervals_hold_the_planted_change() -> None:
    held = []
    for seed in range(200):
        row = measure_variance_drift(two_years(100 + seed), 2017, "y ~ x", "~ x").iloc[0]
        held.append(
            [
                row["like_part_lower"] < LIKE < row["like_part_upper"],
                row["lower"] < LIKE + SLOPE * SHIFT < row["upper"],
            ]
        )
    # 200 intervals of 95 per cent: three standard errors of a share.
    assert np.mean(held, axis=0) == pytest.approx([0.95, 0.95], abs=0.046)
