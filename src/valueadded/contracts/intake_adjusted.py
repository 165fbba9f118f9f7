"""Contracts of intake-adjusted performance of whole schools."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, flag, number, text, whole

BANDS = ("higher", "similar", "lower")
STATUSES = (
    "published",
    "suppressed",
    "missing intake",
    "missing outcome",
    "excluded",
    "capped",
    "no regression",
)
WINDOWS = ("LY", "4Y")
RESIDUAL = "standard deviations of the residuals"


def of_regression() -> dict[str, pa.Column]:
    """Return the columns that name a regression."""
    return {
        "outcome": text("outcome measure of the registry"),
        "window": text("LY: its latest year; 4Y: mean of its yearly values", among=WINDOWS),
        "group": text("schools that are compared: part of a group of the registry, or a group without parts"),
    }


INTAKE_ADJUSTED_MEASURES = contract(
    "intake_adjusted_measures",
    "Intake of every school as it entered a regression.",
    {
        "school_id": text("school"),
        "group": text("schools that are compared"),
        "variable": text("intake variable of the registry, with its window"),
        "outcome_year": whole("latest year of the outcomes beside it; 0 where no school has one", "year"),
        "value": number("value in the regression, after logarithm or z-score", "as entered", missing=True),
    },
    key=["group", "variable", "outcome_year", "school_id"],
)

INTAKE_ADJUSTED_REGRESSIONS = contract(
    "intake_adjusted_regressions",
    "Every regression of whole schools, a row a term, the intercept first.",
    {
        **of_regression(),
        "composition": text("composition measure of the map; `none` where the registry says so"),
        "term": text("Intercept, or an intake variable"),
        "estimate": number("coefficient; missing where others determine it", "outcome a unit", missing=True),
        "std_error": number("its standard error", "outcome a unit", at_least=0, missing=True),
        "t": number("estimate over standard error", "ratio", missing=True),
        "aliased": text("which columns determine this one; empty where none do"),
        "r_squared": number("share of variance explained", "0 to 1", at_least=0, at_most=1, missing=True),
        "residual_variance": number("mean square", "squared outcome", at_least=0, missing=True),
        "n_schools": whole("schools in the last fit, or with every value where there is none", "schools"),
        "n_removed": whole("schools beyond the cap, left out of the last fit", "schools", at_least=0),
        "passes": whole("times that schools were removed", "passes", at_least=0),
        "n_suppressed": whole("schools with too few students, in the fit", "schools", at_least=0),
        "n_missing_intake": whole("schools without some intake measure", "schools", at_least=0),
        "n_missing_outcome": whole("schools without the outcome", "schools", at_least=0),
        "condition_number": number("of the standardised columns", "ratio", at_least=1, missing=True),
        "heteroscedasticity_p": number(
            "p value of the Breusch-Pagan test", "0 to 1", at_least=0, at_most=1, missing=True
        ),
        "largest_cooks_distance": number("pull of one school", "distance", at_least=0, missing=True),
    },
    key=["outcome", "window", "group", "term"],
)

INTAKE_ADJUSTED_PERFORMANCE = contract(
    "intake_adjusted_performance",
    "Every school on every outcome and window, also where there is no result.",
    {
        "school_id": text("school"),
        **of_regression(),
        "calendar_year": whole("latest year of the window; 0 where no school has the outcome", "year"),
        "years_used": whole("years with a value", "years", at_least=0),
        "n_students": number("students behind the outcome, all years", "students", at_least=0, missing=True),
        "observed": number("outcome", "as measured", missing=True),
        "expected": number("outcome of the line at the school's intake", "as measured", missing=True),
        "standardised_residual": number("observed minus expected, standardised", RESIDUAL, missing=True),
        "band": text("place against the limits", among=BANDS, missing=True),
        "status": text("whether there is a result", among=STATUSES),
        "reason": text("why there is none, or why it is capped; empty otherwise"),
        "leverage": number(
            "pull on the school's own line", "0 to 1", at_least=0, at_most=1 + 1e-9, missing=True
        ),
        "higher_is_worse": flag("a high value is a poor result"),
        "variable": text("outcome variable of the registry, with its window"),
    },
    key=["outcome", "window", "group", "school_id"],
)

INTAKE_ADJUSTED_UNCERTAINTY = contract(
    "intake_adjusted_uncertainty",
    "Error of every shown residual that is not capped, and the probability of each band.",
    {
        "school_id": text("school"),
        **of_regression(),
        "standardised_residual": number("observed minus expected, standardised", RESIDUAL),
        "line_error": number("error of the line", RESIDUAL, at_least=0),
        "years_error": number("error from yearly scatter", RESIDUAL, at_least=0, missing=True),
        "std_error": number("both together", RESIDUAL, at_least=0),
        "p_higher": number("probability of higher", "0 to 1", at_least=0, at_most=1),
        # A difference of sums, and so only up to rounding within 0 and 1.
        "p_similar": number("probability of similar", "0 to 1", at_least=-1e-9, at_most=1 + 1e-9),
        "p_lower": number("probability of lower", "0 to 1", at_least=0, at_most=1),
        "holds": text("what the error holds", among=("line", "line and years")),
    },
    key=["outcome", "window", "group", "school_id"],
)

INTAKE_ADJUSTED_MULTILEVEL = contract(
    "intake_adjusted_multilevel",
    "Residual of every school beside the random intercept of its students, given the same intake.",
    {
        **of_regression(),
        "school_id": text("school"),
        "n_students": whole("students with the test, and the prior one if asked for", "students", at_least=1),
        "standardised_residual": number("observed minus expected, standardised", RESIDUAL),
        "effect": number("shrunken random intercept", "scale points"),
        "std_error": number("its standard error, variances taken as known", "scale points", at_least=0),
    },
    key=["outcome", "window", "group", "school_id"],
)

INTAKE_ADJUSTED_AGREEMENT = contract(
    "intake_adjusted_agreement",
    "How far residuals of schools and random intercepts of their students agree.",
    {
        **of_regression(),
        "n_schools": whole("schools with both; 0 where nothing was fitted", "schools", at_least=0),
        "n_students": whole("their students with the test", "students", at_least=0),
        "correlation": number("of residual and effect", "-1 to 1", missing=True),
        "rank_correlation": number("of their ranks", "-1 to 1", missing=True),
        "school_variance": number("of the random intercept", "squared points", at_least=0, missing=True),
        "residual_variance": number("of students within schools", "squared points", at_least=0, missing=True),
        "reason": text("why there is no comparison; empty where there is one"),
    },
    key=["outcome", "window", "group"],
)

INTAKE_ADJUSTED_MULTIVERSE = contract(
    "intake_adjusted_multiverse",
    "Every combination of the open choices, and what moves against the first, which has the defaults.",
    {
        "run": whole("number of the combination", "number", at_least=1),
        "log_constant": number("added before the logarithm", "percentage points", at_least=0),
        "z_population": text("schools of the z-scores", among=("group", "all")),
        "composite_weights": text("what counts once in a composite", among=("tests", "areas")),
        "residual": text("type of residual", among=("standardised", "studentised")),
        "outlier_passes": whole("times that schools may be removed", "passes", at_least=0),
        "n_results": whole("results with a band in both runs", "results", at_least=0),
        "n_changed": whole("results whose band differs", "results", at_least=0),
        "share_changed": number("share of results", "0 to 1", at_least=0, at_most=1),
        "n_schools_changed": whole("schools with some band changed", "schools", at_least=0),
        "share_schools_changed": number("share of schools", "0 to 1", at_least=0, at_most=1),
        "largest_move": number("greatest change of a residual", RESIDUAL, at_least=0),
    },
    key=["run"],
)

INTAKE_ADJUSTED_CONTEST = contract(
    "intake_adjusted_contest",
    "What each composition measure explains of each outcome, beside the other intake measures.",
    {
        **of_regression(),
        "composition": text("candidate, a composition measure"),
        "n_schools": whole("schools with every candidate", "schools", at_least=0),
        "r_squared": number("share of variance explained", "0 to 1", at_least=0, at_most=1, missing=True),
        "r_squared_without": number(
            "that of the other measures alone", "0 to 1", at_least=0, at_most=1, missing=True
        ),
        "gain": number("difference of the two", "0 to 1", missing=True),
        "chosen": flag("the measure of the registry"),
        "highest": flag("explains most"),
    },
    key=["outcome", "window", "group", "composition"],
)

INTAKE_ADJUSTED_CHOICES = contract(
    "intake_adjusted_choices",
    "What the source leaves open, as it was decided.",
    {
        "choice": text("choice"),
        "value": text("what was chosen"),
        "meaning": text("in words"),
    },
    key=["choice"],
)
