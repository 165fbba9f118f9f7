"""Contracts of the intake measures."""

from valueadded.contracts.columns import contract, number, text, whole

STUDENT_INTAKE = contract(
    "student_intake",
    "Matched students with their intake measures, ready for a formula; measures follow.",
    {
        "student_id": text("student identifier"),
        "school_id": text("school of the outcome year"),
        "year": whole("calendar year of the outcome", "year"),
        "domain": text("tested domain"),
        "score": number("outcome score", "scale points of the reporting scale"),
    },
    key=["student_id"],
)

SCHOOL_INTAKE = contract(
    "school_intake",
    "School-level intake measures for each cohort; measures follow under the names of the configuration, and "
    "`<measure>_years_used` (outcome years, comma separated) after a mean of several years.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "school_id": text("school of the outcome year"),
        "n_students": whole("matched students", "students", at_least=1),
    },
    key=["domain", "year", "school_id"],
)

PRIOR_CONSTANTS = contract(
    "prior_constants",
    "Centre and scale of the prior score in the benchmark cohort, remembered for every other cohort.",
    {
        "domain": text("tested domain"),
        "centre": number("mean prior score", "scale points"),
        "scale": number("standard deviation of the prior score (divisor n)", "scale points", at_least=0),
        "n_students": whole("students the constants rest on", "students", at_least=1),
        "years": text("cohorts the constants rest on, comma separated"),
    },
    key=["domain"],
)
