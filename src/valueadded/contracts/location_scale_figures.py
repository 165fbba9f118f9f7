"""Contracts of the data behind the figures of schools' means and variances."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, flag, number, text, whole
from valueadded.contracts.location_scale import MODELS, SQUARED, UNIT

QUANTITIES = ("mean", "variance")
PANELS = ("mean", "variance", "mean_rank", "variance_rank")
SCORES = ("prior", "outcome")


def _of_cohort() -> dict[str, pa.Column]:
    """Return the columns that say which cohort is drawn."""
    return {"domain": text("tested domain"), "year": whole("calendar year of the outcome", "year")}


SCORE_DISTRIBUTIONS = contract(
    "score_distributions",
    "Counts of students by bin, of each score and of both together. Bins of fewer students than are shown "
    "have no row; `hidden` counts those students.",
    {
        **_of_cohort(),
        "panel": text("which counts: of one score, or of both", among=(*SCORES, "both")),
        "bin": whole("number of the bin in its panel", "bins", at_least=1),
        "prior_from": number(
            "lower end of the bin of the prior score; missing for the outcome", "as scored", missing=True
        ),
        "prior_to": number("its upper end", "as scored", missing=True),
        "outcome_from": number(
            "lower end of the bin of the outcome; missing for the prior score", "as scored", missing=True
        ),
        "outcome_to": number("its upper end", "as scored", missing=True),
        "students": whole("students in the bin", "students", at_least=1),
        "n_students": whole("students in all", "students", at_least=1),
        "hidden": whole("students of this panel in bins too small to show", "students", at_least=0),
        "correlation": number("Pearson correlation of both scores", "-1 to 1"),
        "at_floor": number(
            "students at the lowest score anyone has (in panel `both`: outcome); missing if too few to show",
            "share",
            missing=True,
        ),
        "at_ceiling": number("students at the highest, likewise", "share", missing=True),
    },
    key=["domain", "year", "panel", "bin"],
)

TWO_SCHOOLS = contract(
    "two_schools",
    "What each model lets differ between two invented schools, one standard deviation of every school effect "
    "above and below the average school.",
    {
        **_of_cohort(),
        "model": text("model of the ladder", among=MODELS),
        "school": text("which of the two", among=("above", "below")),
        "prior": number("prior term", "as scored"),
        "expected": number("expected outcome of a student of the school", UNIT),
        "lower": number("a student standard deviation below", UNIT),
        "upper": number("a student standard deviation above", UNIT),
    },
    key=["domain", "year", "model", "school", "prior"],
)

MEANS_AGAINST_VARIANCES = contract(
    "means_against_variances",
    "Mean and variance of every school.",
    {
        **_of_cohort(),
        "model": text("model of the ladder", among=MODELS),
        "school_id": text("school"),
        "mean_effect": number("effect on the mean", UNIT),
        "school_variance": number("student variance", SQUARED, at_least=0),
        "separated_mean": flag("the interval of the mean effect leaves out 0"),
        "separated_variance": flag("the interval of the variance leaves out the average"),
        "average_variance": number("population mean of the school variance", SQUARED, at_least=0),
        "correlation": number(
            "estimated correlation of the effects on mean and log variance", "-1 to 1", missing=True
        ),
    },
    key=["domain", "year", "model", "school_id"],
)

TWIN_CATERPILLAR = contract(
    "twin_caterpillar",
    "Means and variances of every school in rank order, with intervals.",
    {
        **_of_cohort(),
        "model": text("model of the ladder", among=MODELS),
        "quantity": text("mean or variance", among=QUANTITIES),
        "rank": whole("place among the schools, 1 the lowest; equal values go by school", "rank", at_least=1),
        "school_id": text("school"),
        "value": number("effect on the mean, or student variance", f"{UNIT}, or {SQUARED}"),
        "lower": number("lower end of its interval", "as the value"),
        "upper": number("upper end of its interval", "as the value"),
        "average": number("0, or the population mean of the school variance", "as the value"),
        "separation": text("where the interval lies", among=("above", "not_separated", "below")),
    },
    key=["domain", "year", "model", "quantity", "rank"],
)

SCHOOL_LINES = contract(
    "school_lines",
    "The line of every school over the range of the prior term, as Models 1 and 4 have it.",
    {
        **_of_cohort(),
        "model": text("model of the ladder", among=MODELS),
        "school_id": text("school"),
        "prior_from": number("low end of the prior term", "as scored"),
        "prior_to": number("high end of the prior term", "as scored"),
        "expected_from": number("expected outcome at the low end", UNIT),
        "expected_to": number("expected outcome at the high end", UNIT),
    },
    key=["domain", "year", "model", "school_id"],
)

MODEL_COMPARISON = contract(
    "model_comparison",
    "Every school by two models: mean, variance and the ranks of both.",
    {
        **_of_cohort(),
        "panel": text("what is compared", among=PANELS),
        "school_id": text("school"),
        "model_before": text("model on the horizontal axis", among=MODELS),
        "model_after": text("model on the vertical axis", among=MODELS),
        "before": number("value by the one model", "as the panel"),
        "after": number("value by the other", "as the panel"),
        "correlation": number("correlation of both over schools", "-1 to 1", missing=True),
    },
    key=["domain", "year", "panel", "school_id"],
)
