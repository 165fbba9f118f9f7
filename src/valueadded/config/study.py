"""Sections `study` and `cohorts`: which cohorts there are and how their students are matched."""

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from valueadded.config.section import Fault, Rule, Section, each_once


class Study(Section):
    """Lists that only shape the set of jobs; no cohort job receives them whole."""

    domains: list[str] = Field(
        min_length=1, description="tested domains to analyse, as written in the records (names)"
    )
    tested_years: list[int] = Field(
        min_length=1,
        description="calendar years in which tests were held; leave an untested year out (years)",
    )
    outcome_years: Literal["all"] | list[int] = Field(
        "all",
        description="calendar years of the outcome test; `all` takes every year for which a cohort "
        "exists (years)",
    )

    @field_validator("domains")
    @classmethod
    def _plain_names(cls, domains: list[str]) -> list[str]:
        for domain in domains:
            if not domain.replace("_", "").replace("-", "").isalnum():
                raise ValueError(
                    f"domain '{domain}' becomes a folder name; expected letters, digits, _ and -"
                )
        return domains

    _each_once = field_validator("domains", "tested_years", "outcome_years")(each_once)


class ScaleEra(Section):
    """A run of calendar years whose scores stand on one scale."""

    name: str = Field(min_length=1, description="name of the scale era (name)")
    first_year: int = Field(description="first calendar year on this scale (year)")
    last_year: int | None = Field(
        None, description="last calendar year on this scale; leave out for the present one (year)"
    )

    def covers(self, calendar_year: int) -> bool:
        """Return whether tests of `calendar_year` were reported on this scale."""
        return self.first_year <= calendar_year and (
            self.last_year is None or calendar_year <= self.last_year
        )


def _era_faults(cohorts: "Cohorts") -> Iterator[Fault]:
    eras = cohorts.scale_eras
    names = [era.name for era in eras]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "scale_eras", f"the name '{name}' is repeated; expected each once"
    for era in eras:
        if era.last_year is not None and era.last_year < era.first_year:
            yield (
                "scale_eras",
                f"scale era '{era.name}' begins in {era.first_year} and ends in {era.last_year}; expected it"
                " to end later",
            )
    for earlier, later in pairwise(eras):
        if earlier.last_year is None or earlier.last_year >= later.first_year:
            yield (
                "scale_eras",
                f"scale era '{earlier.name}' ends in {earlier.last_year} and '{later.name}' begins in "
                f"{later.first_year}; expected eras in order that do not overlap",
            )


def _link_faults(cohorts: "Cohorts") -> Iterator[Fault]:
    if cohorts.scale_links is not None and not cohorts.scale_eras:
        yield "scale_links", "found `scale_links` without `scale_eras`; expected both, or neither"


class Cohorts(Section):
    """How an outcome record finds its prior record, and who counts."""

    rules: ClassVar[tuple[Rule, ...]] = (_era_faults, _link_faults)

    prior_level: int = Field(3, ge=0, le=13, description="year level of the prior test (year level)")
    outcome_level: int = Field(5, ge=0, le=13, description="year level of the outcome test (year level)")
    gap_years: int = Field(2, ge=1, le=10, description="calendar years between the two tests (years)")
    minimum_students: int = Field(
        1,
        ge=1,
        le=100,
        description="schools with fewer matched students are left out of the cohort (students)",
    )
    scale_eras: list[ScaleEra] = Field(
        default_factory=list,
        description="scale eras in order, the first being the one scores are carried to by "
        "`scale_links`; empty if every year stands on one scale (list)",
    )
    scale_links: str | None = Field(
        None,
        description="Parquet table linking the scales, a file in the data folder (file name); "
        "without it no comparison crosses eras",
    )
    score_scale: Literal["reported", "yearly_z"] = Field(
        "reported",
        description="`reported` keeps scale points; `yearly_z` standardises each year, which rules "
        "out a benchmark (choice)",
    )

    def era_of(self, calendar_year: int) -> str:
        """Return the name of the scale era of a year, or an empty text if no eras are given."""
        for era in self.scale_eras:
            if era.covers(calendar_year):
                return era.name
        return ""
