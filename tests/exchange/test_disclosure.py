"""No moments that leave an agency give a student away: the rule against counts made from the students."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valueadded.errors import DesignError
from valueadded.exchange.disclosure import withhold_schools
from valueadded.mixed import summarise_schools

MINIMUM = 5


def draw_students(seed: int, rare: float = 0.25, schools: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = rng.integers(2, 40, schools)
    codes = np.repeat(np.arange(schools), n)
    size = len(codes)
    return pd.DataFrame(
        {
            "school_id": codes.astype(str),
            "prior": rng.normal(400, 60, size),
            "esl": (rng.random(size) < rare).astype(float),
            "band": rng.choice(["high", "low", "middle"], size, p=[0.3, rare, 0.7 - rare]),
            "school_mean": rng.normal(0, 1, schools)[codes],
            "score": rng.normal(500, 70, size),
        }
    )


def groups_of(school: pd.DataFrame) -> list[int]:
    """Students of every cell of one or two characteristics, and of the school, by counting them."""
    flags = {
        "esl": school["esl"] == 1,
        "not esl": school["esl"] == 0,
        **{band: school["band"] == band for band in ("high", "low", "middle")},
    }
    pairs = [(a & b).sum() for a, b in combinations(flags.values(), 2)]
    return [len(school), *(flag.sum() for flag in flags.values()), *pairs]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), rare=st.sampled_from([0.02, 0.1, 0.3, 0.5]))
def test_the_schools_withheld_are_those_whose_students_make_a_small_group(seed, rare):
    students = draw_students(seed, rare)
    expected = {
        school
        for school, own in students.groupby("school_id")
        if not any(0 < count < MINIMUM for count in groups_of(own))
    }
    moments = summarise_schools(students, "score ~ prior + esl + band + school_mean")
    if not expected:
        with pytest.raises(DesignError, match="none of 12 schools may leave"):
            withhold_schools(moments, MINIMUM)
        return
    found = withhold_schools(moments, MINIMUM)
    assert set(found.moments.school_id) == expected
    assert found.n_small + found.n_cells + found.n_constant + found.moments.n_schools == 12
    assert found.n_students + found.moments.n_students == len(students)


def test_one_flagged_student_would_be_read_off_the_cross_products():
    """What the rule is for: with one flagged student in a school, moments give the score away."""
    students = draw_students(1).query("school_id in ['0', '1', '2', '3']").assign(esl=0.0)
    school = students.groupby("school_id").size().idxmax()
    victim = students.query("school_id == @school").index[0]
    students.loc[victim, "esl"] = 1.0
    other = students.query("school_id != @school").index[:20]
    students.loc[other, "esl"] = 1.0
    moments = summarise_schools(students, "score ~ prior + esl")
    j = list(moments.school_id).index(school)
    e, y = moments.columns.index("esl"), moments.columns.index("score")
    total = moments.mean[j] + moments.centre
    read = moments.scatter[j, e, y] + moments.n[j] * total[e] * total[y]
    assert read == pytest.approx(students.loc[victim, "score"])
    found = withhold_schools(moments, MINIMUM)
    assert school not in set(found.moments.school_id)


def test_a_single_score_for_all_is_withheld_and_a_measure_of_schools_is_not():
    students = draw_students(2).query("school_id in ['0', '1', '2', '3', '4', '5']")
    sizes = students.groupby("school_id").size()
    large = sizes.index[sizes >= MINIMUM]
    students.loc[students["school_id"] == large[0], "score"] = 500.0
    found = withhold_schools(summarise_schools(students, "score ~ prior + school_mean"), MINIMUM)
    assert found.n_constant == 1
    assert set(found.moments.school_id) == set(large[1:])


def test_schools_of_one_sex_may_leave():
    students = draw_students(3).assign(girl=lambda rows: (rows["school_id"].astype(int) % 2).astype(float))
    found = withhold_schools(summarise_schools(students, "score ~ prior + girl"), MINIMUM)
    assert found.n_cells == 0


def test_a_product_of_two_factors_is_refused():
    students = draw_students(4)
    with pytest.raises(DesignError, match="term 'band:esl' multiplies 2 factors"):
        withhold_schools(summarise_schools(students, "score ~ esl * band"), MINIMUM)
    # A factor times a number gives means of groups that are large enough.
    withhold_schools(summarise_schools(students, "score ~ esl * prior"), MINIMUM)


@pytest.mark.parametrize("minimum", [0, 1, 2])
def test_no_minimum_below_three(minimum):
    with pytest.raises(DesignError, match=f"minimum {minimum}: expected at least 3"):
        withhold_schools(summarise_schools(draw_students(5), "score ~ prior"), minimum)
