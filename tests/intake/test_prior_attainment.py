"""Prior scores are measured from the benchmark cohort, never from their own."""

import numpy as np
import pandas as pd
import pytest

from valueadded.contracts.intake import PRIOR_CONSTANTS
from valueadded.errors import CohortError
from valueadded.intake.prior_attainment import (
    average_priors,
    measure_constants,
    square_errors,
    standardise_prior,
)
from valueadded.table_io import check_table


def test_constants_pool_the_students_of_several_years(cohort_of):
    rows = [
        {"prior_score": 1.0, "year": 2015},
        {"prior_score": 3.0, "year": 2015},
        {"prior_score": 8.0, "year": 2016},
    ]
    rows += [{"prior_score": None, "year": 2017}]
    found = measure_constants(cohort_of(*rows)).iloc[0]
    assert found["centre"] == 4.0
    assert found["scale"] == np.std([1.0, 3.0, 8.0])
    assert found[["n_students", "years"]].tolist() == [3, "2015,2016"]


def test_each_domain_has_its_own_constants(cohort_of):
    found = measure_constants(cohort_of({"prior_score": 1.0}, {"prior_score": 9.0, "domain": "numeracy"}))
    assert found[["domain", "centre"]].to_numpy().tolist() == [["numeracy", 9.0], ["reading", 1.0]]


def test_a_domain_without_prior_scores_has_no_constants(cohort_of):
    found = measure_constants(cohort_of({"prior_score": None}))
    assert found.empty
    check_table(found, PRIOR_CONSTANTS, "constants")


def test_scores_are_centred_and_scaled_by_the_constants_given(cohort_of, constants):
    cohort = cohort_of({"prior_score": 425.0}, {"prior_score": None})
    found = standardise_prior(cohort, constants, "reading", "key")
    assert found.iloc[0] == 0.5
    assert np.isnan(found.iloc[1])


@pytest.mark.parametrize("fault", ["absent", "equal"])
def test_missing_or_useless_constants_are_refused_by_key(cohort_of, constants, fault):
    faulty = (
        constants.assign(scale=0.0) if fault == "equal" else constants[constants["domain"].eq("numeracy")]
    )
    with pytest.raises(CohortError, match=r"intake\.measures\.prior: .*'reading'.*benchmark\.years"):
        standardise_prior(cohort_of({}), faulty, "reading", "intake.measures.prior")


def test_a_composite_is_the_mean_of_the_priors_a_student_has(cohort_of, constants):
    cohort = cohort_of(
        {"prior_score": 450.0}, {"prior_score": 350.0}, {"prior_score": None}, {"prior_score": None}
    )
    companions = cohort_of(
        {"student_id": "3", "prior_score": 500.0},
        {"student_id": "1", "prior_score": 600.0},
        {"student_id": "9", "prior_score": 900.0},
        domain="numeracy",
    )
    found = average_priors(cohort, companions, constants, ["numeracy", "reading"], "key")
    # Student 1: (1 + 3) / 2; student 2: reading alone; student 3: numeracy alone; student 4: nothing.
    assert found.tolist()[:3] == [2.0, -1.0, 2.0]
    assert np.isnan(found.iloc[3])


def test_a_composite_of_other_domains_leaves_the_own_one_out(cohort_of, constants):
    other = constants.assign(domain=["numeracy", "writing"])
    companions = cohort_of(
        {"student_id": "1", "prior_score": 400.0},
        {"student_id": "1", "prior_score": 500.0, "domain": "writing"},
        domain="numeracy",
    )
    found = average_priors(
        cohort_of({"prior_score": 999.0}), companions, other, ["numeracy", "writing"], "key"
    )
    assert found.tolist() == [1.5]


def test_a_student_without_a_standard_error_takes_the_mean_error_variance():
    cohort = pd.DataFrame({"prior_score_se": [3.0, 5.0, float("nan")]})
    assert square_errors(cohort).tolist() == [9.0, 25.0, 17.0]
    # Nobody has one: 0 stands for unknown, and nobody is left out.
    assert square_errors(cohort * float("nan")).tolist() == [0.0, 0.0, 0.0]
    assert square_errors(cohort[[]]).tolist() == [0.0, 0.0, 0.0]
