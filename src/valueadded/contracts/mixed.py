"""Contracts of moments and fits."""

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
    "One fitted model for each row.",
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
    "The evidence each fit keeps: every point its search visited.",
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
