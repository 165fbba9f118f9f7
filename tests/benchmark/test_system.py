"""A shock to the prior alone is flagged, and measurement error is taken out of slope and drift."""

import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort

from valueadded.benchmark import fit_offset, fit_reference, measure_drift, measure_system
from valueadded.benchmark.link_error import Scales
from valueadded.benchmark.measurement_error import correct_line
from valueadded.benchmark.system import SystemDrift
from valueadded.contracts.benchmark import MEASUREMENT_ERROR, PRIOR_DRIFT
from valueadded.mixed import summarise_schools
from valueadded.table_io import check_table

EFFECTS = np.random.default_rng(5).normal(0, 12, 60)
LINEAR = "score ~ prior_score"
ROLES = {"prior_score": "power_1"}
FULL = "score ~ z + z2 + m"
FULL_ROLES = {**ROLES, "z": "power_1", "z2": "power_2", "m": "school_mean"}


def measure(
    before: pd.DataFrame,
    after: pd.DataFrame,
    formula: str = LINEAR,
    roles: dict[str, str] = ROLES,
    reliability: float | None = None,
) -> SystemDrift:
    columns = [formula, "score ~ prior_score"]
    if "prior_error_variance" in before:
        columns.append("score ~ prior_error_variance")
    moments = {
        ("reading", year): summarise_schools(frame, columns, cohort="year")
        for year, frame in ((2017, before), (2021, after))
    }
    return measure_system(moments, formula, [2017], Scales(), roles, reliability, 0.95)


def focal(table: pd.DataFrame, basis: str = "student") -> pd.Series:
    return table[(table["year"] == 2021) & (table["basis"] == basis)].iloc[0]


def test_a_shock_to_the_prior_alone_is_flagged() -> None:
    before = make_cohort(1, effects=EFFECTS)
    after = make_cohort(2, year=2021, effects=EFFECTS)
    calm = measure(before, after, FORMULA)
    assert not calm.prior_drift["disagree"].any()
    # Twenty points off every prior, the outcome as it was: it looks like a gain of 0.8 x 20.
    shocked = measure(before, after.assign(prior_score=after["prior_score"] - 20), FORMULA)
    row = focal(check_table(shocked.prior_drift, PRIOR_DRIFT, "prior_drift"))
    assert row["disagree"]
    assert "gain" in row["words"]
    assert row["prior_drift"] - focal(calm.prior_drift)["prior_drift"] == pytest.approx(-20)
    gain = focal(shocked.drift)["drift"] - focal(calm.drift)["drift"]
    # The slope of .8 has a standard error below .02.
    assert gain == pytest.approx(16, abs=1.5)
    assert row["outcome"] == pytest.approx(focal(calm.prior_drift)["outcome"])


def test_a_true_gain_and_a_common_fall_are_not_flagged() -> None:
    before = make_cohort(1, effects=EFFECTS)
    after = make_cohort(2, year=2021, effects=EFFECTS, drift=15.0)
    assert not measure(before, after, FORMULA).prior_drift["disagree"].any()
    fallen = make_cohort(2, year=2021, effects=EFFECTS, drift=-30.0)
    fallen["prior_score"] -= 20
    row = focal(measure(before, fallen, FORMULA).prior_drift)
    assert not row["disagree"]
    assert row["words"] == "the prior fell; the outcome given the prior fell"


def test_prior_drift_is_the_difference_of_the_means_on_both_bases() -> None:
    before, after = make_cohort(1, effects=EFFECTS), make_cohort(2, year=2021, effects=EFFECTS)
    found = measure(before, after).prior_drift
    by_student = after["prior_score"].mean() - before["prior_score"].mean()
    assert focal(found)["prior_drift"] == pytest.approx(by_student)
    means = [frame.groupby("school_id")["prior_score"].mean() for frame in (before, after)]
    assert focal(found, "school")["prior_drift"] == pytest.approx(means[1].mean() - means[0].mean())
    # Each school once: the standard error is that of its own change.
    change = (means[1] - means[0]).to_numpy()
    assert focal(found, "school")["std_error"] == pytest.approx(change.std(ddof=1) / np.sqrt(60))


def test_without_prior_scores_there_are_no_rows() -> None:
    moments = {
        ("reading", year): summarise_schools(make_cohort(year, year=year), "score ~ sex", cohort="year")
        for year in (2017, 2021)
    }
    found = measure_system(moments, "score ~ sex", [2017], Scales(), ROLES, 0.8, 0.95)
    assert len(check_table(found.prior_drift, PRIOR_DRIFT, "prior_drift")) == 0
    assert len(check_table(found.measurement_error, MEASUREMENT_ERROR, "measurement_error")) == 0


def test_one_predictor_is_corrected_as_the_textbook_does() -> None:
    # Corrected slope = naive slope / reliability, corrected line through the means.
    before, after = make_cohort(1, effects=EFFECTS), make_cohort(2, year=2021, effects=EFFECTS)
    row = focal(measure(before, after, reliability=0.8).measurement_error)
    spread, error = after["prior_score"].var(ddof=0), 0.2 * before["prior_score"].var(ddof=0)
    assert row["reliability"] == pytest.approx(1 - error / spread)
    naive = np.polyfit(after["prior_score"], after["score"], 1)[0]
    assert row["slope"] == pytest.approx(naive)
    assert row["slope_corrected"] == pytest.approx(naive / row["reliability"])
    x0 = before["prior_score"].mean()
    height = after["score"].mean() + row["slope_corrected"] * (x0 - after["prior_score"].mean())
    assert row["drift_corrected"] == pytest.approx(height - before["score"].mean())
    assert row["source"] == "configured"


