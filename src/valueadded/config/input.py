"""Section `input`: which files hold which table, and how their columns and codes are read."""

from collections.abc import Iterator
from keyword import iskeyword
from pathlib import PurePosixPath
from typing import Annotated, ClassVar

from pydantic import Field

from valueadded.config.school_values import SchoolValues
from valueadded.config.section import Fault, Rule, Section
from valueadded.config.sources import ColumnSource

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


class InputFile(Section):
    """One input file."""

    path: str = Field(min_length=1, description="file, relative to the data folder (path)")
    calendar_year: int | None = Field(
        None,
        description="the only calendar year the file may hold (year); leave out for files with several years",
    )

    @property
    def key(self) -> str:
        """Return the name of this file's folder among the results."""
        name = PurePosixPath(self.path).name
        stem = name.split(".")[0]
        return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in stem)


class Reading(Section):
    """How the files of one table are read."""

    files: Annotated[str, Field(min_length=1)] | list[InputFile] = Field(
        description="a path, with {calendar_year} in it for one file a year, or a list of files (paths)"
    )
    sheet: str | None = Field(None, description="sheet of an Excel file; the first if left out (name)")
    delimiter: str = Field(
        ",", min_length=1, max_length=1, description="column separator of a text file (character)"
    )
    encoding: str = Field("utf-8-sig", description="character encoding of a text file (name)")
    missing: list[str] = Field(
        default_factory=lambda: ["", "NA", "N/A", "."], description="texts that mean a missing value (texts)"
    )
    columns: dict[str, ColumnSource] = Field(
        default_factory=dict,
        description="column of the table: where it comes from; a column of the same name if left out",
    )
    score_columns: dict[str, str] = Field(
        default_factory=dict,
        description="domain: score column, for files with one row for several domains (names)",
    )
    covariates: dict[str, ColumnSource] = Field(
        default_factory=dict, description="covariate: where it comes from (name: source)"
    )


def _way_in_faults(tables: "Input") -> Iterator[Fault]:
    given = (tables.assessments is not None) + (tables.matched is not None)
    # Ready-made values of schools, and the layered models, need no cohorts.
    if given == 2 or (given == 0 and not tables.school_values and tables.teacher_scores is None):
        yield (
            "",
            "found neither or both of `assessments` and `matched`; expected exactly one, or `school_values`"
            " or `teacher_scores` without them",
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


def _column_rule(table: str) -> Rule:
    """Return the rule that one table's columns and covariates have names it can hold."""

    def column_faults(tables: "Input") -> Iterator[Fault]:
        reading: Reading | None = getattr(tables, table)
        if reading is None:
            return
        for name in reading.columns:
            if name not in COLUMNS[table]:
                yield (
                    f"{table}.columns.{name}",
                    f"no such column; expected one of {', '.join(COLUMNS[table])}",
                )
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
    """The input tables: `assessments` with `students` and `schools`, or `matched`, or `school_values`."""

    rules: ClassVar[tuple[Rule, ...]] = (
        _way_in_faults,
        _students_faults,
        _teacher_faults,
        *map(_column_rule, COLUMNS),
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
    school_values: list[SchoolValues] = Field(
        default_factory=list, description="ready-made yearly values of whole schools, file by file (list)"
    )
