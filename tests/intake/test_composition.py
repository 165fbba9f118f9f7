"""Shares, means and spreads against brute force."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valueadded.errors import CohortError
from valueadded.intake.composition import (
    mark_value,
    mean_without_student,
    measure_mean,
    measure_share,
    measure_spread,
    spread_without_student,
)

SCHOOLS = pd.Series(["A", "A", "A", "A", "B", "C"], name="school_id")
ESL = pd.DataFrame({"esl": ["yes", "no", "no", None, "no", None], "sen": [1.0, 0.0, 0.0, np.nan, 0.0, 1.0]})


@pytest.mark.parametrize(("covariate", "value"), [("esl", "yes"), ("sen", "1")])
def test_a_share_is_among_students_whose_characteristic_is_known(covariate, value):
    share = measure_share(mark_value(ESL, covariate, value, "key"), SCHOOLS, None)
    np.testing.assert_allclose(share[["A", "B"]], [100 / 3, 0.0], rtol=1e-15)


def test_a_school_where_nobody_is_known_has_no_share():
    assert np.isnan(measure_share(mark_value(ESL, "esl", "yes", "key"), SCHOOLS, None)["C"])


def test_the_logarithm_takes_its_constant():
    logged = measure_share(mark_value(ESL, "esl", "yes", "key"), SCHOOLS, 2.0)
    np.testing.assert_allclose(logged[["A", "B"]], [np.log(100 / 3 + 2), np.log(2.0)], rtol=1e-15)


@pytest.mark.parametrize(
    ("covariate", "value", "message"),
    [
        ("lbote", "yes", r"k\.covariate: found 'lbote'"),
        ("sen", "yes", r"k\.value: found 'yes' for the covariate 'sen', which holds numbers"),
    ],
)
def test_a_mistyped_covariate_or_value_is_refused(covariate, value, message):
    with pytest.raises(CohortError, match=message):
        mark_value(ESL, covariate, value, "k")


def test_a_value_nobody_has_is_a_share_of_0_and_a_warning():
    with pytest.warns(UserWarning, match=r"k\.value: nobody in this cohort has 'Yes' as 'esl'"):
        holds = mark_value(ESL, "esl", "Yes", "k")
    share = measure_share(holds, SCHOOLS, None)
    assert share[["A", "B"]].tolist() == [0.0, 0.0]
    assert np.isnan(share["C"])


def test_mean_and_spread_leave_missing_values_apart():
    values = pd.Series([1.0, 2.0, 6.0, np.nan, 5.0, np.nan])
    assert measure_mean(values, SCHOOLS)[["A", "B"]].tolist() == [3.0, 5.0]
    assert measure_spread(values, SCHOOLS)["A"] == np.std([1.0, 2.0, 6.0], ddof=1)
    assert measure_spread(values, SCHOOLS)[["B", "C"]].isna().all()


def brute_force(values, schools, summary, minimum):
    found = []
    for place, school in enumerate(schools):
        others = [v for k, v in enumerate(values) if k != place and schools[k] == school and not np.isnan(v)]
        found.append(summary(others) if len(others) >= minimum else np.nan)
    return found


VALUE = st.one_of(st.just(np.nan), st.floats(-3, 3).map(lambda number: round(number, 3)))


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from("ABC"), VALUE), min_size=1, max_size=15))
def test_without_the_student_agrees_with_leaving_each_one_out(rows):
    schools = pd.Series([school for school, _ in rows], name="school_id")
    values = pd.Series([value for _, value in rows], dtype="float64")
    # Values have three decimals; the identities lose digits only where a spread is near 0.
    np.testing.assert_allclose(
        mean_without_student(values, schools), brute_force(values, schools, np.mean, 1), atol=1e-13
    )
    np.testing.assert_allclose(
        spread_without_student(values, schools),
        brute_force(values, schools, lambda others: np.std(others, ddof=1), 2),
        atol=1e-6,
    )


def test_a_student_alone_in_a_school_has_no_mean_without_the_student():
    assert mean_without_student(pd.Series([1.0]), pd.Series(["A"])).isna().all()
    assert spread_without_student(pd.Series([1.0, 2.0]), pd.Series(["A", "A"])).isna().all()
