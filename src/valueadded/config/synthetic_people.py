"""The people of a synthetic state: schools and their intake, students, who moves, who is tested."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from valueadded.config.section import Fault, Rule, Section

Share = Annotated[float, Field(ge=0, le=1)]


def _size_faults(sizes: "SchoolSizes") -> Iterator[Fault]:
    if sizes.minimum > sizes.maximum:
        yield (
            "minimum",
            f"minimum is {sizes.minimum} and maximum {sizes.maximum}; expected minimum <= maximum",
        )


class SchoolSizes(Section):
    """How uneven the sizes of schools are."""

    rules: ClassVar[tuple[Rule, ...]] = (_size_faults,)

    spread: float = Field(
        0.7, ge=0, le=2, description="standard deviation of the logarithm of school size (log students)"
    )
    minimum: int = Field(5, ge=1, description="smallest cohort of a school (students)")
    maximum: int = Field(150, ge=1, description="largest cohort of a school (students)")


class Place(Section):
    """One kind of place and the intake of its schools."""

    share: Share = Field(description="share of the schools in such a place (0 to 1)")
    students: float = Field(gt=0, description="median cohort of a school there (students)")
    advantage: float = Field(description="mean social advantage there (standard deviations)")
    indigenous: float = Field(gt=0, lt=1, description="typical share of Indigenous students (0 to 1)")
    esl: float = Field(
        gt=0, lt=1, description="typical share of students with English as a second language (0 to 1)"
    )


class Students(Section):
    """Who the students are, and how that shows in the prior score."""

    school_spread: float = Field(
        0.45, ge=0, description="spread of mean advantage between schools of one place (standard deviations)"
    )
    student_spread: float = Field(
        0.85, ge=0, description="spread of advantage within a school (standard deviations)"
    )
    female: Share = Field(0.49, description="share of girls (0 to 1)")
    disability: Share = Field(0.045, description="share of students with disability funding (0 to 1)")
    parent_unknown: Share = Field(0.03, description="share without parental education or occupation (0 to 1)")
    prior_advantage: float = Field(
        0.4, description="prior score for each unit of advantage (prior standard deviations)"
    )
    prior_indigenous: float = Field(
        -0.35, description="prior score of Indigenous students (prior standard deviations)"
    )
    prior_esl: float = Field(
        -0.15, description="prior score with English as second language (prior standard deviations)"
    )
    prior_disability: float = Field(
        -0.9, description="prior score with disability funding (prior standard deviations)"
    )
    prior_own: float = Field(
        0.8, ge=0, description="spread of everything else in the prior score (prior standard deviations)"
    )
    prior_correlation: Share = Field(0.75, description="correlation of that part between domains (0 to 1)")
    residual_correlation: Share = Field(
        0.3, description="correlation of outcome residuals between domains (0 to 1)"
    )


def _movement_faults(movement: "Movement") -> Iterator[Fault]:
    for one, other in (("leavers", "arrivals"), ("repeaters", "accelerants")):
        if getattr(movement, one) + getattr(movement, other) > 1:
            yield one, f"{one} plus {other} is above 1; expected at most 1"


class Movement(Section):
    """Who comes, goes, changes school, or is tested out of step."""

    rules: ClassVar[tuple[Rule, ...]] = (_movement_faults,)

    movers: Share = Field(0.08, description="students who change school between the tests (share)")
    leavers: Share = Field(0.05, description="students who leave the state between the tests (share)")
    arrivals: Share = Field(0.05, description="students who come to the state between the tests (share)")
    repeaters: Share = Field(0.01, description="students with three years between the tests (share)")
    accelerants: Share = Field(0.004, description="students with one year between the tests (share)")
    two_schools: Share = Field(
        0.001, description="records that appear again, otherwise scored, at a second school (share)"
    )
    two_records: Share = Field(
        0.001, description="records that appear again, otherwise scored, at the same school (share)"
    )


class Participation(Section):
    """Shares of the students enrolled at a test who have no score; the rest are present."""

    absent: Share = Field(0.035, description="absent, at average advantage (share)")
    exempt: Share = Field(0.012, description="exempt from all domains (share)")
    withdrawn: Share = Field(0.015, description="withdrawn by a parent from all domains (share)")
    refused: Share = Field(
        0.002, description="refused; the file carries a score of 0, which is no score (share)"
    )
    sanctioned: Share = Field(0.0003, description="score withheld after misconduct (share)")
    cancelled: Share = Field(0.0005, description="test cancelled (share)")
