import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from invented import FORMULA, make_cohort

from valueadded.benchmark import fit_offset, fit_reference
from valueadded.errors import DesignError
from valueadded.mixed import fit_random_intercept, summarise_schools


def test_the_ols_line_and_its_clustered_covariance_are_those_of_rows() -> None:
    frame = make_cohort(1)
    reference = fit_reference(frame, FORMULA)
    clusters = pd.factorize(frame["school_id"])[0]
    rows = smf.ols("score ~ prior_score + C(sex)", frame).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}
    )
    order = ["Intercept", "prior_score", "C(sex)[T.male]"]
    # Both are normal equations in float64 with a covariate of size 400.
    np.testing.assert_allclose(reference.line.beta, rows.params[order], rtol=1e-9)
    np.testing.assert_allclose(reference.covariance, rows.cov_params().loc[order, order], rtol=1e-7)
    used = reference.table.query("used")
    assert set(used["line"]) == {"ols"}
    np.testing.assert_array_equal(used.filter(like="cov:").to_numpy(), reference.covariance)


def test_the_table_holds_both_lines_and_marks_the_one_used() -> None:
    frame = make_cohort(1)
    tables = {line: fit_reference(frame, FORMULA, line=line).table for line in ("ols", "mixed")}
    for line, table in tables.items():
        assert set(table.query("used")["line"]) == {line}
    columns = ["line", "term", "estimate"]
    np.testing.assert_array_equal(tables["ols"][columns[:2]], tables["mixed"][columns[:2]])
    np.testing.assert_allclose(tables["ols"]["estimate"], tables["mixed"]["estimate"], rtol=1e-12)


def test_the_mixed_line_is_that_of_the_random_intercept_model() -> None:
    frame = make_cohort(1)
    reference = fit_reference(frame, FORMULA, line="mixed")
    fit = fit_random_intercept(frame, FORMULA)
    np.testing.assert_allclose(reference.line.beta, fit.fixed_effects["estimate"], rtol=1e-9)


def test_several_years_are_pooled_as_one_cohort() -> None:
    years = [make_cohort(k, year=2015 + k) for k in range(3)]
    both = pd.concat(years, ignore_index=True)
    by_year = fit_reference(summarise_schools(both, FORMULA, cohort="year"), FORMULA)
    at_once = fit_reference(both, FORMULA)
    np.testing.assert_allclose(by_year.line.beta, at_once.line.beta, rtol=1e-9)
    np.testing.assert_allclose(by_year.covariance, at_once.covariance, rtol=1e-8)
    assert by_year.mixed.school_variance == pytest.approx(at_once.mixed.school_variance, rel=1e-8)


def test_a_level_the_benchmark_did_not_have_is_refused_by_name() -> None:
    reference = fit_reference(make_cohort(1), FORMULA)
    focal = make_cohort(2, year=2021)
    focal.loc[:20, "sex"] = "undisclosed"
    with pytest.raises(DesignError, match="undisclosed"):
        fit_offset(focal, reference)


def test_another_reference_level_is_refused_by_name() -> None:
    reference = fit_reference(make_cohort(1), FORMULA)
    focal = make_cohort(2, year=2021).query("sex == 'male'").assign(sex="male")
    focal.loc[focal.index[:30], "sex"] = "boarder"
    with pytest.raises(DesignError, match=r"sex"):
        fit_offset(focal, reference)


@pytest.mark.parametrize(
    ("formula", "line", "said"),
    [("score ~ 0 + prior_score", "ols", "intercept"), (FORMULA, "lasso", "lasso")],
)
def test_a_line_that_cannot_serve_is_refused(formula: str, line: str, said: str) -> None:
    with pytest.raises(DesignError, match=said):
        fit_reference(make_cohort(1), formula, line=line)
