"""Contracts of the layered models: teachers' (and schools') effects over years."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, flag, number, text, whole

MODELS = ("complete", "zero", "variable", "fixed")
LAYERS = ("teacher", "school")
TIMES = ("year_level", "calendar_year")
PERIOD = "year level, or calendar year, as `layered.time` says"


def of_model() -> dict[str, pa.Column]:
    """Return the column that names a model by the persistence of its effects."""
    return {
        "model": text(
            "persistence of an effect in later scores: complete (the layered model), zero (the non-layered "
            "model), variable (estimated) or fixed",
            among=MODELS,
        )
    }


def of_teacher() -> dict[str, pa.Column]:
    """Return the columns that name whose effect a row is about."""
    return {
        "teacher_id": text("teacher; in the layer of schools the school"),
        "domain": text("domain taught"),
        "year": whole("calendar year of the teaching", "year"),
    }


def of_place() -> dict[str, pa.Column]:
    """Return the columns that complete the name of an effect."""
    return {
        "layer": text("whose effect", among=LAYERS),
        "year_level": whole("year level of the students taught", "year level"),
    }


EFFECT = ["model", "layer", "domain", "year", "year_level", "teacher_id"]

LAYERED_FITS = contract(
    "layered_fits",
    "Every fitted layered model. Log-likelihoods of one method and one set of records compare the models.",
    {
        **of_model(),
        "method": text("ML or REML", among=("ML", "REML")),
        "time": text("what the periods of the model are", among=TIMES),
        "student_covariance": text("structure of the covariance of a student's scores"),
        "unscored": text("whether the teacher of a year without a score acts on later scores"),
        "n_students": whole("students with a score", "students", at_least=1),
        "n_scores": whole("scores", "scores", at_least=1),
        "n_cohorts": whole("cohorts: calendar year less year level", "cohorts", at_least=1),
        "n_teachers": whole("teachers", "teachers", at_least=0),
        "n_schools": whole("schools with an effect of their own; 0 without their layer", "schools"),
        "n_effects": whole("effects of teachers and schools", "effects", at_least=1),
        "n_components": whole("groups of effects that no student connects", "components", at_least=1),
        "n_parameters": whole("free parameters", "parameters", at_least=1),
        "log_likelihood": number("log-likelihood; restricted, without log|X'X|, for REML", "log-likelihood"),
        "aic": number("Akaike's criterion; coefficients are counted for ML", "deviance"),
        "bic": number("Schwarz's criterion with the number of students", "deviance"),
        "converged": flag("the search ended at a maximum"),
        "boundary": flag("a variance of effects is 0"),
    },
    key=["model"],
)

LAYERED_FIXED_EFFECTS = contract(
    "layered_fixed_effects",
    "Means of the tested groups and coefficients of covariates.",
    {
        **of_model(),
        "domain": text("tested domain"),
        "period": whole(f"of the score: {PERIOD}", "year"),
        "term": text("mean, mean of a cohort (calendar year less year level) or covariate"),
        "estimate": number("coefficient", "scale points a unit"),
        "std_error": number("its standard error", "scale points a unit", at_least=0),
    },
    key=["model", "domain", "period", "term"],
)

LAYERED_VARIANCES = contract(
    "layered_variances",
    "Variances of the effects of each domain and period.",
    {
        **of_model(),
        "layer": text("whose effects", among=LAYERS),
        "domain": text("domain taught"),
        "period": whole(f"of the teaching: {PERIOD}", "year"),
        "variance": number("of the effects", "squared scale points", at_least=0),
        "std_error": number("its standard error; missing at 0", "squared scale points", missing=True),
        "boundary": flag("the variance is exactly 0: no differences are found"),
        "boundary_slope": number(
            "derivative of -2 log-likelihood by the variance at 0; missing elsewhere",
            "deviance a squared scale point",
            missing=True,
        ),
    },
    key=["model", "layer", "domain", "period"],
)

LAYERED_COVARIANCE = contract(
    "layered_covariance",
    "Covariance of a student's scores, teachers apart; a pair of scores stands once. Pairs that no student "
    "has are missing.",
    {
        **of_model(),
        "domain_a": text("domain of one score"),
        "period_a": whole(f"of this score: {PERIOD}", "year"),
        "domain_b": text("domain of the other score"),
        "period_b": whole(f"of the other score: {PERIOD}", "year"),
        "covariance": number("or the variance of one score", "squared scale points", missing=True),
        "correlation": number("correlation", "correlation", at_least=-1, at_most=1, missing=True),
        "std_error": number("of the covariance", "squared scale points", at_least=0, missing=True),
    },
    key=["model", "domain_a", "period_a", "domain_b", "period_b"],
)

LAYERED_PERSISTENCE = contract(
    "layered_persistence",
    "Part of an effect that acts on a later score. Estimates are not held between 0 and 1.",
    {
        **of_model(),
        "layer": text("whose effects", among=LAYERS),
        "domain": text("domain"),
        "period": whole(f"of the teaching: {PERIOD}", "year"),
        "score_period": whole(f"of the later score: {PERIOD}", "year"),
        "lag": whole("periods between the two", "periods", at_least=1),
        "persistence": number("part that acts", "ratio"),
        "std_error": number("its standard error; missing where it is not estimated", "ratio", missing=True),
        "lower": number("lower end of its interval", "ratio", missing=True),
        "upper": number("upper end of its interval", "ratio", missing=True),
        "estimated": flag("estimated, not given by the model"),
    },
    key=["model", "layer", "domain", "period", "score_period"],
)

LAYERED_EFFECTS = contract(
    "layered_effects",
    "Effects of teachers, and of schools where they have a layer of their own, variances taken as known. For "
    "research: the table to hand on is `layered_published_effects`.",
    {
        **of_model(),
        **of_teacher(),
        "n_students": whole("students taught who have a score there", "students", at_least=0),
        "effect": number("shrunken effect", "scale points"),
        "std_error": number("square root of the prediction error variance", "scale points", at_least=0),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "component": whole(
            "group of effects connected by students; of different groups only the means are compared",
            "number",
            at_least=1,
        ),
        "value_added": flag(
            "the students were tested before; without an earlier test the effect is level, not value added"
        ),
        **of_place(),
    },
    key=EFFECT,
)

LAYERED_PUBLISHED_EFFECTS = contract(
    "layered_published_effects",
    "Effects that may be handed on: value-added ones only, and none of teachers unless "
    "`layered.publish_teachers` says so.",
    {
        **of_model(),
        **of_teacher(),
        "n_students": whole("students taught who have a score there", "students", at_least=0),
        "effect": number("shrunken effect", "scale points"),
        "std_error": number("square root of the prediction error variance", "scale points", at_least=0),
        "lower": number("lower end of the interval", "scale points"),
        "upper": number("upper end of the interval", "scale points"),
        "component": whole("group of effects connected by students", "number", at_least=1),
        **of_place(),
    },
    key=EFFECT,
)

LAYERED_NOTES = contract(
    "layered_notes",
    "What a reader of a fit should know, as sentences.",
    {
        **of_model(),
        "number": whole("of the sentence", "number", at_least=1),
        "note": text("sentence"),
    },
    key=["model", "number"],
)
