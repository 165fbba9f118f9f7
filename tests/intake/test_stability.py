"""Stability counts movement in and out, by hand."""

import numpy as np
import pandas as pd

from valueadded.intake.stability import measure_stability


def test_stayed_over_stayed_came_and_left(cohort_of):
    cohort = cohort_of(
        {"school_id": "A", "prior_school_id": "A"},
        {"school_id": "A", "prior_school_id": "A"},
        {"school_id": "A", "prior_school_id": "B"},
        {"school_id": "B", "prior_school_id": "A"},
        {"school_id": "B", "prior_school_id": "gone"},
        {"school_id": "A", "prior_school_id": None},
        {"school_id": "C", "prior_school_id": None},
    )
    found = measure_stability(cohort)
    # A: 2 stayed, 1 came, 1 left; B: 0 stayed, 2 came, 1 left; C: nobody's prior school is known.
    assert found.index.tolist() == ["A", "B", "C"]
    assert found[["A", "B"]].tolist() == [50.0, 0.0]
    assert np.isnan(found["C"])


def test_without_prior_schools_there_is_no_stability(cohort_of):
    assert measure_stability(cohort_of({}, {"school_id": "B"})).isna().all()


def test_the_order_of_the_students_does_not_matter(cohort_of):
    cohort = cohort_of(*[{"school_id": here, "prior_school_id": there} for here in "AB" for there in "ABA"])
    pd.testing.assert_series_equal(measure_stability(cohort), measure_stability(cohort[::-1]))
