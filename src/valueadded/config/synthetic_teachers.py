"""Section `synthetic_teachers`: a cohort of students followed through its teachers, with its truth."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from valueadded.config.section import Fault, Rule, Section
from valueadded.config.synthetic_people import Share


class TaughtDomain(Section):
    """One tested domain: its scores and how much teachers differ."""

    mean: float = Field(400.0, description="mean score at the first year level (scale points)")
    growth: float = Field(40.0, description="growth of the mean from one year to the next (scale points)")
    teacher_sd: float = Field(
        12.0, ge=0, description="standard deviation of true teacher effects of a year (scale points)"
    )
    student_sd: float = Field(
        50.0,
        gt=0,
        description="standard deviation of a score around its mean, teachers apart (scale points)",
    )


class OmittedVariable(Section):
    """Something about students that acts on their scores and is in no file; mean 0, standard deviation 1."""

    level: float = Field(0.0, description="points on every score for each standard deviation (scale points)")
    growth: float = Field(
        0.0,
        description="points on each year's growth for each standard deviation; they add up (scale points)",
    )
    sorted_to_schools: Share = Field(
        0.0, description="correlation with what sorts students to schools at the start (0 to 1)"
    )
    sorted_to_classes: Share = Field(
        0.0, description="correlation with what sorts a school's students to its classes each year (0 to 1)"
    )


class MissingScores(Section):
    """Which scores are missing; the teachers of those students are known all the same."""

    share: Share = Field(0.05, description="of the scores, where nothing else acts (share)")
    with_earlier: float = Field(
        0.0,
        description="log odds for each standard deviation by which the score of the year before is lower,"
        " seen or not; before the first year nothing (log odds)",
    )
    with_own: float = Field(
        0.0,
        description="log odds for each standard deviation by which the missing score itself is lower"
        " (log odds)",
    )


def _track_faults(teachers: "SyntheticTeachers") -> Iterator[Fault]:
    if teachers.tracks > teachers.schools:
        yield "tracks", f"found {teachers.tracks} and {teachers.schools} schools; expected at most as many"
    if teachers.between_tracks > 0 and teachers.tracks == 1:
        yield "between_tracks", "found moves between tracks where there is one track; expected 0"


def _class_faults(teachers: "SyntheticTeachers") -> Iterator[Fault]:
    classes = teachers.schools * teachers.classes
    if teachers.students < classes:
        yield "students", f"found {teachers.students} for {classes} classes; expected at least one for each"
    if teachers.shared > 0 and teachers.classes == 1:
        yield "shared", "a school has one class, and so one teacher a year; expected 0, or more classes"


class SyntheticTeachers(Section):
    """One cohort of students who meet a teacher of every domain in every year, and its truth."""

    rules: ClassVar[tuple[Rule, ...]] = (_track_faults, _class_faults)

    seed: int = Field(ge=0, description="seed of every random number (whole number)")
    first_year: int = Field(2021, description="calendar year of the first scores (year)")
    first_level: int = Field(3, ge=0, description="year level of the first scores (year level)")
    years: int = Field(3, ge=1, description="calendar years, each at the next year level (years)")
    students: int = Field(1500, ge=2, description="students of the cohort (students)")
    schools: int = Field(20, ge=1, description="schools (schools)")
    classes: int = Field(3, ge=1, description="classes of a school in a year, one teacher each (classes)")
    domains: dict[str, TaughtDomain] = Field(min_length=1, description="tested domain: its scores and truth")
    persistence: float = Field(
        0.7, description="part of a teacher's effect that acts on every later score (0 to 1)"
    )
    domain_correlation: Share = Field(
        0.7, description="correlation of a student's scores of two domains, teachers apart (0 to 1)"
    )
    year_correlation: Share = Field(
        0.7, description="correlation of a student's scores of two years, teachers apart (0 to 1)"
    )
    teacher_correlation: Share = Field(
        0.0, description="correlation of a teacher's true effects in two domains (0 to 1)"
    )
    movers: Share = Field(0.08, description="students who change school between two years (share)")
    tracks: int = Field(
        1, ge=1, description="groups of schools within which students move: tracks of teachers (tracks)"
    )
    between_tracks: Share = Field(0.0, description="of those who move, to a school of another track (share)")
    shared: Share = Field(
        0.1, description="of a year's scores of a domain, taught by two teachers of the school (share)"
    )
    missing: MissingScores = Field(default_factory=MissingScores, description="scores that are missing")
    omitted: OmittedVariable = Field(
        default_factory=OmittedVariable, description="a variable that no file holds"
    )
