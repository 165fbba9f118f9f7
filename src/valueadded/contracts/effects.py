"""Contracts of the school effects and of what is made of them."""

from valueadded.contracts.columns import contract, flag, number, text, whole

MODELS = (
    "relative",
    "relative_slope",
    "benchmark_offset",
    "benchmark_drift",
    "benchmark_frozen",
    "joint",
)
CORRELATION_METHODS = (
    "shrunken",
    "unshrunken",
    "reflated_global",
    "reflated_school",
    "disattenuated",
    "moment",
    "joint",
)

SCHOOL_EFFECTS = contract(
    "school_effects",
    "Every school effect of every model. For benchmark models the effect is measured from the "
    "benchmark line.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "school_id": text("school"),
        "n_students": whole("students", "students", at_least=1),
        "mean_residual": number("mean residual from the fixed part", "scale points"),
        "effect": number("shrunken effect", "scale points"),
        "std_error": number("standard error of the effect", "scale points", at_least=0),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "interval": text("which interval lower and upper are", among=("textbook", "integrated")),
        "lower_textbook": number("lower end of the textbook interval", "scale points"),
        "upper_textbook": number("upper end of the textbook interval", "scale points"),
        "reliability": number(
            "share of the school variance in the variance of a school mean", "0 to 1", at_least=0, at_most=1
        ),
        "effect_plus_mean": number("effect plus the population mean, on the score scale", "scale points"),
        "deviation": number(
            "shrunken deviation from the level of all schools that year, free of drift", "scale points"
        ),
    },
    key=["domain", "year", "model", "school_id"],
)

REFLATED_EFFECTS = contract(
    "reflated_effects",
    "School effects rescaled so that their spread matches the estimated school variance, in each named form.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "school_id": text("school"),
        "form": text("form of reflation", among=("global", "school", "unshrunken")),
        "effect": number("shrunken effect", "scale points"),
        "reflated": number("reflated effect", "scale points", missing=True),
    },
    key=["domain", "year", "model", "form", "school_id"],
)

SCHOOL_CHANGES = contract(
    "school_changes",
    "Each school's change between two years, under each model.",
    {
        "domain": text("tested domain"),
        "school_id": text("school"),
        "year_from": whole("earlier year", "year"),
        "year_to": whole("later year", "year"),
        "model": text("model", among=MODELS),
        "change": number("later effect minus earlier effect", "scale points"),
        "std_error": number("standard error of the change", "scale points", at_least=0),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "p_improved": number("probability that the change is above 0", "0 to 1", at_least=0, at_most=1),
    },
    key=["domain", "school_id", "year_from", "year_to", "model"],
)

YEAR_CORRELATIONS = contract(
    "year_correlations",
    "Correlations of school effects between years and between models, each labelled with what it estimates.",
    {
        "domain": text("tested domain"),
        "year_a": whole("first year", "year"),
        "year_b": whole("second year", "year"),
        "model_a": text("model of the first effects", among=MODELS),
        "model_b": text("model of the second effects", among=MODELS),
        "method": text("method", among=CORRELATION_METHODS),
        "correlation": number("correlation; missing where it cannot be formed", "-1 to 1", missing=True),
        "lower": number("lower end of the interval", "-1 to 1", missing=True),
        "upper": number("upper end of the interval", "-1 to 1", missing=True),
        "n_schools": whole("schools in both years", "schools", at_least=0),
        "estimates": text("in words, what this number estimates"),
        "expected": number(
            "what this method is expected to show if the joint model is true; missing without a joint model"
            " or a closed form",
            "-1 to 1",
            missing=True,
        ),
    },
    key=["domain", "year_a", "year_b", "model_a", "model_b", "method"],
)

ASSOCIATIONS = contract(
    "associations",
    "One year's true school effects given those of other years, from the covariance of the joint model.",
    {
        "domain": text("tested domain"),
        "outcome_year": whole("year whose effects are explained", "year"),
        "year": whole("year whose effects explain them", "year"),
        "given": text("years that are held fixed; `none` without any"),
        "estimate": number("slope", "points for each point", missing=True),
        "std_error": number(
            "standard error by the delta method", "points for each point", at_least=0, missing=True
        ),
        "lower": number("estimate minus z standard errors", "points for each point", missing=True),
        "upper": number("estimate plus z standard errors", "points for each point", missing=True),
        "median": number("median over draws of the covariance", "points for each point", missing=True),
        "lower_simulated": number("lower percentile over the draws", "points for each point", missing=True),
        "upper_simulated": number("upper percentile over the draws", "points for each point", missing=True),
        "n_draws_refused": whole("draws that are no covariance, left out", "draws", at_least=0),
        "near_singular": flag(
            "one of the years' effects nearly follows from the others: no interval is to be trusted"
        ),
    },
    key=["domain", "outcome_year", "year", "given"],
)

RANKS = contract(
    "ranks",
    "The place of each school within a domain, year and model, rank 1 being the lowest effect, with its "
    "uncertainty given the fit. Quintiles hold a fifth of the schools, rounded; of one or two schools none.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "school_id": text("school"),
        "rank": number(
            "rank of the effect, 1 the lowest; equal effects share their mean", "rank", at_least=1
        ),
        "rank_lower": whole("lower end of the equal-tailed interval of the rank", "rank", at_least=1),
        "rank_upper": whole("upper end of the equal-tailed interval of the rank", "rank", at_least=1),
        "p_above_average": number(
            "probability of an effect above the mean of all schools' effects of that year and model; for a "
            "benchmark model this is not the probability of lying above the line",
            "0 to 1",
            at_least=0,
            at_most=1,
        ),
        "p_top_quintile": number(
            "probability of a place among the highest fifth", "0 to 1", at_least=0, at_most=1
        ),
        "p_bottom_quintile": number(
            "probability of a place among the lowest fifth", "0 to 1", at_least=0, at_most=1
        ),
        "expected_rank": number("mean rank over the draws", "rank", at_least=1),
        "rank_std_error": number("standard deviation of the rank over the draws", "rank", at_least=0),
        "effect": number("shrunken effect that is ranked", "scale points"),
        "own_error": number(
            "standard error of the school's own part, free of what all schools share",
            "scale points",
            at_least=0,
        ),
    },
    key=["domain", "year", "model", "school_id"],
)

FLAGS = contract(
    "flags",
    "Schools that results single out, and how many of them are expected to be singled out wrongly.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "flag": text(
            "what singles a school out",
            among=("interval_above_0", "interval_below_0", "top_quintile", "bottom_quintile"),
        ),
        "n_flagged": whole("schools singled out", "schools", at_least=0),
        "expected_wrong": number("of these, expected number that do not deserve it", "schools", at_least=0),
        "share_wrong": number(
            "their share; missing if no school is singled out", "0 to 1", at_least=0, at_most=1, missing=True
        ),
    },
    key=["domain", "year", "model", "flag"],
)

COMPARISONS = contract(
    "comparisons",
    "Pairs of the schools that `figures.named_schools` names: the first minus the second.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "school_a": text("first school"),
        "school_b": text("second school"),
        "difference": number("effect of the first minus effect of the second", "scale points"),
        "std_error": number("standard error of the difference, given the fit", "scale points", at_least=0),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "p_higher": number("probability that the first is higher", "0 to 1", at_least=0, at_most=1),
    },
    key=["domain", "year", "model", "school_a", "school_b"],
)
