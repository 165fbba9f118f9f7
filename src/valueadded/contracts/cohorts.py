"""Contracts of the matched cohorts and of the account of who is not in them."""

from valueadded.contracts.columns import contract, number, text, whole

COHORT = contract(
    "cohort",
    "Matched students of one domain and outcome year; covariates follow.",
    {
        "student_id": text("student identifier"),
        "school_id": text("school of the outcome year"),
        "year": whole("calendar year of the outcome", "year"),
        "domain": text("tested domain"),
        "score": number("outcome score", "scale points of the reporting scale"),
        "prior_score": number(
            "prior score, `gap_years` earlier", "scale points of the reporting scale", missing=True
        ),
        "prior_school_id": text("school at the prior test", missing=True),
    },
    key=["student_id"],
)

UNMATCHED = contract(
    "unmatched",
    "Students with an outcome-year record who are not in the cohort, each with one reason.",
    {
        "student_id": text("student identifier"),
        "school_id": text("school of the outcome year; of several, the first by identifier"),
        "year": whole("calendar year of the outcome", "year"),
        "domain": text("tested domain"),
        "step": text("step at which the student left"),
        "reason": text("reason code"),
    },
    key=["student_id"],
)

ATTRITION = contract(
    "attrition",
    "Students from outcome-year records to the cohort: `records` = sum of the other steps in each cohort.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "step": text("step: records, not_scored, identity, not_matched, not_eligible, matched, no_cohort"),
        "reason": text("reason code; empty for the first and the last step"),
        "students": whole("students", "students", at_least=0),
    },
    key=["domain", "year", "step", "reason"],
)

ATTRITION_BY_SCHOOL = contract(
    "attrition_by_school",
    "The attrition account for each school of the outcome year.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "school_id": text("school of the outcome year"),
        "step": text("step, as in attrition"),
        "reason": text("reason code"),
        "students": whole("students", "students", at_least=0),
    },
    key=["domain", "year", "school_id", "step", "reason"],
)

MATCHED_COMPARISON = contract(
    "matched_comparison",
    "Intake of matched students beside that of students left out, for each cohort.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "characteristic": text("covariate, or `score` for the outcome score"),
        "level": text("level of a categorical covariate; `mean` for a number"),
        "matched": number(
            "share or mean among matched students", "share or the covariate's unit", missing=True
        ),
        "unmatched": number(
            "share or mean among students left out", "share or the covariate's unit", missing=True
        ),
        "difference": number("matched minus unmatched", "share or the covariate's unit", missing=True),
        "n_matched": whole("matched students with the characteristic known", "students", at_least=0),
        "n_unmatched": whole("other students with the characteristic known", "students", at_least=0),
    },
    key=["domain", "year", "characteristic", "level"],
)
