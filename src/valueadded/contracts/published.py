"""Contracts of the release tables: the only ones meant to leave the building."""

import pandera.pandas as pa

from valueadded.contracts.benchmark import DRIFT
from valueadded.contracts.columns import contract, number, text, whole
from valueadded.contracts.effects import MODELS, RANKS, SCHOOL_CHANGES, SCHOOL_EFFECTS, YEAR_CORRELATIONS
from valueadded.contracts.intake_adjusted import INTAKE_ADJUSTED_PERFORMANCE
from valueadded.contracts.location_scale import LOCATION_SCALE_EFFECTS

STATUSES = ("published", "suppressed", "not available", "not applicable")
STATUS = (
    "published; suppressed (too few students, or another school could be derived); not available (no "
    "students with both tests); not applicable (the model has no such result)"
)


def _interval(unit: str, words: str) -> dict[str, pa.Column]:
    return {
        "std_error": number("its standard error, rounded", unit, at_least=0, missing=True),
        "lower": number(f"lower end of the interval{words}, rounded", unit, missing=True),
        "upper": number(f"upper end of the interval{words}, rounded", unit, missing=True),
    }


def _school() -> dict[str, pa.Column]:
    return {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model", among=MODELS),
        "school_id": text("school"),
    }


PUBLISHED_EFFECTS = contract(
    "published_school_effects",
    "School effects, every school of the release in every year. Numbers are rounded to what their standard "
    "errors justify, and missing unless `status` is published.",
    {
        **_school(),
        "status": text(STATUS, among=STATUSES),
        "students": text("students, as a band; the status where the result is not published"),
        "effect": number("shrunken effect, rounded", "scale points", missing=True),
        **_interval("scale points", ""),
        "percentile_lower": number(
            "lower end of the interval of the rank, in percent of the schools, 0 the lowest, rounded to 5",
            "percent", at_least=0, at_most=100, missing=True,
        ),
        "percentile_upper": number(
            "upper end of that interval", "percent", at_least=0, at_most=100, missing=True
        ),
    },
    key=["domain", "year", "model", "school_id"],
)  # fmt: skip

PUBLISHED_CHANGES = contract(
    "published_school_changes",
    "Change of each school since the base year. Published only where both years are.",
    {
        "domain": text("tested domain"),
        "school_id": text("school"),
        "year_from": whole("earlier year", "year"),
        "year_to": whole("later year", "year"),
        "model": text("model", among=MODELS),
        "status": text(STATUS, among=STATUSES),
        "change": number("later effect minus earlier effect, rounded", "scale points", missing=True),
        **_interval("scale points", ""),
        "p_improved": number(
            "probability that the change is above 0, in steps of 0.05", "0 to 1",
            at_least=0, at_most=1, missing=True,
        ),
    },
    key=["domain", "school_id", "year_from", "year_to", "model"],
)  # fmt: skip

PUBLISHED_DRIFT = contract(
    "published_system_drift",
    "Movement of the whole system since the benchmark.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "basis": text("whether each student or each school counts once", among=("student", "school")),
        "status": text(STATUS, among=STATUSES),
        "drift": number("movement, rounded", "scale points", missing=True),
        **_interval("scale points", ""),
    },
    key=["domain", "year", "basis"],
)

PUBLISHED_CORRELATIONS = contract(
    "published_year_correlations",
    "Correlations of school effects between years, within one model.",
    {
        "domain": text("tested domain"),
        "year_a": whole("first year", "year"),
        "year_b": whole("second year", "year"),
        "model": text("model", among=MODELS),
        "method": text("method"),
        "status": text(STATUS, among=STATUSES),
        "correlation": number("correlation, rounded to 0.01", "-1 to 1", missing=True),
        "lower": number("lower end of the interval, rounded", "-1 to 1", missing=True),
        "upper": number("upper end of the interval, rounded", "-1 to 1", missing=True),
        "schools": text("schools in both years, as a band"),
        "estimates": text("in words, what this number estimates"),
    },
    key=["domain", "year_a", "year_b", "model", "method"],
)

PUBLISHED_LOCATION_SCALE = contract(
    "published_location_scale",
    "Schools' means and variances from the last model of the ladder that was fitted.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model of the ladder"),
        "school_id": text("school"),
        "status": text(STATUS, among=STATUSES),
        "students": text("students, as a band; the status where the result is not published"),
        "mean_effect": number("effect on the mean, rounded", "score units", missing=True),
        "mean_effect_lower": number("lower end of its interval, rounded", "score units", missing=True),
        "mean_effect_upper": number("upper end of its interval, rounded", "score units", missing=True),
        "scale_effect": number("effect on the log variance, rounded", "log variance", missing=True),
        "scale_effect_lower": number("lower end of its interval, rounded", "log variance", missing=True),
        "scale_effect_upper": number("upper end of its interval, rounded", "log variance", missing=True),
    },
    key=["domain", "year", "model", "school_id"],
)

PUBLISHED_PERFORMANCE = contract(
    "published_performance",
    "Intake-adjusted performance of whole schools.",
    {
        "outcome": text("outcome measure of the registry"),
        "window": text("LY: its latest year; 4Y: mean of its yearly values", among=("LY", "4Y")),
        "group": text("schools that are compared"),
        "school_id": text("school"),
        "status": text(STATUS, among=STATUSES),
        "students": text("students, as a band; the status where the result is not published"),
        "standardised_residual": number(
            "observed minus expected, standardised, rounded to 0.1", "standard deviations of the residuals",
            missing=True,
        ),
        "band": text("higher, similar or lower; the status where the result is not published"),
    },
    key=["outcome", "window", "group", "school_id"],
)  # fmt: skip

RELEASE_RECORD = contract(
    "release_record",
    "Which students are behind the published school effects of a release. It stays in the building: keep it "
    "with the release, and name it as `publish.earlier_release` of the next one.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "school_id": text("school"),
        "student_id": text("student"),
    },
    key=["domain", "year", "school_id", "student_id"],
)

PERFORMANCE_RECORD = contract(
    "performance_record",
    "How many students are behind the published results of whole schools. It stays in the building: keep it "
    "with the release, and name it as `publish.earlier_performance` of the next one.",
    {
        "outcome": text("outcome measure of the registry"),
        "window": text("LY: its latest year; 4Y: mean of its yearly values", among=("LY", "4Y")),
        "group": text("schools that are compared"),
        "calendar_year": whole("latest calendar year of the outcome", "year"),
        "school_id": text("school"),
        "n_students": number("students, or full-time equivalents, behind the result", "students"),
    },
    key=["outcome", "window", "group", "calendar_year", "school_id"],
)

# The published tables by file name in results/published/.
PUBLISHED = {
    "school_effects": PUBLISHED_EFFECTS,
    "school_changes": PUBLISHED_CHANGES,
    "system_drift": PUBLISHED_DRIFT,
    "year_correlations": PUBLISHED_CORRELATIONS,
    "location_scale": PUBLISHED_LOCATION_SCALE,
    "performance": PUBLISHED_PERFORMANCE,
}

# What a release leaves in the building, by file name in results/.
RECORDS = {"release_record": RELEASE_RECORD, "performance_record": PERFORMANCE_RECORD}

# The results a release is made from.
SOURCES = {
    "school_effects": SCHOOL_EFFECTS,
    "ranks": RANKS,
    "school_changes": SCHOOL_CHANGES,
    "system_drift": DRIFT,
    "year_correlations": YEAR_CORRELATIONS,
    "location_scale": LOCATION_SCALE_EFFECTS,
    "performance": INTAKE_ADJUSTED_PERFORMANCE,
}
