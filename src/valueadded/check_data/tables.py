"""The tables of a study that have files, and what is used of each: as the rules of the workflow say."""

from collections.abc import Iterator
from dataclasses import dataclass

from valueadded.config.input import InputFile, Reading
from valueadded.config.layered import EVERY_DOMAIN
from valueadded.config.stages import Validation
from valueadded.config.whole import Config, SchoolConfig, list_files
from valueadded.validation.whole_schools import ANY_VALUE

STUDENT_TABLES = ("assessments", "students", "schools", "matched")
TEACHER_TABLES = ("teacher_scores", "teacher_links")


@dataclass(frozen=True)
class Table:
    """One table: its files, and the rest as `validate_file` takes it.

    generated : whether the study generates the files
    years : calendar years the study uses; None if every record is used
    """

    name: str
    generated: bool
    files: list[InputFile]
    reading: Reading
    validation: Validation
    years: list[int] | None
    levels: list[int]
    domains: list[str]


def list_tables(settings: SchoolConfig) -> list[Table]:
    """Return every table that `input` names, but for ready-made values of schools."""
    students = _student_tables(settings) if isinstance(settings, Config) else ()
    return [*students, *_teacher_tables(settings), *_whole_school_tables(settings)]


def _student_tables(settings: Config) -> Iterator[Table]:
    levels = sorted({settings.cohorts.prior_level, settings.cohorts.outcome_level})
    years = sorted(settings.study.tested_years)
    for name in STUDENT_TABLES:
        reading = getattr(settings.input, name)
        if reading is not None:
            files = list_files(reading, years)
            generated, domains = is_generated(settings), settings.study.domains
            yield Table(name, generated, files, reading, settings.validation, years, levels, domains)


def _teacher_tables(settings: SchoolConfig) -> Iterator[Table]:
    layered = settings.layered
    if layered is None:
        return
    years, generated = sorted(layered.years), is_generated(settings)
    given = settings.validation or Validation(year_levels=layered.year_levels)
    # Scores of the layered models are of year levels of their own.
    levels = sorted({*given.year_levels, *layered.year_levels})
    validation = given.model_copy(update={"year_levels": levels})
    for name in TEACHER_TABLES:
        reading = getattr(settings.input, name)
        if reading is not None:
            files = list_files(reading, years)
            # A link to every domain is one to each of them.
            domains = [*layered.domains, *([EVERY_DOMAIN] if name == "teacher_links" else [])]
            yield Table(name, generated, files, reading, validation, years, layered.year_levels, domains)


def _whole_school_tables(settings: SchoolConfig) -> Iterator[Table]:
    tables = settings.input.whole_schools
    if tables is None:
        return
    generated = settings.synthetic_whole_schools is not None
    for name, reading in tables.readings.items():
        files = list_files(reading, tables.file_years)
        yield Table(name, generated, files, reading, ANY_VALUE, None, [], [])


def is_generated(settings: SchoolConfig) -> bool:
    """Return whether the study generates its records of students and teachers."""
    names = ("synthetic", "synthetic_twin", "synthetic_teachers")
    return any(getattr(settings, name, None) is not None for name in names)
