"""Section `synthetic_whole_schools`: records of whole schools to invent, with planted residuals."""

from collections.abc import Iterator
from typing import ClassVar, Literal, get_args

from pydantic import Field, field_validator

from valueadded.config.section import Fault, Rule, Section, each_once
from valueadded.config.synthetic_people import Share

Term = Literal[
    "SFO",
    "indigenous",
    "disability_funding",
    "remoteness",
    "enrolments",
    "female",
    "esl",
    "refugees",
    "composition",
    "stability",
]
Outcome = Literal[
    "TJEngMathsP6",
    "TJotherP6",
    "NAPLANyr3Read",
    "NAPLANyr3Num",
    "NAPLANyr5Read",
    "NAPLANyr5Num",
    "studabs_P6",
    "CtoS_56",
    "TJEngMaths710",
    "TJother710",
    "NAPLANyr9Read",
    "NAPLANyr9Num",
    "VCE",
    "studabs_712",
    "RR710pct",
    "pctExits",
    "CtoS_712",
]


class InventedType(Section):
    """The schools of one type."""

    share: Share = Field(description="share of schools (0 to 1)")
    first_level: int = Field(ge=0, le=12, description="lowest year level, 0 for Prep (year level)")
    last_level: int = Field(ge=0, le=12, description="highest year level (year level)")
    students: float = Field(gt=0, le=200, description="median students of a year level (students)")


class PlantedTerm(Section):
    """How an intake measure enters every outcome."""

    centre: float = Field(description="value at which it adds nothing (its own unit)")
    scale: float = Field(gt=0, description="unit of the coefficient (its own unit)")
    coefficient: float = Field(
        description="difference of every outcome for one `scale` more (residual standard deviations)"
    )


class PlantedOutcome(Section):
    """One outcome: where it lies and how far schools differ given their intake."""

    centre: float = Field(description="value of a school at every centre, without residual (its own unit)")
    scale: float = Field(
        description="standard deviation of the planted residual, negative where a high value is a poor result"
        " (its own unit)"
    )
    spread: float = Field(
        0.0, ge=0, description="standard deviation of students in a school, where students have it (its unit)"
    )


def _share_faults(state: "SyntheticWholeSchools") -> Iterator[Fault]:
    total = sum(kind.share for kind in state.school_types.values())
    if abs(total - 1) > 1e-9:
        yield "school_types", f"the shares add up to {total:.6g}; expected 1"
    for name, kind in state.school_types.items():
        if kind.last_level < kind.first_level:
            yield f"school_types.{name}", "the last year level is below the first; expected it higher"


def _name_faults(state: "SyntheticWholeSchools") -> Iterator[Fault]:
    for key, given, expected in (
        ("terms", state.terms, get_args(Term)),
        ("outcomes", state.outcomes, get_args(Outcome)),
    ):
        absent = [name for name in expected if name not in given]
        if absent:
            yield key, f"{', '.join(absent)} is absent; expected every one of {', '.join(expected)}"


def _level_faults(state: "SyntheticWholeSchools") -> Iterator[Fault]:
    for lowest, highest in ((0, 6), (7, 12)):
        if not any(
            kind.first_level <= lowest and kind.last_level >= highest for kind in state.school_types.values()
        ):
            yield "school_types", f"no type has year levels {lowest} to {highest}; expected one that has"


class SyntheticWholeSchools(Section):
    """Records of whole schools to invent."""

    rules: ClassVar[tuple[Rule, ...]] = (_share_faults, _level_faults, _name_faults)

    seed: int = Field(description="seed of every random number (whole number)")
    schools: int = Field(ge=20, le=20_000, description="schools of every type (schools)")
    years: list[int] = Field(
        min_length=4,
        description="calendar years of the records, without gaps; the first only for what lies before the"
        " outcomes (calendar years)",
    )
    school_types: dict[str, InventedType] = Field(min_length=1, description="school type: its schools")
    size_spread: float = Field(
        0.7, ge=0, description="standard deviation of the logarithm of school size (log students)"
    )
    largest_level: int = Field(18, ge=3, description="most students of a year level (students)")
    terms: dict[Term, PlantedTerm] = Field(description="intake measure: how it enters every outcome")
    outcomes: dict[Outcome, PlantedOutcome] = Field(description="outcome of the registry: its planted values")
    persistence: Share = Field(
        0.6, description="share of the variance of planted residuals that lasts over the years (0 to 1)"
    )
    outlier: float = Field(
        -6.0,
        description="residual in absence of the first school of the first type with Prep to Year 6, and with"
        " Years 7 to 12 (residual standard deviations)",
    )
    several_campuses: Share = Field(0.15, description="share of schools with two or three campuses (0 to 1)")
    new_schools: Share = Field(0.02, description="share of schools opened two years before the last (0 to 1)")
    without_sfo: Share = Field(0.01, description="share of schools of which a campus has no index (0 to 1)")
    unknown_aim: float = Field(
        0.08,
        ge=0,
        le=0.5,
        description="share of schools whose VCE students have no AIM score (0 to 0.5)",
    )
    defects: Share = Field(0.001, description="share of deliberately defective rows in each file (0 to 1)")

    @field_validator("years")
    @classmethod
    def _without_gaps(cls, years: list[int]) -> list[int]:
        ordered = sorted(each_once(years))
        if ordered[-1] - ordered[0] + 1 != len(ordered):
            raise ValueError("the years have gaps; expected each year from the first to the last")
        return ordered


def generated_files(state: SyntheticWholeSchools) -> list[str]:
    """Return the names of the files that are generated; the census of August lacks the first year."""
    once = (
        "school_years",
        "campuses",
        "interviews",
        "tests",
        "aim",
        "vce",
        "judgements",
        "absence",
        "surveys",
        "exits",
        "retention_overrides",
    )
    february = [f"census_february_{year}" for year in state.years]
    august = [f"census_august_{year}" for year in state.years[1:]]
    return [f"{name}.csv" for name in (*once, *february, *august)]
