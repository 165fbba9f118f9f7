"""Schools and students have the shares and the unevenness they were asked for."""

import numpy as np
import pytest

from valueadded.synthetic.population import draw_schools, draw_students, school_ids, student_ids


@pytest.fixture(scope="module")
def large(describe):
    settings = describe(schools=600, movement={"movers": 0.08, "repeaters": 0.02, "accelerants": 0.01})
    schools = draw_schools(settings)
    return settings, schools, draw_students(settings, schools, 2016)


def test_schools_are_uneven_within_bounds(large):
    settings, _, students = large
    sizes = np.bincount(students.school_prior, minlength=settings.schools)
    assert sizes.min() >= 5
    assert sizes.max() <= 150
    assert np.quantile(sizes, 0.9) > 3 * np.quantile(sizes, 0.1)
    assert sizes.mean() > np.median(sizes), "skewed to the right"


def test_intake_goes_with_place(large):
    _, schools, students = large
    city = (schools.place == 0)[students.school_prior]
    assert students.advantage[city].mean() > students.advantage[~city].mean() + 0.4
    assert students.indigenous[city].mean() < students.indigenous[~city].mean() / 2
    educated = students.parent_education == 3
    assert students.advantage[educated].mean() > students.advantage[~educated].mean() + 0.4


def test_movement_has_the_configured_shares(large):
    _, _, students = large
    # Four standard errors of a share with more than 15,000 students.
    assert len(students.number) > 15_000
    assert (students.school_prior != students.school_outcome).mean() == pytest.approx(0.08, abs=0.009)
    assert (~students.sits_prior).mean() == pytest.approx(0.05, abs=0.008)
    assert (~students.sits_outcome).mean() == pytest.approx(0.05, abs=0.008)
    assert (students.sits_prior | students.sits_outcome).all()
    assert (students.outcome_year == 2019).mean() == pytest.approx(0.02, abs=0.005)
    assert (students.outcome_year == 2017).mean() == pytest.approx(0.01, abs=0.004)
    assert set(students.outcome_year) == {2017, 2018, 2019}


def test_movers_stay_in_the_same_kind_of_place(large):
    _, schools, students = large
    assert (schools.place[students.school_prior] == schools.place[students.school_outcome]).all()


def test_identifiers_are_unique_text_of_one_length(large):
    settings, schools, students = large
    later = draw_students(settings, schools, 2017)
    ids = np.concatenate([student_ids(students.number), student_ids(later.number)])
    assert len(set(ids)) == len(ids)
    assert set(np.char.str_len(ids)) == {10}
    assert np.char.startswith(ids, "0").mean() == pytest.approx(0.1, abs=0.02)
    assert student_ids(np.array([1]))[0] == "3141592653"


def test_school_identifiers_keep_leading_zeros_at_any_size():
    assert list(school_ids(3)) == ["0001", "0002", "0003"]
    assert school_ids(12_000)[0] == "000001"
