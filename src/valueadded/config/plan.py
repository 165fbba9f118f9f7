"""Which cohorts exist, and why the others do not: worked out from the configuration alone."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from valueadded.config.input import InputFile, Reading
from valueadded.config.study import Cohorts, Study


@dataclass(frozen=True)
class Plan:
    """Cohorts to build and cohorts that cannot exist.

    years : outcome years with a cohort, in order
    absent : outcome year -> reason code, for years asked for without a cohort
    """

    years: list[int]
    absent: dict[int, str]


def plan_cohorts(study: Study, cohorts: Cohorts, benchmark_years: list[int], *, matched: bool) -> Plan:
    """Return the outcome years with a cohort and the reason why each other year has none.

    A year is left out because it was not tested, its prior year was not tested, or its prior,
    outcome and benchmark tests stand on different scales with no table linking them.
    """
    tested = sorted(study.tested_years)
    span = list(range(tested[0], tested[-1] + 1))
    asked = span if study.outcome_years == "all" else sorted(study.outcome_years)
    years: list[int] = []
    absent: dict[int, str] = {}
    for year in asked:
        prior_year = year if matched else year - cohorts.gap_years
        if year not in tested:
            absent[year] = "year_not_tested"
        elif prior_year not in tested:
            # Years before the first possible cohort are no gap in the series.
            if prior_year > tested[0] or study.outcome_years != "all":
                absent[year] = "prior_year_not_tested"
        elif cohorts.scale_links is None and crosses_eras(
            cohorts, [year, prior_year, *benchmark_years], matched
        ):
            absent[year] = "scale_era_break"
        else:
            years.append(year)
    return Plan(years, absent)


def crosses_eras(cohorts: Cohorts, outcome_and_prior: list[int], matched: bool) -> bool:
    """Return whether the tests behind an outcome year stand on more than one scale.

    `outcome_and_prior` holds the outcome year, its prior year, and the benchmark outcome years,
    whose own prior years count as well.
    """
    year, prior_year, *benchmark_years = outcome_and_prior
    gap = 0 if matched else cohorts.gap_years
    tests = {year, prior_year, *benchmark_years, *(other - gap for other in benchmark_years)}
    return len({cohorts.era_of(test) for test in tests}) > 1


def list_files(reading: Reading, tested_years: list[int]) -> list[InputFile]:
    """Return the input files of one table, a `{calendar_year}` template expanded over the tested years."""
    if isinstance(reading.files, list):
        return reading.files
    if "{calendar_year}" in reading.files:
        return [
            InputFile(path=reading.files.replace("{calendar_year}", str(year)), calendar_year=year)
            for year in sorted(tested_years)
        ]
    return [InputFile(path=reading.files)]


def repeated_keys(files: list[InputFile]) -> list[str]:
    """Return file names that would share one folder among the results."""
    keys = [file.key for file in files]
    return sorted({PurePosixPath(file.path).name for file in files if keys.count(file.key) > 1})
