"""Contracts of moments and fits."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, flag, number, text, whole

MOMENTS = contract(
    "moments",
    "Per-school moments: columns `centre|term`, `mean|term` (school mean minus centre) and `scatter|a|b` "
    "(cross-products about the school mean), `levels|factor` and `formula|key` follow.",
    {
        "school_id": text("school"),
        "cohort": whole("calendar year of the outcome", "year"),
        "n_students": whole("students", "students", at_least=1),
    },
    key=["school_id", "cohort"],
)

FITS = contract(
    "fits",
    "One fitted model for each row. The joint model has a row for each year; its log-likelihood, "
    "convergence and evaluations are those of all years together.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model"),
        "method": text("estimation method", among=("ML", "REML", "fixed")),
        "n_students": whole("students", "students", at_least=1),
        "n_schools": whole("schools", "schools", at_least=2),
        "school_variance": number("between-school variance (of the intercept)", "squared points", at_least=0),
        "slope_variance": number(
            "between-school variance of the slope", "squared points", at_least=0, missing=True
        ),
        "slope_covariance": number("covariance of intercept and slope", "squared points", missing=True),
        "residual_variance": number("student residual variance", "squared points", at_least=0),
        "log_likelihood": number("log-likelihood at the optimum (restricted for REML)", "nats"),
        "converged": flag("the score vanishes at the estimates, or the bound holds"),
        "boundary": flag("a variance is 0 or a correlation is +-1"),
        "evaluations": whole("evaluations of the criterion", "evaluations", at_least=0),
    },
    key=["domain", "year", "model"],
)

FIXED_EFFECTS = contract(
    "fixed_effects",
    "Fixed effects with generalised least squares standard errors.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model"),
        "term": text("term of the design, `Intercept` first"),
        "estimate": number("coefficient", "points for each unit of the term"),
        "std_error": number(
            "standard error; missing for a coefficient pinned at the benchmark",
            "points for each unit of the term",
            at_least=0,
            missing=True,
        ),
    },
    key=["domain", "year", "model", "term"],
)

FIT_RECORDS = contract(
    "fit_records",
    "The evidence each fit keeps: every point its search visited. The joint model's stand under its last "
    "year.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model"),
        "iteration": whole("order of the visit", "visits", at_least=0),
        "parameter": text("parameter of the search"),
        "value": number("value visited", "the parameter's unit"),
        "deviance": number("-2 log-likelihood there", "nats"),
        "status": text("how the search ended"),
    },
    key=["domain", "year", "model", "iteration", "parameter"],
)

SCHOOL_COVARIANCE = contract(
    "school_covariance",
    "Covariance of true school effects between years, from the joint model; a year with itself gives its "
    "variance.",
    {
        "domain": text("tested domain"),
        "year_a": whole("first year", "year"),
        "year_b": whole("second year, not earlier", "year"),
        "covariance": number("covariance of the true effects", "squared points"),
        "std_error": number(
            "standard error from the information matrix, approximate at a singular covariance",
            "squared points",
            at_least=0,
        ),
    },
    key=["domain", "year_a", "year_b"],
)

SCHOOL_COVARIANCE_ERROR = contract(
    "school_covariance_error",
    "Covariance of two estimated covariances of the joint model: that of years a and b with that of c and d.",
    {
        "domain": text("tested domain"),
        "year_a": whole("first year of the one", "year"),
        "year_b": whole("its second year, not earlier", "year"),
        "year_c": whole("first year of the other", "year"),
        "year_d": whole("its second year, not earlier", "year"),
        "covariance": number(
            "covariance of the estimates, approximate at a singular covariance", "points to the fourth power"
        ),
    },
    key=["domain", "year_a", "year_b", "year_c", "year_d"],
)

LAG_PROFILE = contract(
    "lag_profile",
    "Mean correlation of true school effects between years by lag, from the joint model.",
    {
        "domain": text("tested domain"),
        "lag": whole("calendar years apart", "years", at_least=1),
        "pairs": whole("pairs of years", "pairs", at_least=1),
        "correlation": number("mean correlation of the pairs", "-1 to 1", at_least=-1, at_most=1),
        "std_error": number(
            "standard error of the mean by the delta method, approximate at a singular covariance",
            "-1 to 1",
            at_least=0,
            missing=True,
        ),
        "lower": number("lower end of the interval, on Fisher's z", "-1 to 1", missing=True),
        "upper": number("upper end of the interval, on Fisher's z", "-1 to 1", missing=True),
    },
    key=["domain", "lag"],
)

JOINT_CORRELATIONS = contract(
    "joint_correlations",
    "Correlation of true school effects between years, from the joint model, with three intervals.",
    {
        "domain": text("tested domain"),
        "year_a": whole("earlier year", "year"),
        "year_b": whole("later year", "year"),
        "lag": whole("calendar years between them", "years", at_least=1),
        "correlation": number(
            "estimate; missing where a variance is 0", "-1 to 1", at_least=-1, at_most=1, missing=True
        ),
        "lower": number(
            "lower end of the profile likelihood interval", "-1 to 1", at_least=-1, at_most=1, missing=True
        ),
        "upper": number(
            "upper end of the profile likelihood interval", "-1 to 1", at_least=-1, at_most=1, missing=True
        ),
        "std_error": number("standard error by the delta method", "-1 to 1", at_least=0, missing=True),
        "lower_delta": number("estimate minus z standard errors", "-1 to 1", missing=True),
        "upper_delta": number("estimate plus z standard errors", "-1 to 1", missing=True),
        "lower_fisher": number("the same on the scale of Fisher's z, carried back", "-1 to 1", missing=True),
        "upper_fisher": number("the same on the scale of Fisher's z, carried back", "-1 to 1", missing=True),
        "n_schools": whole("schools with students in both years", "schools", at_least=0),
    },
    key=["domain", "year_a", "year_b"],
)

STRUCTURES = contract(
    "structures",
    "Structures of the covariance over years, each fitted, and its likelihood-ratio test against the "
    "unstructured one.",
    {
        "domain": text("tested domain"),
        "structure": text("structure", among=("unstructured", "toeplitz", "ar1", "independent")),
        "parameters": whole("parameters of the covariance", "parameters", at_least=1),
        "log_likelihood": number("log-likelihood at the optimum (restricted for REML)", "nats"),
        "statistic": number("twice the log-likelihood lost against unstructured", "nats", missing=True),
        "freedom": whole("parameters saved against unstructured", "parameters", at_least=0),
        "p_value": number(
            "probability of a larger statistic; too large where a correlation is +-1",
            "0 to 1",
            at_least=0,
            at_most=1,
            missing=True,
        ),
        "aic": number("Akaike's criterion", "nats"),
        "bic": number("Schwarz's criterion, counting schools", "nats"),
        "converged": flag("the certificate of a maximum holds"),
        "boundary": flag("the covariance is singular"),
        "status": text("how the search ended"),
    },
    key=["domain", "structure"],
)


def _side(name: str, words: str) -> dict[str, pa.Column]:
    """Return the columns of one way of measuring a school."""
    return {
        f"{name}_from": number(f"effect in the earlier year, {words}", "scale points"),
        f"{name}_to": number(f"effect in the later year, {words}", "scale points"),
        f"{name}_to_lower": number("lower end of the later year's interval", "scale points"),
        f"{name}_to_upper": number("upper end of the later year's interval", "scale points"),
        f"{name}_change": number("later minus earlier", "scale points"),
        f"{name}_std_error": number("standard error of the change", "scale points", at_least=0),
        f"{name}_lower": number("lower end of the change's interval", "scale points"),
        f"{name}_upper": number("upper end of the change's interval", "scale points"),
        f"{name}_p_improved": number(
            "probability that the change is above 0", "0 to 1", at_least=0, at_most=1
        ),
    }


JOINT_CHANGES = contract(
    "joint_changes",
    "Each school's change between the benchmark year and every other year, from the joint model: its place "
    "among schools (relative) and measured from the benchmark line, with the covariance of both years in the "
    "standard error.",
    {
        "domain": text("tested domain"),
        "school_id": text("school"),
        "year_from": whole("earlier year", "year"),
        "year_to": whole("later year", "year"),
        "n_students_from": whole("students in the earlier year", "students", at_least=1),
        "n_students_to": whole("students in the later year", "students", at_least=1),
        **_side("relative", "from the year's own line"),
        **_side("benchmark", "from the benchmark line at the benchmark cohort's mean intake"),
    },
    key=["domain", "school_id", "year_from", "year_to"],
)
