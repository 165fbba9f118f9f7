"""Contracts of the benchmark line, the drift from it, and the identity that ties both models."""

from valueadded.contracts.columns import contract, number, text, whole

REFERENCE = contract(
    "reference",
    "The benchmark line, both ways of fitting it; the cluster-robust covariance follows in columns "
    "`cov:<term>`, then "
    "`used`: whether models are measured from this line (the frozen model always takes the mixed one).",
    {
        "domain": text("tested domain"),
        "line": text("how the line was fitted", among=("ols", "mixed")),
        "term": text("term of the design, `Intercept` first"),
        "estimate": number("coefficient", "points for each unit of the term"),
    },
    key=["domain", "line", "term"],
)

DRIFT = contract(
    "drift",
    "Movement of the whole system since the benchmark, at the benchmark cohort's mean intake.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "basis": text("whether each student or each school counts once", among=("student", "school")),
        "drift": number("intercept part plus slope part", "scale points"),
        "std_error": number(
            "standard error, clustered on schools across both cohorts", "scale points", at_least=0
        ),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "intercept_part": number("change of the intercept", "scale points"),
        "slope_part": number("change of the slopes at the benchmark cohort's mean intake", "scale points"),
    },
    key=["domain", "year", "basis"],
)

DECOMPOSITION = contract(
    "decomposition",
    "For each school: mean benchmark residual = mean relative residual + intercept part + slope "
    "part, exactly.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "school_id": text("school"),
        "mean_residual_relative": number("mean residual from the focal year's own line", "scale points"),
        "mean_residual_benchmark": number("mean residual from the benchmark line", "scale points"),
        "intercept_part": number("change of the intercept", "scale points"),
        "slope_part": number(
            "change of the other coefficients at the school's own mean intake", "scale points"
        ),
    },
    key=["domain", "year", "school_id"],
)
