"""Limits of the funnel: closed forms and planted truth."""

import numpy as np
import pytest

from valueadded.intake_adjusted.funnel import SpreadBySize, spread_by_size


def test_schools_of_one_size_have_their_mean_square():
    residual = np.array([1.0, -2.0, 0.5, 0.0])
    found = spread_by_size(residual, np.full(4, 25.0))
    assert found.lasting + found.by_student / 25 == pytest.approx((residual**2).mean())


def test_limits_are_quantiles_of_the_normal_distribution():
    # Variance .5 + 5 / 10 = 1 and .5 + 5 / 20 = .75.
    found = SpreadBySize(0.5, 5.0).limit(np.array([10.0, 20.0]), 0.95)
    assert found == pytest.approx(1.959963985 * np.sqrt([1.0, 0.75]))


def test_pure_noise_of_students_is_found_exactly():
    # r^2 n is 4 for every school: no lasting part is as likely as none.
    students = np.array([4.0, 16.0, 64.0, 256.0])
    found = spread_by_size(2.0 / np.sqrt(students) * [1, -1, 1, -1], students)
    assert found.lasting == pytest.approx(0, abs=1e-9)
    assert found.by_student == pytest.approx(4, rel=1e-7)


def test_planted_parts_are_found():
    random = np.random.default_rng(5)
    students = np.exp(random.uniform(1, 6, 20_000))
    residual = random.normal(size=20_000) * np.sqrt(0.6 + 6.0 / students)
    found = spread_by_size(residual, students)
    # Over 100 seeds the standard deviations are .010, .19 and .0011; three of them are allowed.
    assert found.lasting == pytest.approx(0.6, abs=0.03)
    assert found.by_student == pytest.approx(6.0, abs=0.57)
    assert (np.abs(residual) <= found.limit(students, 0.95)).mean() == pytest.approx(0.95, abs=0.0034)


def test_the_largest_likelihood_is_found():
    random = np.random.default_rng(6)
    students = random.integers(3, 200, 60).astype(float)
    residual = random.normal(size=60) * np.sqrt(0.5 + 8 / students)
    found = spread_by_size(residual, students)

    def deviance(lasting, by_student):
        variance = lasting + by_student / students
        return np.log(variance).sum() + (residual**2 / variance).sum()

    least = deviance(found.lasting, found.by_student)
    others = [deviance(a, b) for a in np.linspace(0, 2, 41) for b in np.linspace(0.01, 30, 61)]
    assert least <= min(others) + 1e-9


def test_too_few_schools_have_no_limits():
    assert spread_by_size(np.array([1.0, 2.0]), np.array([5.0, 6.0])) is None
