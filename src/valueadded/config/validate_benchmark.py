"""Section `validate_benchmark`: the simulation that asks whether benchmarking works."""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field, field_validator

from valueadded.config.section import Fault, Rule, Section, each_once
from valueadded.config.synthetic_people import Share

DRIFT = "movement of every outcome given true ability in the focal cohort (scale points)"


def _size_faults(sizes: "InventedSystem | SmallSchools") -> Iterator[Fault]:
    least, most = sizes.students_minimum, sizes.students_maximum
    if least > most:
        yield (
            "students_minimum",
            f"found {least}, and students_maximum {most}; expected the minimum not to be larger",
        )


class InventedSystem(Section):
    """The system every scenario starts from; its scenario then changes one thing."""

    rules: ClassVar[tuple[Rule, ...]] = (_size_faults,)

    schools: int = Field(300, ge=5, description="schools (schools)")
    students_median: float = Field(35.0, gt=0, description="median size of a school's cohort (students)")
    students_spread: float = Field(
        0.6, ge=0, description="standard deviation of the logarithm of that size (log students)"
    )
    students_minimum: int = Field(5, ge=2, description="smallest cohort (students)")
    students_maximum: int = Field(120, ge=2, description="largest cohort (students)")
    school_sd: float = Field(
        11.0, gt=0, description="standard deviation of true school effects in every year (scale points)"
    )
    residual_sd: float = Field(
        42.0, gt=0, description="standard deviation of student residuals (scale points)"
    )
    year_correlation: Share = Field(
        0.93,
        description="correlation of a school's true effects one calendar year apart; a power of it for"
        " more (0 to 1)",
    )
    slope: float = Field(
        55.0, description="outcome for each unit of true prior ability within a school (scale points)"
    )
    contextual: float = Field(
        6.0, description="further outcome for each unit of a school's mean ability (scale points)"
    )
    intake_between: float = Field(
        0.45, ge=0, description="standard deviation of mean ability between schools (units of ability)"
    )
    intake_within: float = Field(
        0.9, gt=0, description="standard deviation of ability within a school (units of ability)"
    )
    prior_error: float = Field(
        0.4, ge=0, description="standard deviation of the error of a prior score (units of ability)"
    )


class Regular(Section):
    """Nothing changes but the schools' own effects."""


class DriftScenario(Section):
    """Every outcome moves."""

    drift: float = Field(-10.0, description=DRIFT)


class SlopeChange(Section):
    """The outcome depends more or less on ability, turning about the mean ability."""

    slope_change: float = Field(
        -10.0, description="change of the slope in the focal cohort (scale points for a unit of ability)"
    )


class PriorShock(Section):
    """The focal cohort's prior scores fall while its ability does not."""

    prior_fall: float = Field(0.15, description="fall of every prior score (units of ability)")


class IntakeChange(Section):
    """The focal cohort is another one: mean ability moves, in each school by its own amount."""

    intake_shift: float = Field(-0.2, description="movement of mean ability everywhere (units of ability)")
    intake_shift_spread: float = Field(
        0.2, ge=0, description="standard deviation of its movement between schools (units of ability)"
    )


class PriorErrorChange(Section):
    """The focal cohort's prior test was less reliable."""

    focal_prior_error: float = Field(
        0.7, ge=0, description="standard deviation of the error of its prior scores (units of ability)"
    )


class SelectiveAbsence(Section):
    """In the focal year low scorers stay away from the test."""

    absence_share: Share = Field(0.1, description="students absent (share)")
    absence_steepness: float = Field(
        1.0,
        description="fall of the log risk of absence with each standard deviation of the outcome (log risk)",
    )


class Closures(Section):
    """The schools with the lowest effects of the focal year have closed before its test."""

    closed_share: Share = Field(0.1, description="schools closed (share)")


class FewSchools(Section):
    """A small system that drifts."""

    schools: int = Field(20, ge=5, description="schools (schools)")
    drift: float = Field(-10.0, description=DRIFT)


