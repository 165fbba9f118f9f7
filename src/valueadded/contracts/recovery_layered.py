"""Contracts of the simulation that asks whether the layered models find what was planted."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, number, text, whole

FITTED = ("complete", "zero", "variable")
COMPARATORS = ("mean_gain", "adjusted_mean", "mean_score")
TEACHERS = ("first", "later")
SCENARIO = text("scenario of the study, as in the configuration")


def _of_group() -> dict[str, pa.Column]:
    """Return the columns that say whose estimates a row is about."""
    return {
        "scenario": SCENARIO,
        "model": text("fitted model, or simpler measure", among=FITTED + COMPARATORS),
        "teachers": text(
            "teachers of the first year, before whom nobody was tested, or of later years", among=TEACHERS
        ),
    }


RECOVERY_SETS = contract(
    "recovery_sets",
    "Estimated against planted effects of teachers, in each set of records.",
    {
        **_of_group(),
        "replicate": whole("set of records", "sets", at_least=1),
        "n_teachers": whole("teachers with an estimate", "teachers", at_least=1),
        "square_error": number("mean square of estimate less truth", "squared scale points", at_least=0),
        "coverage": number(
            "share of intervals that hold the truth; missing for measures without interval",
            "0 to 1",
            missing=True,
        ),
        "correlation": number("of estimates and truth", "-1 to 1", missing=True),
        "omitted_slope": number(
            "slope of estimate less truth on the mean of the omitted variable among a teacher's students",
            "scale points a standard deviation",
        ),
        "teacher_variance": number(
            "mean estimated variance of effects", "squared scale points", missing=True
        ),
    },
    key=["scenario", "replicate", "model", "teachers"],
)

RECOVERY_PERSISTENCE_SETS = contract(
    "recovery_persistence_sets",
    "Estimated against planted persistence, in each set of records.",
    {
        "scenario": SCENARIO,
        "replicate": whole("set of records", "sets", at_least=1),
        "year": whole("calendar year of the teaching", "year"),
        "score_year": whole("calendar year of the later score", "year"),
        "lag": whole("years between", "years", at_least=1),
        "planted": number("true persistence", "ratio"),
        "estimate": number("estimated persistence", "ratio"),
        "std_error": number("its standard error", "ratio", missing=True),
    },
    key=["scenario", "replicate", "year", "score_year"],
)

RECOVERY = contract(
    "recovery",
    "How well effects of teachers were found, over all sets of a scenario. Columns `_error` hold the Monte "
    "Carlo error of the column before.",
    {
        **_of_group(),
        "sets": whole("sets of records", "sets", at_least=1),
        "root_mean_square_error": number("of estimates", "scale points", at_least=0),
        "coverage": number("share of 95% intervals that hold the truth", "0 to 1", missing=True),
        "coverage_error": number("its Monte Carlo error", "0 to 1", missing=True),
        "correlation": number("mean correlation with the truth", "-1 to 1"),
        "omitted_slope": number(
            "mean slope of the error on the class mean of the omitted variable",
            "scale points a standard deviation",
        ),
        "omitted_slope_error": number("its Monte Carlo error", "scale points a standard deviation"),
        "teacher_variance": number("mean estimate", "squared scale points", missing=True),
    },
    key=["scenario", "model", "teachers"],
)

RECOVERY_PERSISTENCE = contract(
    "recovery_persistence",
    "How well persistence was found, over all sets of a scenario.",
    {
        "scenario": SCENARIO,
        "lag": whole("years between teaching and score", "years", at_least=1),
        "planted": number("true persistence", "ratio"),
        "sets": whole("sets of records", "sets", at_least=1),
        "mean_estimate": number("mean estimate", "ratio"),
        "mean_estimate_error": number("its Monte Carlo error", "ratio"),
        "spread": number("standard deviation of the estimates", "ratio", at_least=0),
        "mean_std_error": number("mean of the reported standard errors", "ratio", at_least=0),
        "coverage": number("share of 95% intervals that hold the truth", "0 to 1"),
        "coverage_error": number("its Monte Carlo error", "0 to 1"),
    },
    key=["scenario", "lag"],
)
