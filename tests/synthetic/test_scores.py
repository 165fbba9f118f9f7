"""Scores: who is present, the error of a score, and the scale it is reported on."""

import numpy as np
import pytest

from valueadded.config.synthetic import NewScale
from valueadded.contracts.columns import PARTICIPATION
from valueadded.synthetic.population import draw_schools, draw_students
from valueadded.synthetic.scores import average_by_school, draw_scores, report_score, standard_errors
from valueadded.synthetic.truth import plant_truth


@pytest.fixture(scope="module")
def cohort(describe):
    settings = describe(schools=600)
    students = draw_students(settings, draw_schools(settings), 2016)
    return settings, students, draw_scores(settings, plant_truth(settings), students)


def test_participation_has_the_configured_shares(cohort):
    settings, _, scores = cohort
    for name in ("exempt", "withdrawn", "refused"):
        share = (scores.outcome_participation == PARTICIPATION.index(name)).mean()
        # Later reasons take precedence over earlier ones, so a share may fall a little short.
        assert share == pytest.approx(getattr(settings.participation, name), rel=0.3, abs=1e-3), name


def test_exemption_holds_for_every_domain(cohort):
    exempt = cohort[2].outcome_participation == PARTICIPATION.index("exempt")
    assert (exempt[:, 0] == exempt[:, 1]).all()


def test_absence_depends_on_advantage(cohort):
    _, students, scores = cohort
    absent = (scores.prior_participation == PARTICIPATION.index("absent")).any(axis=1)
    assert students.advantage[absent].mean() < students.advantage.mean() - 0.1


def test_prior_scores_have_the_configured_centre_and_scale(cohort):
    settings, _, scores = cohort
    domain = settings.domains["reading"]
    assert scores.prior[:, 0].mean() == pytest.approx(domain.prior_centre, abs=0.25 * domain.prior_scale)
    assert scores.prior[:, 0].std() == pytest.approx(domain.prior_scale, rel=0.15)


def test_errors_are_smallest_in_the_middle(settings):
    errors = standard_errors(settings, np.array([200.0, 425.0, 650.0]), np.zeros(3, dtype=int))
    assert errors[1] == settings.domains["reading"].score_se
    assert errors[0] == errors[2] > errors[1]


def test_the_link_carries_a_reported_score_back():
    scale = NewScale(first_year=2023)
    old = np.array([312.34, 500.0])
    np.testing.assert_array_equal(report_score(old, 2022, scale), [312.3, 500.0])
    np.testing.assert_array_equal(report_score(old, 2023, None), [312.3, 500.0])
    # Half of the last digit reported, on the old scale.
    np.testing.assert_allclose(-20 + 1.08 * report_score(old, 2023, scale), old, atol=0.054)


def test_a_school_without_counted_students_has_mean_0():
    mean = average_by_school(np.array([1.0, 3.0, 9.0]), np.array([0, 0, 2]), np.array([True, True, False]), 3)
    np.testing.assert_array_equal(mean, [2.0, 0.0, 0.0])
