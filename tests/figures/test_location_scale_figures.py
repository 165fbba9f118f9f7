"""The six figures of schools' means and variances: what they show, and what they must not show."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valueadded.contracts import location_scale_figures as contracts
from valueadded.errors import ContractError
from valueadded.figures.location_scale import latest, one_estimator, score_words, shown_model
from valueadded.figures.means_against_variances import (
    draw_means_against_variances,
    select_means_against_variances,
)
from valueadded.figures.model_comparison import draw_model_comparison, select_model_comparison
from valueadded.figures.school_lines import draw_school_lines, select_school_lines
from valueadded.figures.score_distributions import draw_score_distributions, select_score_distributions
from valueadded.figures.twin_caterpillar import draw_twin_caterpillar, select_twin_caterpillar
from valueadded.figures.two_schools import draw_two_schools, select_two_schools
from valueadded.location_scale import LadderPlan, fit_ladders, fit_location_scale
from valueadded.location_scale.guard import INTERPRETATION_GUARD
from valueadded.table_io import check_table

REPORT = Path(__file__).parents[2] / "workflow" / "report"
CAPTIONS = (
    "score_distributions",
    "two_schools",
    "means_against_variances",
    "twin_caterpillar",
    "school_lines",
    "model_comparison",
    "sampling_trace",
)


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    random = np.random.default_rng(11)
    school = np.repeat(np.arange(30), 30)
    prior = random.normal(0.3, 1.0, len(school))
    girl = random.random(len(school)) < 0.5
    effect, slope, scale = random.normal(0, [0.4, 0.1, 0.3], (30, 3))[school].T
    spread = np.exp((-0.6 + 0.1 * prior + scale) / 2)
    score = 0.5 + effect + (0.6 + slope) * prior + 0.1 * girl + spread * random.normal(size=len(school))
    return pd.DataFrame(
        {
            "student_id": np.arange(len(school)).astype(str),
            "school_id": [f"{number:02d}" for number in school],
            "domain": "reading",
            "year": 2021,
            "score": score,
            "prior": prior,
            "sex": np.where(girl, "girl", "boy"),
        }
    )


@pytest.fixture(scope="module")
def models(students):
    plan = LadderPlan("prior", [1, 2, 3, 4, 5, 6, 7], ["sex"], standardise=False)
    return fit_ladders({("reading", 2021): students}, plan)


def test_points_are_the_schools_of_the_fit(models, students):
    plotted = select_means_against_variances(models.school_effects, models.covariance, models.fits, "reading")
    check_table(plotted, contracts.MEANS_AGAINST_VARIANCES, "plotted")
    fit = fit_location_scale(students, "score ~ prior", "~ prior")
    np.testing.assert_allclose(plotted["school_variance"], fit.school_effects()["school_variance"], rtol=1e-9)
    assert plotted["average_variance"].iloc[0] == pytest.approx(fit.mean_school_variance)
    covariance = fit.covariance.to_numpy()
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert plotted["correlation"].iloc[0] == pytest.approx(correlation)
    figure = draw_means_against_variances(plotted, "points")
    drawn = sum(len(line.get_xdata()) for line in figure.axes[0].lines if line.get_linestyle() == "None")
    assert drawn == 30
    words = " ".join(text.get_text() for text in figure.legends[0].get_texts())
    assert sum(map(int, re.findall(r": (\d+)", words))) == 30


def test_both_rank_orders_count_who_is_separated(models):
    plotted = select_twin_caterpillar(models.school_effects, models.fits, "reading")
    check_table(plotted, contracts.TWIN_CATERPILLAR, "plotted")
    flags = latest(one_estimator(models.school_effects), "reading", ["Model 3"])
    for quantity, rows in plotted.groupby("quantity"):
        assert rows["value"].is_monotonic_increasing and rows["rank"].tolist() == list(range(1, 31))
        assert (rows["separation"] != "not_separated").sum() == flags[f"separated_{quantity}"].sum()
    titles = [axes.get_title(loc="left") for axes in draw_twin_caterpillar(plotted, "points").axes]
    means = int(flags["separated_mean"].sum())
    assert titles[0] == f"{means} of 30 schools ({means / 30:.0%}) separated from the average"


def test_lines_are_parallel_in_model_1_only(models, students):
    plotted = select_school_lines(
        models.school_effects, models.coefficients, students["prior"], "prior", "reading"
    )
    check_table(plotted, contracts.SCHOOL_LINES, "plotted")
    rise = (plotted["expected_to"] - plotted["expected_from"]).groupby(plotted["model"]).std()
    assert rise["Model 1"] < 1e-12 < 0.01 < rise["Model 4"]
    # At the average prior score a line passes through the fixed part plus the school's effect on the mean.
    row = plotted[plotted["model"] == "Model 4"].iloc[0]
    effect = latest(one_estimator(models.school_effects), "reading", ["Model 4"]).set_index("school_id")
    found = models.coefficients.query("model == 'Model 4' and function == 'mean'").set_index("term")[
        "estimate"
    ]
    average = students["prior"].mean()
    share = (average - row["prior_from"]) / (row["prior_to"] - row["prior_from"])
    height = row["expected_from"] + share * (row["expected_to"] - row["expected_from"])
    expected = found["Intercept"] + found["prior"] * average + effect.loc[row["school_id"], "mean_effect"]
    assert height == pytest.approx(expected)
    assert len(draw_school_lines(plotted, "prior", "points").axes) == 2


def test_two_schools_differ_in_what_their_model_lets_differ(models, students):
    plotted = select_two_schools(
        models.coefficients, models.covariance, students["prior"], "prior", "reading"
    )
    check_table(plotted, contracts.TWO_SCHOOLS, "plotted")
    assert plotted["model"].unique().tolist() == [f"Model {number}" for number in range(1, 7)]
    width = (plotted["upper"] - plotted["lower"]).groupby([plotted["model"], plotted["school"]])
    spread, first = width.std().fillna(0.0), width.first()
    gap = plotted.pivot(index=["model", "prior"], columns="school", values="expected").eval("above - below")
    for model in plotted["model"].unique():
        number = int(model[-1])
        same_width = first[model, "above"] == pytest.approx(first[model, "below"])
        assert same_width == (number in (1, 4))
        assert (spread[model, "above"] > 1e-9) == (number in (3, 6))
        assert (gap[model].std() > 1e-9) == (number in (4, 5, 6))
    assert len(draw_two_schools(plotted, "prior", "points").axes) == 6


def test_two_models_are_compared_by_value_and_rank(models):
    plotted = select_model_comparison(models.school_effects, "reading")
    check_table(plotted, contracts.MODEL_COMPARISON, "plotted")
    for panel, rows in plotted.groupby("panel"):
        assert rows["correlation"].iloc[0] == pytest.approx(rows["before"].corr(rows["after"]))
        if panel.endswith("rank"):
            assert sorted(rows["after"]) == list(range(1, 31))
    assert len(draw_model_comparison(plotted, "points").axes) == 4


def test_models_that_no_cohort_determines_are_said_in_words(models, students):
    fitted = models.school_effects[~models.school_effects["model"].isin(["Model 4", "Model 7"])]
    plotted = select_model_comparison(fitted, "reading")
    check_table(plotted, contracts.MODEL_COMPARISON, "plotted")
    assert plotted.empty
    words = " ".join(text.get_text() for text in draw_model_comparison(plotted, "points").texts)
    assert "No cohort determines these models" in words
    lines = select_school_lines(fitted, models.coefficients, students["prior"], "prior", "reading")
    check_table(lines, contracts.SCHOOL_LINES, "plotted")
    assert lines.empty and not draw_school_lines(lines, "prior", "points").axes


def test_no_student_can_be_read_from_the_scores(students):
    plotted = select_score_distributions(students, "prior")
    check_table(plotted, contracts.SCORE_DISTRIBUTIONS, "plotted")
    for panel, rows in plotted.groupby("panel"):
        assert rows["students"].sum() + rows["hidden"].iloc[0] == len(students), panel
        assert (rows["students"] >= 10).all()
        hidden = rows["hidden"].iloc[0]
        assert hidden == 0 or hidden >= 10
    # Continuous scores: one student at either end.
    assert plotted[["at_floor", "at_ceiling"]].isna().all().all()
    edges = plotted[["prior_from", "prior_to"]].stack()
    assert not set(edges) & {students["prior"].min(), students["prior"].max()}
    figure = draw_score_distributions(plotted, {"prior": "prior", "outcome": "outcome"})
    assert figure.axes[0].get_title(loc="left") == "at the floor: below 1.1%, at the ceiling: below 1.1%"


def test_one_hidden_bin_hides_another():
    # 5 students far from the others would follow from the total: the smallest of the other bins goes too.
    values = np.repeat([0.0, 1.0, 2.0, 10.0], [60, 50, 40, 5])
    scores = pd.DataFrame({"score": values, "prior": values, "domain": "reading", "year": 2021})
    rows = select_score_distributions(scores, "prior").query("panel == 'prior'")
    assert 5 not in set(rows["students"])
    assert rows["hidden"].iloc[0] >= 45 and rows["hidden"].iloc[0] + rows["students"].sum() == 155


def test_shares_at_the_ends_are_those_of_the_data(students):
    capped = students.assign(score=students["score"].clip(upper=1.0))
    rows = select_score_distributions(capped, "prior").query("panel == 'outcome'")
    assert rows["at_ceiling"].iloc[0] == pytest.approx((capped["score"] == 1.0).mean())


def test_the_posterior_is_shown_where_there_is_one():
    table = pd.DataFrame(
        {
            "domain": "reading",
            "year": 2021,
            "model": ["Model 2", "Model 2", "Model 3"],
            "estimator": ["ml", "posterior", "ml"],
            "value": [1.0, 2.0, 3.0],
        }
    )
    assert one_estimator(table)["value"].tolist() == [2.0, 3.0]
    assert shown_model(table, "reading") == "Model 3"
    with pytest.raises(ContractError, match=r"no cohort of domain 'reading' has rows of Model 3, Model 7"):
        latest(table, "reading", ["Model 3", "Model 7"])
    with pytest.raises(ContractError, match=r"domain 'numeracy' has no fitted model"):
        shown_model(table, "numeracy")


def test_the_unit_is_that_of_a_standardised_score():
    fits = pd.DataFrame({"domain": ["reading", "numeracy"], "score_scale": [1.0, 80.0]})
    assert score_words(fits, "reading", "points") == "points"
    assert score_words(fits, "numeracy", "points") == "standard deviations"


@pytest.mark.parametrize("name", CAPTIONS)
def test_every_caption_says_what_the_results_do_not_say(name):
    caption = " ".join((REPORT / f"{name}.rst").read_text(encoding="utf-8").split())
    assert INTERPRETATION_GUARD in caption
