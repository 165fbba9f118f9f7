"""Section `synthetic_twin`: one invented cohort whose schools differ in mean, slope and variance."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from pydantic import Field

from valueadded.config.section import Fault, Rule, Section
from valueadded.config.synthetic_people import Share

TAKEN = ("student_id", "school_id", "year", "domain", "score", "prior_score", "age_months")


class TwinTerm(Section):
    """What one unit of a column, or one category against the reference, does."""

    prior: float = Field(
        0.0, description="to the prior score before it is standardised (standard deviations)"
    )
    mean: float = Field(0.0, description="to the mean of the outcome score (score standard deviations)")
    log_variance: float = Field(0.0, description="to the log of the residual variance (log variance)")


class TwinCategory(TwinTerm):
    """One category of a characteristic."""

    share: Share = Field(description="share of students, or of schools, exact but for rounding (0 to 1)")


class SchoolCharacteristic(Section):
    """A characteristic of schools; the first category is the reference."""

    categories: dict[str, TwinCategory] = Field(min_length=2, description="category: share and coefficients")


class StudentCharacteristic(SchoolCharacteristic):
    """A characteristic of students that is more common in some schools than in others."""

    between_schools: Share = Field(
        description="share of the variance of the latent tendency that lies between schools (0 to 1)"
    )
    with_intake: float = Field(
        0.0,
        ge=-1,
        le=1,
        description="correlation of a school's tendency to the later categories with its mean prior score"
        " (-1 to 1)",
    )


class TwinEffects(Section):
    """Normal school effects: intercept at prior score 0, slope of the prior score, log variance."""

    intercept_sd: float = Field(ge=0, description="of the mean (score standard deviations)")
    slope_sd: float = Field(ge=0, description="of the slope (score per prior standard deviation)")
    log_variance_sd: float = Field(ge=0, description="of the log residual variance (log variance)")
    intercept_slope: float = Field(ge=-1, le=1, description="correlation of intercept and slope (-1 to 1)")
    intercept_log_variance: float = Field(
        ge=-1, le=1, description="correlation of intercept and log variance (-1 to 1)"
    )
    slope_log_variance: float = Field(
        ge=-1, le=1, description="correlation of slope and log variance (-1 to 1)"
    )

    def covariance(self) -> list[list[float]]:
        """Return the covariance of intercept, slope and log variance."""
        spread = (self.intercept_sd, self.slope_sd, self.log_variance_sd)
        a, b, c = self.intercept_slope, self.intercept_log_variance, self.slope_log_variance
        correlation = ((1.0, a, b), (a, 1.0, c), (b, c, 1.0))
        return [[correlation[i][j] * spread[i] * spread[j] for j in range(3)] for i in range(3)]


def _size_faults(twin: "SyntheticTwin") -> Iterator[Fault]:
    least = twin.minimum_size * (twin.schools - 1) + twin.maximum_size
    most = twin.maximum_size * (twin.schools - 1) + twin.minimum_size
    if twin.minimum_size >= twin.maximum_size or not least <= twin.students <= most:
        yield (
            "students",
            f"found {twin.students} in {twin.schools} schools of {twin.minimum_size} to {twin.maximum_size};"
            f" expected {least} to {most}, so that both sizes occur",
        )


def _characteristic_faults(twin: "SyntheticTwin") -> Iterator[Fault]:
    for part in ("student_characteristics", "school_characteristics"):
        characteristics: dict[str, SchoolCharacteristic] = getattr(twin, part)
        for name, characteristic in characteristics.items():
            categories = characteristic.categories
            total = sum(category.share for category in categories.values())
            if abs(total - 1) > 1e-9:
                yield f"{part}.{name}.categories", f"the shares add up to {total:.6g}; expected 1"
            reference, first = next(iter(categories.items()))
            if first.mean or first.log_variance:
                yield (
                    f"{part}.{name}.categories.{reference}",
                    "found coefficients of the first category, the reference; expected 0",
                )
            if name in TAKEN or not name.isidentifier():
                yield f"{part}.{name}", "found a name that is taken or no name of a column; expected another"
    for name in twin.student_characteristics:
        if name in twin.school_characteristics:
            yield f"school_characteristics.{name}", "found among the students too; expected another name"


def _effect_faults(twin: "SyntheticTwin") -> Iterator[Fault]:
    if np.linalg.eigvalsh(twin.effects.covariance())[0] < -1e-12:
        yield "effects", "no effects can have these three correlations; expected weaker ones"


class SyntheticTwin(Section):
    """One cohort with the shape of a published one, and a planted location-scale truth."""

    rules: ClassVar[tuple[Rule, ...]] = (_size_faults, _characteristic_faults, _effect_faults)

    seed: int = Field(ge=0, description="seed of every random number (whole number)")
    domain: str = Field("examination", description="the one tested domain (name)")
    year: int = Field(description="outcome year of the cohort (year)")
    students: int = Field(ge=2, description="students of the cohort, exactly (students)")
    schools: int = Field(ge=2, description="schools (schools)")
    minimum_size: int = Field(ge=1, description="students of the smallest school, exactly (students)")
    maximum_size: int = Field(ge=2, description="students of the largest school, exactly (students)")
    size_spread: float = Field(
        ge=0, description="standard deviation of school sizes before limits (students)"
    )
    intake_spread: float = Field(
        ge=0,
        description="standard deviation of schools' mean prior score beside what characteristics explain"
        " (standard deviations)",
    )
    intercept: TwinTerm = Field(
        description="mean and log variance of a student of every reference, prior score and age 0"
    )
    prior_score: TwinTerm = Field(description="for each standard deviation of the prior score")
    age_months: TwinTerm = Field(description="for each month of age above the youngest, 0 to 11 months")
    student_characteristics: dict[str, StudentCharacteristic] = Field(
        description="characteristic of students: categories, the reference first"
    )
    school_characteristics: dict[str, SchoolCharacteristic] = Field(
        description="characteristic of schools: categories, the reference first"
    )
    effects: TwinEffects = Field(description="spread and correlation of the school effects")
