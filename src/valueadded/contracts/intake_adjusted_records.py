"""Contracts of yearly measures of whole schools, made from their records, as the regressions take them."""

from valueadded.contracts.columns import contract, number, text, whole

AIM_BRANCHES = ("cohort", "five_years", "four_years", "none")
RETENTION_SOURCES = ("counted", "override")

INTAKE_ADJUSTED_ANNUAL = contract(
    "intake_adjusted_annual",
    "Yearly values of every measure of the registry, a row a school, measure and year.",
    {
        "school_id": text("school"),
        "measure": text("yearly measure of the registry, without a window"),
        "calendar_year": whole("calendar year of the value", "year"),
        "value": number("yearly value; missing where the records give none", "as measured", missing=True),
        "n_students": number(
            "students behind the value; missing where nobody counts", "students", at_least=0, missing=True
        ),
    },
    key=["school_id", "measure", "calendar_year"],
)

INTAKE_ADJUSTED_SCHOOL_TYPES = contract(
    "intake_adjusted_school_types",
    "Type of every school in every year; the latest counts.",
    {
        "school_id": text("school"),
        "calendar_year": whole("calendar year of the type", "year"),
        "school_type": text("school type, as the registry names it"),
    },
    key=["school_id", "calendar_year"],
)

INTAKE_ADJUSTED_AIM_BRANCHES = contract(
    "intake_adjusted_aim_branches",
    "How each school's AIM mean of the VCE cohort was made.",
    {
        "school_id": text("school"),
        "measure": text("AIM measure of the registry"),
        "calendar_year": whole("calendar year of the VCE", "year"),
        "branch": text(
            "cohort: the students' own scores; otherwise the school's Year 7 mean of years before, or none",
            among=AIM_BRANCHES,
        ),
    },
    key=["school_id", "measure", "calendar_year"],
)

INTAKE_ADJUSTED_RETENTION_SOURCES = contract(
    "intake_adjusted_retention_sources",
    "Whether each real retention was counted or accepted from the school.",
    {
        "school_id": text("school"),
        "measure": text("retention measure of the registry"),
        "calendar_year": whole("calendar year of Year 10", "year"),
        "source": text("counted from enrolments, or the override file", among=RETENTION_SOURCES),
    },
    key=["school_id", "measure", "calendar_year"],
)
