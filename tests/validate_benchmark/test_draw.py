"""What is planted is there: each scenario against the same random numbers without it."""

import numpy as np
import pandas as pd
import pytest

from valueadded.mixed import fit_random_intercept, summarise_schools
from valueadded.validate_benchmark.draw import FORMULA, Students, draw_system, summarise_students

YEARS = [2017, 2018, 2021]


def drawn(world, seed=5):
    return draw_system(world, YEARS, np.random.default_rng(seed))


def means(moments):
    return pd.DataFrame(moments.mean + moments.centre, index=moments.school_id, columns=moments.columns)


def within_slope(moments):
    scatter = moments.scatter.sum(axis=0)
    return scatter[0, 1] / scatter[0, 0]


def test_moments_of_arrays_are_those_of_the_rows():
    random = np.random.default_rng(1)
    students = Students(random.integers(0, 6, 80) * 2, random.normal(0, 1, 80), random.normal(500, 60, 80))
    names = np.array([f"{number:02d}" for number in range(12)], dtype=object)
    frame = pd.DataFrame(
        {"school_id": names[students.school], "prior": students.prior, "score": students.score}
    )
    expected, found = summarise_schools(frame, FORMULA), summarise_students(students, names, 2017)
    assert found.school_id.tolist() == expected.school_id.tolist()
    assert found.columns == expected.columns
    assert np.array_equal(found.scatter, expected.scatter)
    assert np.array_equal(found.mean + found.centre, expected.mean + expected.centre)
    assert (
        fit_random_intercept(found, FORMULA).log_likelihood
        == fit_random_intercept(frame, FORMULA).log_likelihood
    )


def test_a_drift_moves_every_focal_outcome_and_the_truth_and_nothing_else(small):
    before, after = drawn(small()), drawn(small(drift=-10.0))
    moved = means(after.moments[2021]) - means(before.moments[2021])
    # Rounding of a score near 500.
    assert np.allclose(moved["score"], -10.0, atol=1e-10)
    assert np.allclose(moved["prior"], 0.0)
    for year in (2017, 2018):
        assert np.array_equal(after.moments[year].scatter, before.moments[year].scatter)
    assert after.true_drift == -10.0
    assert np.allclose(
        [after.true_change[name] - before.true_change[name] for name in before.true_change], -10
    )


def test_a_shock_moves_prior_scores_and_not_the_truth(small):
    before, after = drawn(small()), drawn(small(prior_fall=0.15))
    moved = means(after.moments[2021]) - means(before.moments[2021])
    assert np.allclose(moved["prior"], -0.15)
    assert np.allclose(moved["score"], 0.0)
    assert after.true_change == before.true_change


def test_the_slope_changes_about_mean_ability(small):
    before, after = (
        drawn(small(prior_error=0.0)),
        drawn(small(prior_error=0.0, slope_change=-10.0)),
    )
    # Without error in the prior the outcome moves by -10 x ability exactly, and so does any slope on it.
    assert within_slope(after.moments[2021]) == pytest.approx(within_slope(before.moments[2021]) - 10)
    moved = means(after.moments[2021])["score"] - means(before.moments[2021])["score"]
    assert np.allclose(moved, -10 * means(after.moments[2021])["prior"])
    assert after.true_change == before.true_change


def test_an_intake_that_changes_takes_outcome_and_prior_with_it_in_each_school(small):
    exact = {"prior_error": 0.0, "contextual": 6.0}
    before, after = drawn(small(**exact)), drawn(small(**exact, intake_shift=-0.2, intake_shift_spread=0.3))
    moved = means(after.moments[2021]) - means(before.moments[2021])
    assert np.allclose(moved["score"], (55 + 6) * moved["prior"])
    # 40 schools: the mean of 40 movements of spread 0.3 has an error of 0.05.
    assert moved["prior"].mean() == pytest.approx(-0.2, abs=0.15)
    assert 0.2 < moved["prior"].std() < 0.4
    assert after.true_change == before.true_change


