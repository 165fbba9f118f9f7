"""Section `input.whole_schools`: the files of the records that measures of whole schools are made from."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, field_validator

from valueadded.config.reading import Reading, unknown_columns
from valueadded.config.section import Fault, Rule, Section, each_once

SCHOOL_YEAR = ("school_id", "calendar_year")
STUDENT = ("student_id", *SCHOOL_YEAR)
CENSUS = (*STUDENT, "year_level", "fte")
COLUMNS = {
    "school_years": (*SCHOOL_YEAR, "school_type", "remoteness"),
    "campuses": (*SCHOOL_YEAR, "campus_id", "sfo", "enrolments"),
    "census_february": (*CENSUS, "female", "disability_funding"),
    "census_august": (
        *CENSUS,
        "indigenous",
        "language_background",
        "other_home_language",
        "years_enrolled",
        "refugee",
    ),
    "interviews": (*STUDENT, "score"),
    "tests": (*STUDENT, "year_level", "domain", "score"),
    "aim": (*STUDENT, "domain", "score"),
    "vce": (*STUDENT, "study", "score"),
    "judgements": (*STUDENT, "year_level", "domain", "dimension", "points"),
    "absence": (*SCHOOL_YEAR, "year_level", "days", "fte", "headcount"),
    "surveys": ("answer_id", *SCHOOL_YEAR, "year_level", "score"),
    "exits": (*STUDENT, "year_level", "destination"),
    "retention_overrides": (*SCHOOL_YEAR, "value", "n_students"),
}
# Tables whose files may have one column of scores for each domain.
SCORED = ("tests", "aim")


def _column_rule(table: str) -> Rule:
    """Return the rule that a table is read into columns it has."""

    def column_faults(tables: "WholeSchools") -> Iterator[Fault]:
        reading: Reading | None = getattr(tables, table)
        if reading is None:
            return
        yield from unknown_columns(table, reading, COLUMNS[table])
        if reading.covariates:
            yield f"{table}.covariates", "found covariates; expected columns of the table only"
        if reading.score_columns and table not in SCORED:
            yield (
                f"{table}.score_columns",
                f"found domains; expected score_columns for {' and '.join(SCORED)}",
            )
        for name in ("domain", "score"):
            if reading.score_columns and name in reading.columns:
                yield f"{table}.columns.{name}", "found beside score_columns; expected one of the two"

    return column_faults


def _template_faults(tables: "WholeSchools") -> Iterator[Fault]:
    for table, reading in tables.readings.items():
        if isinstance(reading.files, str) and "{calendar_year}" in reading.files and not tables.file_years:
            yield f"{table}.files", "found {calendar_year}; expected the years in `file_years`"


def _judgement_faults(tables: "WholeSchools") -> Iterator[Fault]:
    if (tables.judgements is None) != (not tables.lower_c):
        yield "lower_c", "found one of `lower_c` and `judgements`; expected both or neither"


class WholeSchools(Section):
    """Files of the records of whole schools, a table for each kind; a registry says which it needs."""

    rules: ClassVar[tuple[Rule, ...]] = (
        _template_faults,
        _judgement_faults,
        *map(_column_rule, COLUMNS),
    )

    file_years: list[int] = Field(
        default_factory=list,
        description="calendar years that {calendar_year} in the name of a file stands for (calendar years)",
    )
    lower_c: dict[int, float] = Field(
        default_factory=dict,
        description="year level: the lower of the two progression points that equate to a C (VELS level)",
    )
    school_years: Reading = Field(description="type and place, school x calendar year")
    campuses: Reading | None = Field(None, description="campuses, school x calendar year x campus")
    census_february: Reading | None = Field(None, description="students on the February census day")
    census_august: Reading | None = Field(None, description="students on the August census day")
    interviews: Reading | None = Field(None, description="English Online Interview, student x calendar year")
    tests: Reading | None = Field(None, description="tests, student x calendar year x year level x domain")
    aim: Reading | None = Field(None, description="Year 7 AIM tests, student x calendar year x domain")
    vce: Reading | None = Field(None, description="VCE study scores, student x calendar year x study")
    judgements: Reading | None = Field(
        None, description="teacher judgements, student x calendar year x domain x dimension"
    )
    absence: Reading | None = Field(None, description="absence, school x calendar year x year level")
    surveys: Reading | None = Field(None, description="answers on connectedness to school, one a row")
    exits: Reading | None = Field(None, description="destinations of leavers, student x calendar year")
    retention_overrides: Reading | None = Field(
        None, description="real retention accepted from schools, school x calendar year"
    )

    _each_once = field_validator("file_years")(each_once)

    @property
    def readings(self) -> dict[str, Reading]:
        """Return table -> how its files are read, for the tables that the study has."""
        return {table: reading for table in COLUMNS if (reading := getattr(self, table)) is not None}
