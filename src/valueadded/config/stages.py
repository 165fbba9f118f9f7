"""Sections of the stages: every number an analyst may change, with its unit."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from valueadded.config.section import Fault, Rule, Section, each_once

Variant = Literal["offset", "drift", "frozen"]
Structure = Literal["unstructured", "toeplitz", "ar1", "independent"]
STRUCTURES: tuple[Structure, ...] = ("unstructured", "toeplitz", "ar1", "independent")
VARIANTS: tuple[Variant, ...] = ("offset", "drift", "frozen")


def _score_limit_faults(validation: "Validation") -> Iterator[Fault]:
    lowest, highest = validation.score_minimum, validation.score_maximum
    if lowest is not None and highest is not None and lowest >= highest:
        yield (
            "score_minimum",
            f"score_minimum is {lowest:g} and score_maximum {highest:g}; expected the minimum to be lower",
        )


class Validation(Section):
    """What a value may be."""

    rules: ClassVar[tuple[Rule, ...]] = (_score_limit_faults,)

    year_levels: list[int] = Field(min_length=1, description="year levels a record may have (year levels)")
    score_minimum: float | None = Field(
        None, description="lowest possible score (scale points); no limit if left out"
    )
    score_maximum: float | None = Field(
        None, description="highest possible score (scale points); no limit if left out"
    )

    _each_once = field_validator("year_levels")(each_once)


class StandardisedPrior(Section):
    """Prior score centred and scaled by the benchmark cohort's constants, for each student."""

    kind: Literal["standardised_prior"] = Field(description="kind of measure (choice)")
    power: int = Field(1, ge=1, le=4, description="power of the standardised prior score (exponent)")


class PriorComposite(Section):
    """Mean of a student's standardised prior scores over several domains."""

    kind: Literal["prior_composite"] = Field(description="kind of measure (choice)")
    domains: list[str] = Field(min_length=2, description="domains to average (names)")

    _each_once = field_validator("domains")(each_once)


class SchoolPrior(Section):
    """Mean or spread of the standardised prior score among a school's matched students."""

    kind: Literal["school_prior_mean", "school_prior_sd"] = Field(description="kind of measure (choice)")
    without_student: bool = Field(False, description="leave the student's own score out (true or false)")
    years: int = Field(
        1, ge=1, le=10, description="1 for the latest year, 4 for the mean of four annual values (years)"
    )

    @model_validator(mode="after")
    def _annual_without_student(self) -> Self:
        if self.without_student and self.years > 1:
            raise ValueError(
                "found `without_student` with several years; expected `years: 1`, the student is in "
                "one year only"
            )
        return self


class Share(Section):
    """Percentage of a school's matched students with a characteristic, or ln(percent + constant)."""

    kind: Literal["share"] = Field(description="kind of measure (choice)")
    covariate: str = Field(description="covariate of the students (name)")
    value: str = Field(description="value that counts (text)")
    log_constant: float | None = Field(
        None, gt=0, description="constant c of ln(percent + c) (percentage points); no logarithm if left out"
    )
    years: int = Field(
        1, ge=1, le=10, description="1 for the latest year, 4 for the mean of four annual values (years)"
    )


class Stability(Section):
    """Percentage of the matched students seen at a school at either test who were there at both."""

    kind: Literal["stability"] = Field(description="kind of measure (choice)")
    years: int = Field(
        1, ge=1, le=10, description="1 for the latest year, 4 for the mean of four annual values (years)"
    )


Measure = Annotated[
    StandardisedPrior | PriorComposite | SchoolPrior | Share | Stability, Field(discriminator="kind")
]


class Intake(Section):
    """Intake measures, each under the name a formula uses."""

    measures: dict[str, Measure] = Field(default_factory=dict, description="name in formulas: measure")


class Mixed(Section):
    """The relative model of each cohort, fixed effects free, and the joint model of all of them."""

    formula: str = Field(description="fixed part as a Wilkinson formula, `score ~ ...` (formula)")
    slope: str | None = Field(
        None, description="term whose slope varies between schools; no random-slope model if left out (name)"
    )
    method: Literal["ML", "REML"] = Field("ML", description="estimation method (choice)")
    structures: list[Structure] = Field(
        default_factory=lambda: list(STRUCTURES),
        description="structures of the school covariance over years to compare; the unstructured one is "
        "always fitted (choices)",
    )

    _each_once = field_validator("structures")(each_once)


class Benchmark(Section):
    """The frozen line and the models measured from it."""

    years: list[int] = Field(
        min_length=1, description="outcome years of the benchmark cohort, pooled if several (years)"
    )
    formula: str | None = Field(
        None, description="formula of the line; that of `mixed` if left out (formula)"
    )
    line: Literal["ols", "mixed"] = Field("ols", description="how the line is fitted (choice)")
    variants: list[Variant] = Field(
        default_factory=lambda: list(VARIANTS),
        min_length=1,
        description="benchmark models to fit (choices)",
    )
    free_terms: list[str] = Field(
        default_factory=list, description="terms estimated anew in each focal year instead of pinned (names)"
    )

    prior_reliability: float | None = Field(
        None,
        gt=0,
        le=1,
        description="reliability of the prior score in the benchmark cohort, used where records carry no "
        "`score_se`; no corrected drift if both are left out (0 to 1)",
    )

    _each_once = field_validator("years", "variants", "free_terms")(each_once)


class Effects(Section):
    """Intervals and what is correlated with what."""

    confidence: float = Field(0.95, gt=0.5, lt=1, description="confidence of every interval (probability)")
    minimum_students: int = Field(
        1, ge=1, le=100, description="smaller schools are left out of correlations between years (students)"
    )
    draws: int = Field(
        10_000, ge=1000, le=1_000_000, description="random draws behind each simulated interval (draws)"
    )
    seed: int = Field(2018, ge=0, description="seed of these draws (whole number)")
    rank_draws: int = Field(
        4000,
        ge=400,
        le=100000,
        description="draws of all effects behind ranks of up to 1,000 schools (draws)",
    )


class Figures(Section):
    """How figures are drawn."""

    dots_per_inch: int = Field(150, ge=72, le=600, description="resolution of PNG files (dots per inch)")
    named_schools: list[str] = Field(
        default_factory=list,
        max_length=6,
        description="schools drawn in bold among the trajectories (school identifiers); if none, "
        "those with the highest, "
        "median and lowest change, unnamed",
    )
    score_unit: str = Field(
        "scale points", min_length=1, description="unit of the outcome score, as axes say it (words)"
    )

    _each_once = field_validator("named_schools")(each_once)
