"""The section of intake-adjusted performance of whole schools: the policy, and what it leaves open."""

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from valueadded.config.section import Fault, Rule, Section, each_once

Population = Literal["group", "all"]
Weights = Literal["tests", "areas"]
Residual = Literal["standardised", "studentised"]


class OpenChoices(Section):
    """The five choices that the source leaves open and that change a residual."""

    log_constant: float = Field(
        1.0, gt=0, description="added before a logarithm, since shares of 0 occur (percentage points)"
    )
    z_population: Population = Field(
        "group", description="z-scores of a year within the fitted group, or within all of them (choice)"
    )
    composite_weights: Weights = Field(
        "tests",
        description="what counts once in a composite: each test, or literacy and numeracy (choice)",
    )
    residual: Residual = Field(
        "standardised",
        description="over the root of the mean square; studentised removes the leverage too (choice)",
    )
    outlier_passes: int = Field(
        1, ge=0, le=100, description="times that schools beyond the cap are removed (passes)"
    )


class OtherLevels(Section):
    """The second level of each open choice in the multiverse; the first is that of `choices`."""

    log_constant: float = Field(0.1, gt=0, description="second level (percentage points)")
    z_population: Population = Field("all", description="second level (choice)")
    composite_weights: Weights = Field("areas", description="second level (choice)")
    residual: Residual = Field("studentised", description="second level (choice)")
    outlier_passes: int = Field(20, ge=0, le=100, description="second level (passes)")


class MultilevelView(Section):
    """The students' test behind an outcome of the latest year, to set beside its regressions."""

    domain: str = Field(description="domain of the test, as in input.whole_schools.tests (name)")
    year_level: int = Field(ge=0, le=13, description="year level of the test (year level)")
    prior_level: int | None = Field(
        None,
        ge=0,
        le=13,
        description="level of the test whose score a student brings along, as many calendar years earlier as "
        "it is levels lower; no prior score if left out (year level)",
    )

    @model_validator(mode="after")
    def _prior_is_lower(self) -> Self:
        if self.prior_level is not None and self.prior_level >= self.year_level:
            raise ValueError(
                f"found prior_level {self.prior_level}; expected it below the year_level, {self.year_level}"
            )
        return self


class WholeSchoolFigures(Section):
    """Which figures of whole schools are drawn; any other is drawn when asked for by its file name."""

    schools: list[str] = Field(
        default_factory=list,
        description="schools whose bars and page are drawn (school identifiers)",
    )
    outcomes: list[str] = Field(
        default_factory=list,
        description="outcomes with their window whose funnel is drawn (names of the registry)",
    )

    _each_once = field_validator("schools", "outcomes")(each_once)


def _level_faults(section: "IntakeAdjusted") -> Iterator[Fault]:
    for name in OtherLevels.model_fields:
        if getattr(section.multiverse, name) == getattr(section.choices, name):
            yield (
                f"multiverse.{name}",
                f"found {getattr(section.multiverse, name)!r}, as in `choices`; expected another level",
            )


class IntakeAdjusted(Section):
    """Performance of whole schools adjusted for their intake."""

    rules: ClassVar[tuple[Rule, ...]] = (_level_faults,)

    policy: str = Field(
        "victoria_2011",
        min_length=1,
        description="registry that comes with the package (name), or one of your own in YAML (path, relative "
        "to the working directory)",
    )
    choices: OpenChoices = Field(default_factory=OpenChoices, description="what the policy leaves open")
    multiverse: OtherLevels = Field(
        default_factory=OtherLevels, description="second level of each choice, for the target `multiverse`"
    )
    confidence: float = Field(0.95, gt=0.5, lt=1, description="confidence of every interval (probability)")
    multilevel: dict[str, MultilevelView] = Field(
        default_factory=dict,
        description="outcome of the latest year (name of the registry): the test behind it",
    )
    figures: WholeSchoolFigures = Field(default_factory=WholeSchoolFigures, description="figures to draw")
