"""Contracts of the study that asks whether benchmarking works."""

from valueadded.contracts.columns import contract, number, text, whole

# Each name with the words that tables and figures show for it, in the order they show them.
SCENARIOS = {
    "regular": "nothing happens",
    "drift": "drift",
    "slope_change": "slope change",
    "prior_shock": "prior shock",
    "intake_change": "intake change",
    "prior_error_change": "noisier prior",
    "selective_absence": "selective absence",
    "closures": "closures",
    "few_schools": "few schools, drift",
    "small_schools": "small schools, drift",
    "scale_link": "scale link",
}
TARGETS = {
    "system": "Drift of the system",
    "school": "Change of a school",
    "place": "Change of a school's place among schools",
}
METHODS = {
    "relative": "relative",
    "raw_means": "raw means",
    "effect_plus_mean": "effect plus mean",
    "benchmark_offset": "benchmark offset",
    "benchmark_offset_mixed": "offset, mixed line",
    "benchmark_frozen": "benchmark frozen",
    "benchmark_drift": "benchmark drift",
    "benchmark_residuals": "residuals, unshrunken",
    "line_student": "lines, by student",
    "line_school": "lines, by school",
    "line_student_linked": "lines, link error added",
    "joint": "joint model",
    "two_cohort_ar1": "two-cohort AR(1)",
}
MEASURES = {
    "bias": "bias",
    "rmse": "RMSE",
    "coverage": "coverage",
    "interval_width": "interval width",
    "rank_correlation": "rank correlation",
    "flagged": "flagged",
    "false_flags": "falsely flagged",
}
KEY = {
    "scenario": text("what happens to the focal cohort", among=tuple(SCENARIOS)),
    "target": text(
        "what is estimated: the drift of the system, the change of a school with the drift in it, or "
        "that of its place among schools",
        among=tuple(TARGETS),
    ),
    "method": text("method", among=tuple(METHODS)),
}

REPLICATES = contract(
    "replicates",
    "How well each method did on each invented system, as a mean over its schools.",
    {
        "scenario": KEY["scenario"],
        "replicate": whole("number of the invented system", "number", at_least=0),
        "target": KEY["target"],
        "method": KEY["method"],
        "units": number("schools judged; 1 for the system", "schools", at_least=1),
        "bias": number("estimate minus truth", "scale points"),
        "squared_error": number("its square", "squared points", at_least=0),
        "coverage": number(
            "share of intervals that hold the truth", "0 to 1", at_least=0, at_most=1, missing=True
        ),
        "interval_width": number("width of the intervals", "scale points", at_least=0, missing=True),
        "rank_correlation": number(
            "Spearman's correlation of estimates with the truth", "-1 to 1", missing=True
        ),
        "flagged": number(
            "share of units whose interval leaves 0 out", "0 to 1", at_least=0, at_most=1, missing=True
        ),
        "false_flags": number(
            "share of all units flagged although the truth has the other sign or is negligible",
            "0 to 1",
            at_least=0,
            at_most=1,
            missing=True,
        ),
    },
    key=["scenario", "replicate", "target", "method"],
)

SUMMARY = contract(
    "validation_summary",
    "Each measure over all replicates, with its Monte Carlo error; a measure that a method lacks has no row.",
    {
        **KEY,
        "measure": text("measure", among=tuple(MEASURES)),
        "value": number("mean over replicates; for rmse the root of the mean squared error", "the measure's"),
        "monte_carlo_error": number("standard error of the value", "the measure's", at_least=0, missing=True),
        "replicates": whole("replicates behind it", "replicates", at_least=1),
    },
    key=["scenario", "target", "method", "measure"],
)

MATRIX = contract(
    "validation_matrix",
    "The cells of the study's figure.",
    {
        "target": KEY["target"],
        "scenario": KEY["scenario"],
        "method": KEY["method"],
        "measure": text("measure", among=("bias", "coverage")),
        "value": number("value", "scale points, or 0 to 1"),
        "monte_carlo_error": number("its Monte Carlo error", "the measure's", at_least=0, missing=True),
    },
    key=["target", "scenario", "method", "measure"],
)
