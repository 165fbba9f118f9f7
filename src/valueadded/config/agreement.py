"""Rules across sections: what each section may only say if another one agrees.

Each rule is a function of its own, so that a value that cannot be used stops only the rules that need it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.formula_agreement import (
    benchmark_formula_faults,
    benchmark_intercept_faults,
    free_term_faults,
    measure_name_faults,
    mixed_formula_faults,
    share_faults,
    slope_faults,
)
from valueadded.config.input import Reading
from valueadded.config.location_scale_agreement import (
    location_scale_model_faults,
    location_scale_reference_faults,
    location_scale_term_faults,
    location_scale_year_faults,
)
from valueadded.config.plan import list_files, repeated_keys
from valueadded.config.publish_agreement import earlier_performance_faults, earlier_release_faults
from valueadded.config.section import Fault, Rule
from valueadded.config.stages import PriorComposite

if TYPE_CHECKING:
    from valueadded.config.whole import Config

TABLES = ("assessments", "students", "schools", "matched")
TWIN_FILE = "twin.csv"


def _benchmark_year_faults(config: "Config") -> Iterator[Fault]:
    if config.benchmark is None:
        return
    plan = config.plan
    for year in config.benchmark.years:
        if year not in plan.years:
            reason = plan.absent.get(year, "not among the outcome years").replace("_", " ")
            yield "benchmark.years", f"{year} has no cohort ({reason}); expected one of {plan.years}"


def _score_scale_faults(config: "Config") -> Iterator[Fault]:
    if config.cohorts.score_scale == "yearly_z" and config.benchmark is not None:
        yield (
            "cohorts.score_scale",
            "found yearly_z together with a benchmark; standardising each year removes the very movement a"
            " benchmark measures; expected `reported`, or no benchmark section",
        )


def _uncovered_year_faults(config: "Config") -> Iterator[Fault]:
    if not config.cohorts.scale_eras:
        return
    for year in config.study.tested_years:
        if not config.cohorts.era_of(year):
            yield (
                "cohorts.scale_eras",
                f"{year} is in no scale era; expected every year of study.tested_years in exactly one",
            )


def _era_break_faults(config: "Config") -> Iterator[Fault]:
    # A year in no era is told as such.
    if config.study.outcome_years == "all" or any(_uncovered_year_faults(config)):
        return
    for year, reason in config.plan.absent.items():
        if reason == "scale_era_break":
            yield (
                "study.outcome_years",
                f"{year} compares scores of different scale eras; expected cohorts.scale_links to name a"
                " linking table, or the year left out",
            )


def _no_cohort_faults(config: "Config") -> Iterator[Fault]:
    if not config.plan.years:
        yield (
            "study.tested_years",
            "no outcome year has a cohort; expected a year and the year `gap_years` before",
        )


def _level_order_faults(config: "Config") -> Iterator[Fault]:
    if config.input.assessments is None:
        return
    prior, outcome = config.cohorts.prior_level, config.cohorts.outcome_level
    if prior >= outcome:
        yield (
            "cohorts.prior_level",
            f"prior_level is {prior} and outcome_level {outcome}; expected the prior level to be lower",
        )


def _level_faults(config: "Config") -> Iterator[Fault]:
    if config.input.assessments is None:
        return
    levels = {config.cohorts.prior_level, config.cohorts.outcome_level}
    for level in sorted(levels - set(config.validation.year_levels)):
        yield "validation.year_levels", f"{level} is missing; expected both levels of `cohorts`"


def _composite_faults(config: "Config") -> Iterator[Fault]:
    for name, measure in config.intake.measures.items():
        if isinstance(measure, PriorComposite):
            for domain in measure.domains:
                if domain not in config.study.domains:
                    yield (
                        f"intake.measures.{name}.domains",
                        f"found '{domain}'; expected one of {config.study.domains}",
                    )


def _domain_faults(config: "Config") -> Iterator[Fault]:
    for table in ("assessments", "matched"):
        reading = getattr(config.input, table)
        known = _domains_of(reading) if reading else None
        for domain in config.study.domains:
            if known is not None and domain not in known:
                yield (
                    "study.domains",
                    f"found '{domain}'; input.{table} yields {sorted(known)} only; expected one of these",
                )


def _domains_of(reading: Reading) -> set[str] | None:
    """Return the domains the mapping can yield; None where they are read from the file as they are."""
    if reading.score_columns:
        return set(reading.score_columns)
    source = reading.columns.get("domain")
    if source is None or (source.constant is None and source.codes is None):
        return None
    named = {source.constant, source.otherwise, *(source.codes or {}).values()}
    return {domain for domain in named if domain is not None}


def _file_faults(config: "Config") -> Iterator[Fault]:
    for table in TABLES:
        reading = getattr(config.input, table)
        if reading is None:
            continue
        for name in repeated_keys(list_files(reading, config.study.tested_years)):
            yield (
                f"input.{table}.files",
                f"two files would share the results folder of '{name}'; expected different names",
            )


def _synthetic_year_faults(config: "Config") -> Iterator[Fault]:
    state = config.synthetic
    if state is None:
        return
    for year in config.study.tested_years:
        if year not in state.tested_years:
            yield (
                "study.tested_years",
                f"{year} is not in the synthetic state; expected one of synthetic.tested_years",
            )


def _synthetic_domain_faults(config: "Config") -> Iterator[Fault]:
    state = config.synthetic
    if state is None:
        return
    for domain in config.study.domains:
        if domain not in state.domains:
            yield (
                "study.domains",
                f"'{domain}' is not in the synthetic state; expected one of synthetic.domains",
            )


def _synthetic_era_faults(config: "Config") -> Iterator[Fault]:
    state = config.synthetic
    if state is None or state.new_scale is None:
        return
    new = state.new_scale
    uncovered = {year for year in config.study.tested_years if not config.cohorts.era_of(year)}
    for year in state.tested_years:
        era = new.new_era if year >= new.first_year else new.old_era
        # A tested year in no era of several is told as such.
        told = config.cohorts.scale_eras and year in uncovered
        if config.cohorts.era_of(year) != era and not told:
            yield (
                "cohorts.scale_eras",
                f"{year} is in era '{config.cohorts.era_of(year)}'; expected '{era}' as in"
                " synthetic.new_scale",
            )


def _twin_faults(config: "Config") -> Iterator[Fault]:
    twin = config.synthetic_twin
    if twin is None:
        return
    if config.synthetic is not None:
        yield "synthetic_twin", "found beside `synthetic`; expected one of the two"
    if config.study.domains != [twin.domain]:
        yield (
            "study.domains",
            f"found {config.study.domains}; expected that of synthetic_twin, {[twin.domain]}",
        )
    if config.study.tested_years != [twin.year]:
        yield (
            "study.tested_years",
            f"found {config.study.tested_years}; expected that of synthetic_twin, {[twin.year]}",
        )
    if config.input.matched is None or config.input.matched.files != TWIN_FILE:
        yield "input.matched.files", f"found another table or file; expected {TWIN_FILE}, the file generated"


RULES: tuple[Rule, ...] = (
    earlier_release_faults,
    earlier_performance_faults,
    _no_cohort_faults,
    _era_break_faults,
    _domain_faults,
    _synthetic_year_faults,
    _synthetic_domain_faults,
    _file_faults,
    _level_faults,
    _level_order_faults,
    _uncovered_year_faults,
    _synthetic_era_faults,
    _twin_faults,
    _score_scale_faults,
    measure_name_faults,
    share_faults,
    _composite_faults,
    mixed_formula_faults,
    slope_faults,
    _benchmark_year_faults,
    benchmark_formula_faults,
    benchmark_intercept_faults,
    free_term_faults,
    location_scale_year_faults,
    location_scale_model_faults,
    location_scale_term_faults,
    location_scale_reference_faults,
)
