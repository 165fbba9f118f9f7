"""The files look as a department would export them."""

import numpy as np
import pandas as pd

from valueadded.synthetic.records import link_scales


def all_tests(state):
    return pd.concat(state.assessments.values(), ignore_index=True)


def test_a_refused_student_carries_a_0_and_the_others_nothing(clean_state):
    tests = all_tests(clean_state)
    refused = tests["participation"] == "R"
    assert refused.any()
    assert (tests.loc[refused, "score"] == "0.0").all()
    assert (tests.loc[~tests["participation"].isin(["R", "P"]), "score"] == "").all()
    assert (tests.loc[tests["participation"] != "P", "score_se"] == "").all()


def test_present_students_have_a_score_of_one_decimal_with_its_error(clean_state):
    present = all_tests(clean_state).query("participation == 'P'")
    for column in ("score", "score_se"):
        assert present[column].str.fullmatch(r"\d+\.\d").all()
        assert (present[column].astype(float) > 0).all()


def test_every_participation_code_occurs(describe):
    from valueadded.synthetic import generate_state

    often = {
        "absent": 0.1,
        "exempt": 0.1,
        "withdrawn": 0.1,
        "refused": 0.1,
        "sanctioned": 0.1,
        "cancelled": 0.1,
    }
    state = generate_state(describe(tested_years=[2018], domains={"reading": {}}, participation=often))
    assert set(state.assessments[2018]["participation"]) >= set("PAEWRSC")


def test_students_recorded_twice_have_another_score(describe):
    from valueadded.synthetic import generate_state

    shares = {"two_schools": 0.02, "two_records": 0.03}
    state = generate_state(describe(tested_years=[2018, 2020], defects=0.0, movement=shares))
    tests = state.assessments[2020]
    key = ["student", "level", "domain"]
    twice = tests[tests.duplicated(key, keep=False)]
    groups = twice.assign(score=twice["score"].astype(float)).groupby(key)
    assert (groups.size() == 2).all()
    # Two schools are asked of 2 in 5 of those recorded twice; four standard errors.
    assert abs((groups["school"].nunique() == 2).mean() - 0.4) < 4 * np.sqrt(0.24 / len(groups))
    assert (groups["score"].max() - groups["score"].min() > 4).all()


def test_student_file_has_a_row_for_each_student_and_year_with_a_test(clean_state):
    tests = all_tests(clean_state)[["student", "year"]].drop_duplicates()
    students = clean_state.students
    assert not students.duplicated(["student", "year"]).any()
    both = tests.merge(students, on=["student", "year"], how="outer", indicator=True)
    assert (both["_merge"] == "both").all()


def test_characteristics_of_a_student_do_not_change(clean_state):
    columns = [name for name in clean_state.students.columns if name != "year"]
    distinct = clean_state.students[columns].drop_duplicates()
    assert not distinct["student"].duplicated().any()


def test_school_file_has_every_school_in_every_tested_year(clean_state, settings):
    schools = clean_state.schools
    assert len(schools) == settings.schools * len(settings.tested_years)
    assert set(all_tests(clean_state)["school"]) <= set(schools["school"])


def test_estimated_links_miss_the_true_ones_by_their_error(describe):
    settings = describe(new_scale={"first_year": 2023, "std_error": 0.8, "slope_std_error": 0.0})
    true, estimated = link_scales(settings, estimated=False), link_scales(settings, estimated=True)
    assert (true["intercept"] == true["intercept"].round(9)).all()
    np.testing.assert_allclose(true[["intercept", "slope"]], [[-20, 1.08]] * 2)
    missed = (estimated["intercept"] - true["intercept"]).abs()
    assert ((missed > 0) & (missed < 4 * 0.8)).all()
    assert (estimated["std_error"] == 0.8).all()
    assert (true["std_error"] == 0).all()


def test_one_scale_throughout_has_an_empty_linking_table(describe):
    assert link_scales(describe(new_scale=None), estimated=True).empty
