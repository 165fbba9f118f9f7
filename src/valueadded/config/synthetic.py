"""Section `synthetic`: the state to invent, with the truth that is planted in it."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field, field_validator

from valueadded.config.section import Fault, Rule, Section, each_once
from valueadded.config.synthetic_people import Movement, Participation, Place, SchoolSizes, Share, Students


class OutcomeLine(Section):
    """The line of the outcome score on the observed prior score and intake; the same in every year."""

    intercept: float = Field(500.0, description="outcome at the prior centre, all else 0 (scale points)")
    prior_standard: float = Field(
        55.0, description="for each standardised prior (points per standard deviation)"
    )
    prior_standard_2: float = Field(-2.0, description="for the square of the standardised prior (points)")
    female: float = Field(0.0, description="for girls (scale points)")
    indigenous: float = Field(-8.0, description="for Indigenous students (scale points)")
    esl: float = Field(4.0, description="for students with English as a second language (scale points)")
    school_mean_prior: float = Field(
        6.0,
        description="for each unit of the school's mean standardised prior (points per standard deviation)",
    )


class SyntheticDomain(Section):
    """One tested domain: its scores and its planted truth."""

    prior_centre: float = Field(425.0, description="centre of the prior score (scale points)")
    prior_scale: float = Field(
        85.0, gt=0, description="scale of the prior score (scale points for one standard deviation)"
    )
    prior_female: float = Field(0.0, description="prior score of girls (prior standard deviations)")
    line: OutcomeLine = Field(
        default_factory=OutcomeLine, description="outcome score given the observed prior score"
    )
    school_sd: float = Field(
        11.0, ge=0, description="standard deviation of true school effects in every year (scale points)"
    )
    residual_sd: float = Field(
        42.0, gt=0, description="standard deviation of student residuals (scale points)"
    )
    school_log_variance_sd: float = Field(
        0.0,
        ge=0,
        description="standard deviation of true school effects on the log of the residual variance, the same"
        " in every year (log variance)",
    )
    score_se: float = Field(22.0, ge=0, description="standard error of a score at the centre (scale points)")
    drift: dict[int, float] = Field(
        default_factory=dict,
        description="outcome year: movement of every student's outcome given prior and intake (scale points);"
        " 0 for a year not named",
    )


class NewScale(Section):
    """A new reporting scale: old score = intercept + slope x new score, in every domain."""

    first_year: int = Field(description="first calendar year reported on the new scale (year)")
    new_era: str = Field("new", description="name of the new scale era, as in `cohorts.scale_eras` (name)")
    old_era: str = Field("old", description="name of the old scale era, as in `cohorts.scale_eras` (name)")
    intercept: float = Field(-20.0, description="true intercept of the link (points of the old scale)")
    slope: float = Field(1.08, gt=0, description="true slope of the link (old points for each new point)")
    std_error: float = Field(
        0.8, ge=0, description="standard error of the linked mean in the linking table (old points)"
    )
    slope_std_error: float = Field(
        0.002, ge=0, description="standard error of the slope there (old points for each new point)"
    )


def _share_faults(state: "Synthetic") -> Iterator[Fault]:
    for name, total in (
        ("places", sum(place.share for place in state.places.values())),
        ("school_types", sum(state.school_types.values())),
    ):
        if abs(total - 1) > 1e-9:
            yield name, f"the shares add up to {total:.6g}; expected 1"


def _drift_faults(state: "Synthetic") -> Iterator[Fault]:
    for domain, settings in state.domains.items():
        for year in settings.drift:
            if year not in state.tested_years:
                yield (
                    f"domains.{domain}.drift",
                    f"found {year}; expected one of tested_years {state.tested_years}",
                )


def _correlation_faults(state: "Synthetic") -> Iterator[Fault]:
    lag = impossible_lag(state.correlations_by_lag())
    if lag is not None:
        yield (
            "year_correlations",
            f"no effects can have these correlations (the one at lag {lag} contradicts the shorter lags: the"
            " matrix is not positive semi-definite); expected for example powers of one number",
        )


class Synthetic(Section):
    """A state of students and schools whose truth is known."""

    rules: ClassVar[tuple[Rule, ...]] = (_share_faults, _drift_faults, _correlation_faults)

    seed: int = Field(ge=0, description="seed of every random number (whole number)")
    schools: int = Field(ge=2, description="schools; the one number that scales the state (schools)")
    tested_years: list[int] = Field(
        min_length=1, description="calendar years in which the state was tested (years)"
    )
    domains: dict[str, SyntheticDomain] = Field(
        min_length=1, description="tested domain: its scores and truth"
    )
    year_correlations: list[float] = Field(
        min_length=1,
        description="correlation of a school's true effects by lag 0, 1, 2, ... years (-1 to 1); goes on at"
        " the ratio of the last two entries",
    )
    domain_correlation: Share = Field(
        0.7, description="correlation of a school's true effects between domains (0 to 1)"
    )
    places: dict[str, Place] = Field(
        min_length=1, description="kind of place: its share of schools and their intake"
    )
    school_types: dict[str, Share] = Field(min_length=1, description="school type: share of schools (0 to 1)")
    school_sizes: SchoolSizes = Field(default_factory=SchoolSizes, description="how uneven school sizes are")
    students: Students = Field(default_factory=Students, description="who the students are")
    movement: Movement = Field(default_factory=Movement, description="who comes, goes or is out of step")
    participation: Participation = Field(default_factory=Participation, description="who has no score")
    new_scale: NewScale | None = Field(
        None, description="a new reporting scale; leave out for one scale throughout"
    )
    defects: Share = Field(0.001, description="share of deliberately defective rows in each file (0 to 1)")

    @field_validator("tested_years")
    @classmethod
    def _in_order(cls, years: list[int]) -> list[int]:
        return sorted(each_once(years))

    @field_validator("year_correlations")
    @classmethod
    def _begins_with_one(cls, correlations: list[float]) -> list[float]:
        if correlations[0] != 1:
            raise ValueError("the first entry is the correlation at lag 0; expected 1")
        return correlations

    def correlations_by_lag(self) -> list[float]:
        """Return the correlation at lags 0, 1, ... up to the span of the tested years."""
        span = max(self.tested_years) - min(self.tested_years) + 1
        given = list(self.year_correlations[:span])
        ratio = given[-1] / given[-2] if len(given) > 1 and given[-2] else 0.0
        while len(given) < span:
            given.append(given[-1] * ratio)
        return given


def impossible_lag(correlations: list[float]) -> int | None:
    """Return the first lag at which a sequence of autocorrelations is impossible, or None.

    Sequences are possible when every partial autocorrelation, found here by the Durbin-Levinson
    recursion, lies within -1 and 1; that is the same as a positive semi-definite Toeplitz matrix.
    """
    weights: list[float] = []
    variance = 1.0
    for lag in range(1, len(correlations)):
        surprise = correlations[lag] - sum(
            weight * correlations[lag - 1 - k] for k, weight in enumerate(weights)
        )
        if abs(surprise) > variance + 1e-9:
            return lag
        # Once the past determines the present, nothing is left to divide by.
        partial = surprise / variance if variance > 1e-9 else 0.0
        weights = [
            weight - partial * earlier for weight, earlier in zip(weights, reversed(weights), strict=True)
        ] + [partial]
        variance *= 1 - partial**2
    return None
