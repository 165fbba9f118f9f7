"""Contracts of the data behind each figure, written beside it."""

from valueadded.contracts.columns import contract, flag, number, text, whole
from valueadded.contracts.effects import CORRELATION_METHODS, MODELS

EFFECT_DISTRIBUTION = contract(
    "effect_distribution",
    "The school effects whose distribution is drawn, by year and model.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "school_id": text("school"),
        "effect": number("shrunken effect", "scale points"),
        "benchmark_year": flag("the year belongs to the benchmark cohort"),
    },
    key=["domain", "year", "model", "school_id"],
)

CATERPILLAR = contract(
    "caterpillar",
    "School effects of one year in rank order, with intervals.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "rank": whole(
            "place among the model's schools, 1 the lowest effect; equal effects go by school",
            "rank",
            at_least=1,
        ),
        "school_id": text("school"),
        "effect": number("shrunken effect", "scale points"),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "separation": text("where the interval lies", among=("above", "not_separated", "below")),
        "rank_lower": whole("lower end of the interval of the rank", "rank", at_least=1),
        "rank_upper": whole("upper end of the interval of the rank", "rank", at_least=1),
        "p_top_quintile": number("probability of the highest fifth", "0 to 1", at_least=0, at_most=1),
        "p_bottom_quintile": number("probability of the lowest fifth", "0 to 1", at_least=0, at_most=1),
    },
    key=["domain", "year", "model", "rank"],
)

RELATIVE_AGAINST_BENCHMARK = contract(
    "relative_against_benchmark",
    "Both effects of each school and year, with their correlation in that year.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "school_id": text("school"),
        "benchmark_model": text("benchmark model", among=MODELS),
        "relative": number("shrunken effect, relative model", "scale points"),
        "benchmark": number("shrunken effect, benchmark model", "scale points"),
        "correlation": number("correlation of both in that year", "-1 to 1", missing=True),
        "benchmark_year": flag("the year belongs to the benchmark cohort"),
    },
    key=["domain", "year", "school_id"],
)

SCHOOL_TRAJECTORIES = contract(
    "school_trajectories",
    "Effects of each school over the years, and the drift of the whole system.",
    {
        "domain": text("tested domain"),
        "line": text("what the row is a point of", among=("school", "named", "system")),
        "school_id": text("school; empty for the system"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "label": text("words in the legend; empty for schools in the background"),
        "effect": number("shrunken effect of the school, or drift of the system", "scale points"),
        "lower": number("lower end of the drift's interval", "scale points", missing=True),
        "upper": number("upper end of the drift's interval", "scale points", missing=True),
        "benchmark_year": flag("the year belongs to the benchmark cohort"),
    },
    key=["domain", "line", "school_id", "year"],
)

YEAR_CORRELATION_MATRIX = contract(
    "year_correlation_matrix",
    "Correlations of relative effects between years, as drawn.",
    {
        "domain": text("tested domain"),
        "method": text("method", among=("shrunken", "disattenuated")),
        "year_a": whole("earlier year", "year"),
        "year_b": whole("later year", "year"),
        "correlation": number("correlation; missing where it cannot be formed", "-1 to 1", missing=True),
        "n_schools": whole("schools in both years", "schools", at_least=0),
        "estimates": text("in words, what this number estimates"),
    },
    key=["domain", "method", "year_a", "year_b"],
)

ATTRITION_FLOW = contract(
    "attrition_flow",
    "Students at each step from the outcome-year records to the cohort.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "step": text("step, as in attrition"),
        "reason": text("reason code"),
        "students": whole("students", "students", at_least=0),
        "share": number("share of the year's records", "0 to 1", at_least=0, at_most=1, missing=True),
    },
    key=["domain", "year", "step", "reason"],
)

SYSTEM_DRIFT = contract(
    "system_drift",
    "The drift of the whole system, as drawn.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "basis": text("whether each student or each school counts once", among=("student", "school")),
        "drift": number("drift", "scale points"),
        "std_error": number("its standard error, links included", "scale points", at_least=0),
        "sampling_std_error": number("the part from sampling", "scale points", at_least=0),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "sampling_lower": number("lower end without the error of links", "scale points"),
        "sampling_upper": number("upper end without the error of links", "scale points"),
        "intercept_part": number("change of the intercept", "scale points"),
        "slope_part": number("change of the slopes", "scale points"),
        "benchmark_year": flag("the year belongs to the benchmark cohort"),
    },
    key=["domain", "basis", "year"],
)

PRIOR_AND_OUTCOME = contract(
    "prior_and_outcome",
    "Movement of the prior score and of the outcome given the prior, as drawn, each student counting once.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "prior_drift": number("movement of the mean prior score", "scale points"),
        "lower": number("lower end of its interval", "scale points"),
        "upper": number("upper end of its interval", "scale points"),
        "outcome_drift": number("drift of the outcome given the intake", "scale points"),
        "outcome_lower": number("lower end of its interval", "scale points"),
        "outcome_upper": number("upper end of its interval", "scale points"),
        "outcome": number("movement of the mean outcome", "scale points"),
        "disagree": flag("both intervals exclude 0, on opposite sides"),
        "words": text("what moved, in words"),
        "benchmark_year": flag("the year belongs to the benchmark cohort"),
    },
    key=["domain", "year"],
)

SCHOOL_CHANGE_FIGURE = contract(
    "school_change_figure",
    "Each school in the benchmark year and in the latest year, and its change with interval, as drawn.",
    {
        "domain": text("tested domain"),
        "measure": text("what effects are measured from", among=("benchmark", "relative")),
        "school_id": text("school"),
        "year_from": whole("benchmark year", "year"),
        "year_to": whole("latest year", "year"),
        "effect_from": number("effect in the benchmark year", "scale points"),
        "effect_to": number("effect in the latest year", "scale points"),
        "change": number("later minus earlier", "scale points"),
        "lower": number("lower end of the change's interval", "scale points"),
        "upper": number("upper end of the change's interval", "scale points"),
        "place": whole("place in the order of changes, 1 the lowest", "rank", at_least=1),
        "direction": text("where the interval lies", among=("rose", "open", "fell")),
    },
    key=["domain", "measure", "school_id"],
)

JOINT_CORRELATION_BY_LAG = contract(
    "joint_correlation_by_lag",
    "Correlations of relative effects between years, from the joint model and from effects of single "
    "years, as drawn.",
    {
        "domain": text("tested domain"),
        "method": text("method", among=CORRELATION_METHODS),
        "year_a": whole("earlier year", "year"),
        "year_b": whole("later year", "year"),
        "lag": whole("calendar years between them", "years", at_least=1),
        "correlation": number("correlation; missing where it cannot be formed", "-1 to 1", missing=True),
        "lower": number("lower end of the interval", "-1 to 1", missing=True),
        "upper": number("upper end of the interval", "-1 to 1", missing=True),
        "gap": number("correlation minus that of the joint model", "-2 to 2", missing=True),
    },
    key=["domain", "method", "year_a", "year_b"],
)