def test_a_reliability_of_one_changes_nothing() -> None:
    before, after = measured(1, 2017, 0.0, 0.0), measured(2, 2021, 0.0, 0.0)
    moments = {
        ("reading", year): summarise_schools(frame, [FULL, "score ~ prior_score"], cohort="year")
        for year, frame in ((2017, before), (2021, after))
    }
    found = measure_system(moments, FULL, [2017], Scales(), FULL_ROLES, 1.0, 0.95).measurement_error
    assert len(found) == 4
    np.testing.assert_allclose(found["drift_corrected"], found["drift"], atol=1e-8)
    np.testing.assert_allclose(found["slope_corrected"], found["slope"], atol=1e-8)


def measured(seed: int, year: int, shift: float, error: float, n_schools: int = 150) -> pd.DataFrame:
    """Students whose outcome follows the true prior: its own value, its square and the school's mean."""
    stream = np.random.default_rng(seed)
    sizes = stream.integers(4, 40, n_schools)
    school = np.repeat(np.arange(n_schools), sizes)
    true = shift + stream.normal(0, 0.4, n_schools)[school] + stream.normal(0, 0.9, len(school))
    mean = (np.bincount(school, true) / sizes)[school]
    score = 500 + 50 * true - 3 * true**2 + 8 * mean + stream.normal(0, 20, len(school))
    z = true + stream.normal(0, error, len(school))
    frame = pd.DataFrame({"school_id": [f"{k:03d}" for k in school], "year": year, "z": z, "score": score})
    frame["z2"], frame["prior_score"] = z**2, 400 + 80 * z
    frame["m"] = frame.groupby("school_id")["z"].transform("mean")
    return frame.assign(prior_error_variance=(80 * error) ** 2)


@pytest.mark.slow
@pytest.mark.recovery
@pytest.mark.parametrize(("shift", "error"), [(-0.4, 0.5), (-0.4, 0.3)])
def test_the_corrected_drift_is_unbiased_where_the_naive_one_is_not(shift: float, error: float) -> None:
    # The system stands still; the intake falls, and in one case the test also becomes more reliable.
    naive, corrected, slopes = [], [], []
    for k in range(40):
        before, after = measured(100 + k, 2017, 0.0, 0.5), measured(900 + k, 2021, shift, error)
        row = focal(measure(before, after, FULL, FULL_ROLES).measurement_error)
        naive.append(row["drift"])
        corrected.append(row["drift_corrected"])
        slopes.append(row["slope_corrected"])
        assert row["source"] == "scores"
    # Three standard errors of the mean of 40 sets.
    assert abs(np.mean(corrected)) < 3 * np.std(corrected, ddof=1) / np.sqrt(40)
    assert abs(np.mean(slopes) - 50) < 3 * np.std(slopes, ddof=1) / np.sqrt(40)
    assert abs(np.mean(naive)) > 6 * np.std(naive, ddof=1) / np.sqrt(40)


@pytest.mark.parametrize("role", ["power_3", "unclear", "spread"])
def test_a_formula_without_a_known_correction_gets_none(role: str) -> None:
    before, after = measured(1, 2017, 0.0, 0.5), measured(2, 2021, 0.0, 0.5)
    found = measure(before, after, FULL, {**FULL_ROLES, "z2": role}).measurement_error
    assert len(found)
    assert found["drift_corrected"].isna().all()
    assert found["status"].str.startswith("not corrected: a term").all()


def test_units_of_the_outcome_carry_through_the_correction() -> None:
    before, after = measured(1, 2017, 0.0, 0.5), measured(2, 2021, -0.2, 0.4)
    plain = focal(measure(before, after, FULL, FULL_ROLES).measurement_error)
    turned = [frame.assign(score=7 - 10 * frame["score"]) for frame in (before, after)]
    found = focal(measure(*turned, FULL, FULL_ROLES).measurement_error)
    for name in ("drift", "drift_corrected", "slope", "slope_corrected"):
        assert found[name] == pytest.approx(-10 * plain[name], rel=1e-7)
    assert found["std_error"] == pytest.approx(10 * plain["std_error"], rel=1e-7)


def test_more_error_than_variation_gets_no_correction() -> None:
    moments = summarise_schools(measured(1, 2017, 0.0, 0.5), "score ~ z")
    assert correct_line(moments, {"z": "power_1"}, 0.2, "student") is not None
    assert correct_line(moments, {"z": "power_1"}, 9.0, "student") is None


def test_averaging_shrunken_benchmark_effects_understates_the_drift() -> None:
    before = make_cohort(1, effects=EFFECTS, sizes=(3, 12))
    after = make_cohort(2, year=2021, effects=EFFECTS, drift=-20.0, sizes=(3, 12))
    reference = fit_reference(before, FORMULA)
    moments = summarise_schools(after, FORMULA)
    mean_effect = fit_offset(moments, reference, "offset").school_effects(0.95)["effect"].mean()
    drift = measure_drift(moments, reference, "school").drift
    # Schools of 3 to 11 students are pulled to the old line by a tenth and more.
    assert abs(mean_effect) < 0.95 * abs(drift)
