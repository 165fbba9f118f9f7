"""Section `input`: which files hold which table, and how their columns and codes are read."""

from collections.abc import Iterator
from keyword import iskeyword
from typing import ClassVar

from pydantic import Field

from valueadded.config.reading import InputFile, Reading, unknown_columns
from valueadded.config.school_values import SchoolValues
from valueadded.config.section import Fault, Rule, Section
from valueadded.config.whole_schools import WholeSchools

__all__ = ["Input", "InputFile", "Reading"]

COLUMNS = {
    "assessments": (
        "student_id",
        "school_id",
        "calendar_year",
        "year_level",
        "domain",
        "participation",
        "score",
        "score_se",
    ),
    "students": ("student_id", "calendar_year"),
    "schools": ("school_id", "calendar_year"),
    "matched": ("student_id", "school_id", "year", "domain", "score", "prior_score", "prior_school_id"),
    "teacher_scores": ("student_id", "calendar_year", "year_level", "domain", "score", "school_id"),
    "teacher_links": ("student_id", "calendar_year", "domain", "teacher_id", "share"),
}
SEVERAL_SCORES = ("assessments", "teacher_scores")
RESERVED = ("source_row", "record", "prior_score", "prior_school_id")


def _way_in_faults(tables: "Input") -> Iterator[Fault]:
    given = (tables.assessments is not None) + (tables.matched is not None)
    # Whole schools, and the layered models, need no cohorts.
    others = (tables.school_values, tables.whole_schools, tables.teacher_scores)
    if given == 2 or (given == 0 and not any(others)):
        yield (
            "",
            "found neither or both of `assessments` and `matched`; expected exactly one, or `school_values`,"
            " `whole_schools` or `teacher_scores` without them",
        )


def _teacher_faults(tables: "Input") -> Iterator[Fault]:
    if (tables.teacher_scores is None) != (tables.teacher_links is None):
        yield "", "found one of `teacher_scores` and `teacher_links`; expected both or neither"


def _students_faults(tables: "Input") -> Iterator[Fault]:
    if tables.matched is not None and tables.students is not None:
        yield (
            "students",
            "found `students` beside `matched`; expected the covariates inside the matched file",
        )


def _school_values_faults(tables: "Input") -> Iterator[Fault]:
    if tables.school_values and tables.whole_schools is not None:
        yield (
            "school_values",
            "found beside `whole_schools`; expected one of the two, since both give yearly values of schools",
        )


def _column_rule(table: str) -> Rule:
    """Return the rule that one table's columns and covariates have names it can hold."""

    def column_faults(tables: "Input") -> Iterator[Fault]:
        reading: Reading | None = getattr(tables, table)
        if reading is None:
            return
        yield from unknown_columns(table, reading, COLUMNS[table])
        for name in reading.covariates:
            if not name.isidentifier() or iskeyword(name) or name in (*COLUMNS[table], *RESERVED):
                yield (
                    f"{table}.covariates.{name}",
                    "found a name that is taken or that a formula cannot hold; expected letters, digits and"
                    " _, and no column of the table",
                )
        if reading.score_columns and table not in SEVERAL_SCORES:
            yield (
                f"{table}.score_columns",
                f"found domains; expected score_columns for {' and '.join(SEVERAL_SCORES)} only",
            )
        for name in ("domain", "score", "score_se"):
            if reading.score_columns and name in reading.columns:
                yield (
                    f"{table}.columns.{name}",
                    "found beside score_columns; expected one of the two",
                )

    return column_faults


class Input(Section):
    """The input tables: `assessments` with `students` and `schools`, or `matched`, or whole schools."""

    rules: ClassVar[tuple[Rule, ...]] = (
        _way_in_faults,
        _students_faults,
        _teacher_faults,
        _school_values_faults,
        *map(_column_rule, COLUMNS),
    )

    student_key: str | None = Field(
        None,
        description="file with the key that student identifiers are hashed with, outside the repository and "
        "readable by its owner alone; `fixed` where identifiers are public; without it a random one is made "
        "for the run and deleted (path)",
    )
    assessments: Reading | None = Field(
        None, description="test records, student x calendar year x year level x domain"
    )
    students: Reading | None = Field(None, description="student characteristics, student x calendar year")
    schools: Reading | None = Field(None, description="school characteristics, school x calendar year")
    matched: Reading | None = Field(None, description="students with outcome and prior already side by side")
    teacher_scores: Reading | None = Field(
        None, description="scores of the layered models, student x calendar year x domain"
    )
    teacher_links: Reading | None = Field(
        None, description="who taught whom, student x calendar year x domain x teacher"
    )
    whole_schools: WholeSchools | None = Field(
        None, description="records that measures of whole schools are made from; leave out without them"
    )
    school_values: list[SchoolValues] = Field(
        default_factory=list, description="ready-made yearly values of whole schools, file by file (list)"
    )