def test_a_noisier_prior_has_the_planted_error_in_the_focal_cohort_only(small):
    large = {"students_median": 100, "students_maximum": 200}
    found = drawn(small(**large, focal_prior_error=0.7))
    for year, error in {2017: 0.4, 2021: 0.7}.items():
        reliability = 0.9**2 / (0.9**2 + error**2)
        # About 3,800 students with residuals of 42: the slope has an error of about 0.8.
        assert within_slope(found.moments[year]) == pytest.approx(55 * reliability, abs=3.2)


def test_those_absent_are_the_low_scorers_at_the_planted_share(small):
    large = {"students_median": 100, "students_maximum": 200}
    everyone = drawn(small(**large)).moments[2021]
    there = drawn(small(**large, absence_share=0.1, absence_steepness=1.0)).moments[2021]
    at_random = drawn(small(**large, absence_share=0.1, absence_steepness=0.0)).moments[2021]
    # Four standard errors of a share of one in ten among about 3,800.
    assert 1 - there.n_students / everyone.n_students == pytest.approx(0.1, abs=0.02)
    assert 1 - at_random.n_students / everyone.n_students == pytest.approx(0.1, abs=0.02)
    level = [part.n @ means(part)["score"].to_numpy() / part.n.sum() for part in (everyone, there, at_random)]
    # With log risk falling by 1 each standard deviation (about 70 points), those who stay gain some 7.
    assert level[1] - level[0] > 4
    assert abs(level[2] - level[0]) < 2


def test_the_schools_that_close_have_the_lowest_effects_and_keep_their_truth(small):
    exact = {"residual_sd": 1e-9, "prior_error": 0.0, "contextual": 0.0}
    before, after = drawn(small(**exact)), drawn(small(**exact, closed_share=0.1))
    focal = means(before.moments[2021])
    effect = focal["score"] - 55 * focal["prior"]
    closed = set(focal.index) - set(after.moments[2021].school_id)
    assert closed == set(effect.nsmallest(4).index)
    assert set(after.moments[2018].school_id) == set(focal.index)
    assert after.true_change == before.true_change


def test_a_link_moves_the_focal_scores_of_all_schools_together(small):
    before, after = drawn(small()), drawn(small(link_std_error=2.0))
    moved = means(after.moments[2021])["score"] - means(before.moments[2021])["score"]
    assert np.ptp(moved) < 1e-10
    shifts = [
        (means(drawn(small(link_std_error=2.0), seed).moments[2021])["score"].iloc[0])
        - (means(drawn(small(), seed).moments[2021])["score"].iloc[0])
        for seed in range(200)
    ]
    # Four standard errors: 2 / sqrt(200) for the mean, 2 / sqrt(400) for the spread.
    assert abs(np.mean(shifts)) < 0.57
    assert np.std(shifts) == pytest.approx(2.0, abs=0.4)
    stretched = drawn(small(link_slope_std_error=0.1)).moments[2021]
    ratio = stretched.scatter[:, 1, 1] / before.moments[2021].scatter[:, 1, 1]
    assert np.ptp(ratio) < 1e-9 and abs(ratio[0] - 1) > 1e-3
    assert after.link_std_error == 2.0 and after.true_change == before.true_change


def test_true_effects_correlate_as_a_power_of_the_years_between(small):
    changes = [
        value
        for seed in range(50)
        for value in drawn(small(students_median=5, students_maximum=5), seed).true_change.values()
    ]
    # Variance of a change over four years: 2 x 11^2 (1 - 0.93^4); 2,000 schools leave 3% error.
    assert np.var(changes) == pytest.approx(2 * 121 * (1 - 0.93**4), rel=0.13)


def test_school_sizes_stay_within_their_limits(small):
    found = drawn(small(students_minimum=6, students_maximum=24, students_spread=1.0))
    for part in found.moments.values():
        assert part.n.min() >= 6 and part.n.max() <= 24