class SmallSchools(Section):
    """A system of small schools that drifts."""

    rules: ClassVar[tuple[Rule, ...]] = (_size_faults,)

    students_median: float = Field(8.0, gt=0, description="median size of a school's cohort (students)")
    students_spread: float = Field(
        0.3, ge=0, description="standard deviation of the logarithm of that size (log students)"
    )
    students_minimum: int = Field(5, ge=2, description="smallest cohort (students)")
    students_maximum: int = Field(12, ge=2, description="largest cohort (students)")
    drift: float = Field(-10.0, description=DRIFT)


class ScaleLink(Section):
    """Focal scores come from a new scale, carried back by a link that is only estimated."""

    link_std_error: float = Field(
        2.0, ge=0, description="standard error of the linked mean, drawn once a replicate (scale points)"
    )
    link_slope_std_error: float = Field(
        0.005, ge=0, description="standard error of the link's slope, likewise (points for each point)"
    )


class Scenarios(Section):
    """What happens to the focal cohort; a scenario left out is not run."""

    regular: Regular | None = Field(None, description="nothing changes")
    drift: DriftScenario | None = Field(None, description="every outcome moves")
    slope_change: SlopeChange | None = Field(None, description="the slope changes")
    prior_shock: PriorShock | None = Field(None, description="prior scores fall, ability does not")
    intake_change: IntakeChange | None = Field(None, description="composition of the intake changes")
    prior_error_change: PriorErrorChange | None = Field(None, description="prior test less reliable")
    selective_absence: SelectiveAbsence | None = Field(None, description="low scorers are absent")
    closures: Closures | None = Field(None, description="the bottom schools close")
    few_schools: FewSchools | None = Field(None, description="few schools, and a drift")
    small_schools: SmallSchools | None = Field(None, description="small schools, and a drift")
    scale_link: ScaleLink | None = Field(None, description="scores carried from a new scale")


def _year_faults(study: "ValidateBenchmark") -> Iterator[Fault]:
    if study.years != sorted(study.years):
        yield "years", f"found {study.years}; expected calendar years in order"


def _chunk_faults(study: "ValidateBenchmark") -> Iterator[Fault]:
    if study.chunks > study.replicates:
        yield "chunks", f"found {study.chunks} for {study.replicates} replicates; expected no more"


class ValidateBenchmark(Section):
    """The simulation study; target `validate_benchmark`."""

    rules: ClassVar[tuple[Rule, ...]] = (_year_faults, _chunk_faults)

    seed: int = Field(ge=0, description="seed of every random number (whole number)")
    replicates: int = Field(500, ge=2, description="invented systems for each scenario (systems)")
    chunks: int = Field(
        4, ge=1, description="jobs for each scenario, which share its systems; no result depends on it (jobs)"
    )
    years: list[int] = Field(
        min_length=2,
        description="outcome years: the first is the benchmark, the last the focal cohort, those between"
        " help the joint model only (calendar years)",
    )
    negligible_change: float = Field(
        2.0, ge=0, description="a true change smaller than this counts as none (scale points)"
    )
    system: InventedSystem = Field(
        default_factory=InventedSystem, description="the system every scenario starts from"
    )
    scenarios: Scenarios = Field(description="what happens to the focal cohort")

    _each_once = field_validator("years")(each_once)

    def scenario_names(self) -> list[str]:
        """Return the names of the scenarios to run."""
        return [name for name in Scenarios.model_fields if getattr(self.scenarios, name) is not None]

    def world(self, scenario: str) -> dict[str, Any]:
        """Return the numbers of one scenario: those of the system, its own in their place."""
        changed: Section = getattr(self.scenarios, scenario)
        return self.system.model_dump() | changed.model_dump()

    def replicates_of(self, chunk: int) -> list[int]:
        """Return the first replicate of a chunk and the one after its last; chunks are numbered from 0."""
        bounds = [self.replicates * part // self.chunks for part in (chunk, chunk + 1)]
        return bounds
