"""Contracts of the benchmark line, the drift from it, and the identity that ties both models."""

from valueadded.contracts.columns import contract, flag, number, text, whole

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
            "standard error of the drift, sampling and links together", "scale points", at_least=0
        ),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "intercept_part": number("change of the intercept", "scale points"),
        "slope_part": number("change of the slopes at the benchmark cohort's mean intake", "scale points"),
        "sampling_std_error": number(
            "its part from sampling, clustered on schools across both cohorts", "scale points", at_least=0
        ),
        "link_std_error": number(
            "its part from the links between scales, common to all years on one scale; 0 within a scale",
            "scale points",
            at_least=0,
        ),
    },
    key=["domain", "year", "basis"],
)

PRIOR_DRIFT = contract(
    "prior_drift",
    "Movement of the mean prior score since the benchmark, beside that of the outcome given the prior.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "basis": text("whether each student or each school counts once", among=("student", "school")),
        "prior_drift": number("mean prior score minus that of the benchmark cohort", "scale points"),
        "std_error": number(
            "standard error, clustered on schools across both cohorts, links included",
            "scale points",
            at_least=0,
        ),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "link_std_error": number("its part from the links between scales", "scale points", at_least=0),
        "outcome_drift": number("drift of the outcome given the intake, as in drift", "scale points"),
        "outcome_lower": number("lower end of its interval", "scale points"),
        "outcome_upper": number("upper end of its interval", "scale points"),
        "outcome": number("mean outcome minus that of the benchmark cohort, nothing given", "scale points"),
        "disagree": flag("both intervals exclude 0, on opposite sides"),
        "words": text("what moved, in words"),
    },
    key=["domain", "year", "basis"],
)

MEASUREMENT_ERROR = contract(
    "measurement_error",
    "Drift and slope corrected for the error of measurement in the prior score, beside the naive ones. No "
    "rows where the error is not given; where no correction can be made `status` says why.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "basis": text("whether each student or each school counts once", among=("student", "school")),
        "drift": number("drift without the correction, as in drift", "scale points"),
        "drift_corrected": number("drift between the two corrected lines", "scale points", missing=True),
        "std_error": number(
            "standard error of the corrected drift, links included; the error variance taken as known",
            "scale points",
            at_least=0,
            missing=True,
        ),
        "lower": number("lower end of the interval", "scale points", missing=True),
        "upper": number("upper end of the interval", "scale points", missing=True),
        "slope": number(
            "coefficient of the linear prior in the year's own line", "points for each unit", missing=True
        ),
        "slope_corrected": number("the same, corrected", "points for each unit", missing=True),
        "reliability": number("reliability of the prior score in the year's cohort", "0 to 1", at_most=1),
        "source": text("where the error comes from", among=("scores", "configured")),
        "status": text("`corrected`, or why there is no correction"),
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
