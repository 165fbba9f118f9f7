"""Contracts of the location-scale models: schools that differ in mean and in variance."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, flag, number, text, whole

MODELS = tuple(f"Model {number}" for number in range(1, 9))
ESTIMATORS = ("ml", "posterior")
EFFECTS = ("intercept", "slope", "log_variance")
UNIT = "score units"
SQUARED = "squared score units"


def _cohort() -> dict[str, pa.Column]:
    """Return the columns that say which model of which cohort a row is of."""
    return {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model of the ladder", among=MODELS),
    }


def _estimator() -> pa.Column:
    """Return the column that tells the maximum of the likelihood from the posterior."""
    return text(
        "ml: estimate at the maximum, its standard error; posterior: posterior mean, standard deviation and "
        "quantiles",
        among=ESTIMATORS,
    )


def _effect(name: str, words: str, unit: str, *, missing: bool = False) -> dict[str, pa.Column]:
    """Return one effect of a school with its interval."""
    return {
        name: number(words, unit, missing=missing),
        f"{name}_std_error": number("its standard error", unit, at_least=0, missing=missing),
        f"{name}_lower": number("lower end of its interval", unit, missing=missing),
        f"{name}_upper": number("upper end of its interval", unit, missing=missing),
    }


def _variance(name: str, words: str) -> dict[str, pa.Column]:
    """Return one variance of a school with its interval."""
    return {
        name: number(words, SQUARED, at_least=0),
        f"{name}_lower": number("lower end of its interval", SQUARED, at_least=0),
        f"{name}_upper": number("upper end of its interval", SQUARED, at_least=0),
    }


def _rank(name: str, words: str) -> dict[str, pa.Column]:
    """Return a rank with its interval."""
    return {
        name: number(f"{words}, 1 the lowest; posterior only", "ranks", at_least=1, missing=True),
        f"{name}_lower": number("lower end of its interval", "ranks", at_least=1, missing=True),
        f"{name}_upper": number("upper end of its interval", "ranks", at_least=1, missing=True),
    }


LOCATION_SCALE_FITS = contract(
    "location_scale_fits",
    "One location-scale model of one cohort for each row, all models of a cohort fitted to the same "
    "students. Score units are standard deviations of the cohort where scores are standardised, scale points "
    "otherwise. A model that these data do not determine has a row too: not converged, the reason in "
    "`status`, its numbers missing, and no row in any other table.",
    {
        **_cohort(),
        "n_students": whole("students", "students", at_least=1),
        "n_schools": whole("schools", "schools", at_least=1),
        "n_left_out": whole("students left out because a term is missing", "students", at_least=0),
        "n_parameters": whole("free parameters", "parameters", at_least=0),
        "log_likelihood": number("log-likelihood at the maximum (ML)", "nats", missing=True),
        "mean_school_variance": number(
            "population mean of the school variance, at average terms", SQUARED, at_least=0, missing=True
        ),
        "score_centre": number("subtracted from every score; 0 where not standardised", "scale points"),
        "score_scale": number("divides every score; 1 where not standardised", "scale points", at_least=0),
        "converged": flag("the certificate of a maximum holds"),
        "boundary": flag("a variance is 0 or a correlation is +-1"),
        "evaluations": whole("evaluations of the criterion", "evaluations", at_least=0),
        "status": text("how the search ended, or why there is no fit"),
    },
    key=["domain", "year", "model"],
)

LOCATION_SCALE_COEFFICIENTS = contract(
    "location_scale_coefficients",
    "Coefficients of both functions: of the mean, and of the log of the student variance.",
    {
        **_cohort(),
        "estimator": _estimator(),
        "function": text("function", among=("mean", "log_variance")),
        "term": text("term of the function, `Intercept` first; a category as `column[T.category]`"),
        "estimate": number("coefficient", "score units, or log variance, for each unit of the term"),
        "std_error": number(
            "standard error; missing where the information is singular, as it may be at a boundary",
            "as the coefficient",
            at_least=0,
            missing=True,
        ),
        "lower": number("lower end of the interval", "as the coefficient", missing=True),
        "upper": number("upper end of the interval", "as the coefficient", missing=True),
    },
    key=["domain", "year", "model", "estimator", "function", "term"],
)

LOCATION_SCALE_COVARIANCE = contract(
    "location_scale_covariance",
    "Covariance of the school effects, one row a pair; a variance where both effects are the same. The "
    "intercept is the one where the slope's term is 0.",
    {
        **_cohort(),
        "estimator": _estimator(),
        "effect_a": text("one effect", among=EFFECTS),
        "effect_b": text("the other, not before it in this order", among=EFFECTS),
        "covariance": number("covariance of the two", "product of the effects' units"),
        "std_error": number("posterior standard deviation", "as the covariance", at_least=0, missing=True),
        "lower": number("lower end of the interval; posterior only", "as the covariance", missing=True),
        "upper": number("upper end of the interval; posterior only", "as the covariance", missing=True),
        "correlation": number(
            "correlation of the two; missing where a variance is 0", "-1 to 1", missing=True
        ),
        "correlation_lower": number("lower end of its interval; posterior only", "-1 to 1", missing=True),
        "correlation_upper": number("upper end of its interval; posterior only", "-1 to 1", missing=True),
    },
    key=["domain", "year", "model", "estimator", "effect_a", "effect_b"],
)

LOCATION_SCALE_EFFECTS = contract(
    "location_scale_effects",
    "Every school's mean, slope and variance. With `ml` the estimates of the model are taken as known; with "
    "`posterior` their uncertainty is included.",
    {
        **_cohort(),
        "estimator": _estimator(),
        "school_id": text("school"),
        "n_students": whole("students", "students", at_least=1),
        **_effect("mean_effect", "effect on the mean, at average terms", UNIT),
        **_effect(
            "slope_effect",
            "effect on the slope; missing without a random slope",
            "score units for each unit of the slope's term",
            missing=True,
        ),
        **_effect("scale_effect", "effect on the log of the student variance", "log variance"),
        **_variance("school_variance", "student variance of the school, at average terms"),
        **_variance(
            "reference_variance", "variance its students would have if their terms were those of all students"
        ),
        "separated_mean": flag("the interval of the mean effect leaves out 0"),
        "separated_variance": flag(
            "the interval of the school variance leaves out the population mean of the school variance; with "
            "ml false for all schools where the means alone tell the variances, at a boundary"
        ),
        **_rank("mean_rank", "expected rank of the mean effect"),
        **_rank("variance_rank", "expected rank of the school variance"),
    },
    key=["domain", "year", "model", "estimator", "school_id"],
)

LOCATION_SCALE_COMPARISON = contract(
    "location_scale_comparison",
    "Models of the same students side by side; smaller criteria are better. DIC, WAIC and LOO need a "
    "posterior.",
    {
        **_cohort(),
        "n_students": whole("students", "students", at_least=1),
        "n_schools": whole("schools", "schools", at_least=1),
        "n_parameters": whole("free parameters", "parameters", at_least=1),
        "log_likelihood": number("log-likelihood at the maximum (ML)", "nats"),
        "aic": number("Akaike's criterion", "nats"),
        "bic": number("Schwarz's criterion, counting students", "nats"),
        "dic": number(
            "deviance information criterion, conditional on the school effects", "nats", missing=True
        ),
        "p_d": number("effective parameters of the DIC", "parameters", missing=True),
        "waic": number("widely applicable criterion, leaving out a school at a time", "nats", missing=True),
        "p_waic": number("effective parameters of the WAIC", "parameters", missing=True),
        "loo": number("leave-one-school-out criterion, Pareto-smoothed", "nats", missing=True),
        "p_loo": number("effective parameters of LOO", "parameters", missing=True),
        "loo_bad_share": number(
            "schools whose Pareto k is above 0.7", "share", at_least=0, at_most=1, missing=True
        ),
    },
    key=["domain", "year", "model"],
)

LOCATION_SCALE_POSTERIORS = contract(
    "location_scale_posteriors",
    "How each posterior was drawn and whether it is to be trusted; no rows without a posterior. A posterior "
    "that is not trustworthy has no rows in the other tables.",
    {
        **_cohort(),
        "method": text("method", among=("importance", "nuts")),
        "draws": whole("draws in all", "draws", at_least=0),
        "pareto_k": number("shape of the tail of the importance weights", "shape", missing=True),
        "effective_size": number("independent draws these are worth", "draws", missing=True),
        "r_hat": number("largest R-hat of any parameter; chains only", "ratio", missing=True),
        "ess": number("least effective size of any parameter; chains only", "draws", missing=True),
        "divergences": whole("divergent steps of the chains", "steps", at_least=0),
        "trustworthy": flag("k is at most 0.7; or R-hat, effective sizes and steps of the chains are good"),
        "status": text("the finding in words"),
    },
    key=["domain", "year", "model"],
)
