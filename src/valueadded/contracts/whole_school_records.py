"""Contracts of the records that measures of whole schools are made from, as accepted."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, number, text, whole

YES_NO = ("yes", "no")
DESTINATIONS = (
    "education",
    "training",
    "full_time_work",
    "part_time_work",
    "unemployed_seeking",
    "unemployed_not_seeking",
    "unknown",
)
HIGHEST_LEVEL = 13


def _school_year() -> dict[str, pa.Column]:
    return {
        "school_id": text("school identifier, kept as text"),
        "calendar_year": whole("calendar year", "year", at_least=1900, at_most=2100),
    }


def _student() -> dict[str, pa.Column]:
    return {"student_id": text("student identifier, kept as text")}


def _level() -> dict[str, pa.Column]:
    return {"year_level": whole("year level, 0 for Prep", "year level", at_least=0, at_most=HIGHEST_LEVEL)}


def _fte() -> dict[str, pa.Column]:
    return {"fte": number("full-time equivalent on the census day", "students", above=0, at_most=1)}


def _flag(description: str) -> pa.Column:
    return text(description, among=YES_NO, missing=True)


SCHOOL_YEARS = contract(
    "school_years",
    "Type and place of every whole school and year.",
    {
        **_school_year(),
        "school_type": text("school type, as the registry names it"),
        "remoteness": number("code of remoteness, 1 capital city to 4 remote", "code", missing=True),
    },
    key=["school_id", "calendar_year"],
)

CAMPUSES = contract(
    "campuses",
    "Student Family Occupation index of every campus and year.",
    {
        **_school_year(),
        "campus_id": text("campus, kept as text"),
        "sfo": number("Student Family Occupation index", "index", at_least=0, missing=True),
        "enrolments": number("enrolments of the campus", "students", above=0),
    },
    key=["school_id", "calendar_year", "campus_id"],
)

CENSUS_FEBRUARY = contract(
    "census_february",
    "Students enrolled on the February census day.",
    {
        **_student(),
        **_school_year(),
        **_level(),
        **_fte(),
        "female": _flag("is a girl"),
        "disability_funding": _flag("has funding for a disability"),
    },
    key=["student_id", "school_id", "calendar_year"],
)

CENSUS_AUGUST = contract(
    "census_august",
    "Students enrolled on the August census day.",
    {
        **_student(),
        **_school_year(),
        **_level(),
        **_fte(),
        "indigenous": _flag("is Indigenous"),
        "language_background": _flag("is of a background other than English"),
        "other_home_language": _flag("speaks mainly another language at home"),
        "years_enrolled": number("enrolled in Australian schools", "years", at_least=0, missing=True),
        "refugee": _flag("came as a refugee"),
    },
    key=["student_id", "school_id", "calendar_year"],
)

INTERVIEWS = contract(
    "interviews",
    "Scores of the English Online Interview, on entry to Prep.",
    {
        **_student(),
        **_school_year(),
        "score": number("score of the interview", "VELS level", missing=True),
    },
    key=["student_id", "school_id", "calendar_year"],
)

TESTS = contract(
    "tests",
    "Scores of the national tests in every year level.",
    {
        **_student(),
        **_school_year(),
        **_level(),
        "domain": text("tested domain"),
        "score": number("score; missing for who was absent", "scale points", at_least=0, missing=True),
    },
    key=["student_id", "calendar_year", "year_level", "domain"],
)

AIM = contract(
    "aim",
    "Year 7 scores of the state's test before the national ones.",
    {
        **_student(),
        **_school_year(),
        "domain": text("tested domain"),
        "score": number("score; missing for who was absent", "AIM points", missing=True),
    },
    key=["student_id", "calendar_year", "domain"],
)

VCE = contract(
    "vce",
    "Study scores of the final certificate.",
    {
        **_student(),
        **_school_year(),
        "study": text("study"),
        "score": number("study score", "points", at_least=0, at_most=50),
    },
    key=["student_id", "calendar_year", "study"],
)

JUDGEMENTS = contract(
    "judgements",
    "Teachers' judgements of students, in every dimension of a domain.",
    {
        **_student(),
        **_school_year(),
        **_level(),
        "domain": text("domain of the curriculum"),
        "dimension": text("dimension of the domain"),
        "points": number("progression point", "VELS level", at_least=0, missing=True),
    },
    key=["student_id", "school_id", "calendar_year", "domain", "dimension"],
)

ABSENCE = contract(
    "absence",
    "Days absent of every school, year and year level.",
    {
        **_school_year(),
        **_level(),
        "days": number("days absent for reasons outside the curriculum", "days", at_least=0),
        "fte": number("full-time equivalent students", "students", above=0, missing=True),
        "headcount": number("students", "students", above=0),
    },
    key=["school_id", "calendar_year", "year_level"],
)

SURVEYS = contract(
    "surveys",
    "Answers to the questionnaire on connectedness to school; students are not named.",
    {
        "answer_id": text("answer, kept as text"),
        **_school_year(),
        **_level(),
        "score": number("connectedness", "points of the questionnaire", missing=True),
    },
    key=["answer_id", "school_id", "calendar_year"],
)

EXITS = contract(
    "exits",
    "Where students went who left.",
    {
        **_student(),
        **_school_year(),
        **_level(),
        "destination": text("destination", among=DESTINATIONS),
    },
    key=["student_id", "school_id", "calendar_year"],
)

RETENTION_OVERRIDES = contract(
    "retention_overrides",
    "Real retention accepted from schools whose students skip year levels.",
    {
        **_school_year(),
        "value": number("real retention", "per cent", at_least=0, at_most=100),
        "n_students": number("students of the Year 7 cohort", "students", above=0),
    },
    key=["school_id", "calendar_year"],
)

WHOLE_SCHOOL_TABLES = {
    table.name: table
    for table in (
        SCHOOL_YEARS,
        CAMPUSES,
        CENSUS_FEBRUARY,
        CENSUS_AUGUST,
        INTERVIEWS,
        TESTS,
        AIM,
        VCE,
        JUDGEMENTS,
        ABSENCE,
        SURVEYS,
        EXITS,
        RETENTION_OVERRIDES,
    )
}
