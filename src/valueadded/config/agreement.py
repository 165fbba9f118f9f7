"""Rules across sections: what each section may only say if another one agrees."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.input import Reading
from valueadded.config.plan import list_files, repeated_keys
from valueadded.config.stages import PriorComposite, Share

if TYPE_CHECKING:
    from valueadded.config import Config

TABLES = ("assessments", "students", "schools", "matched")
# Columns that every cohort has, whatever the configuration.
COHORT_COLUMNS = ("score", "prior_score")


def find_disagreements(config: "Config") -> list[str]:
    """Return every fault between sections, in words that begin with the key at fault."""
    checks = (
        _benchmark_faults,
        _era_faults,
        _cohort_faults,
        _domain_faults,
        _file_faults,
        _formula_faults,
        _synthetic_faults,
    )
    return [fault for check in checks for fault in check(config)]


def _benchmark_faults(config: "Config") -> Iterator[str]:
    if config.benchmark is None:
        return
    plan = config.plan
    for year in config.benchmark.years:
        if year not in plan.years:
            reason = plan.absent.get(year, "not among the outcome years").replace("_", " ")
            yield f"benchmark.years: {year} has no cohort ({reason}); expected one of {plan.years}"
    if config.cohorts.score_scale == "yearly_z":
        yield (
            "cohorts.score_scale: found yearly_z together with a benchmark; standardising each year removes"
            " the very movement a benchmark measures; expected `reported`, or no benchmark section"
        )


def _era_faults(config: "Config") -> Iterator[str]:
    if config.study.outcome_years == "all":
        return
    for year, reason in config.plan.absent.items():
        if reason == "scale_era_break":
            yield (
                f"study.outcome_years: {year} compares scores of different scale eras; expected"
                " cohorts.scale_links to name a linking table, or the year left out"
            )


def _cohort_faults(config: "Config") -> Iterator[str]:
    if not config.plan.years:
        yield (
            "study.tested_years: no outcome year has a cohort; expected a year and the year "
            "`gap_years` before"
        )
    if config.input.assessments is None:
        return
    for level in (config.cohorts.prior_level, config.cohorts.outcome_level):
        if level not in config.validation.year_levels:
            yield f"validation.year_levels: {level} is missing; expected both levels of `cohorts`"


def _domain_faults(config: "Config") -> Iterator[str]:
    for name, measure in config.intake.measures.items():
        if isinstance(measure, PriorComposite):
            for domain in measure.domains:
                if domain not in config.study.domains:
                    yield (
                        f"intake.measures.{name}.domains: found '{domain}'; expected one of "
                        f"{config.study.domains}"
                    )
    for table in ("assessments", "matched"):
        reading = getattr(config.input, table)
        known = _domains_of(reading) if reading else None
        for domain in config.study.domains:
            if known is not None and domain not in known:
                yield (
                    f"study.domains: found '{domain}'; input.{table} yields {sorted(known)} only; "
                    "expected one of"
                    " these"
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


def _file_faults(config: "Config") -> Iterator[str]:
    for table in TABLES:
        reading = getattr(config.input, table)
        if reading is None:
            continue
        for name in repeated_keys(list_files(reading, config.study.tested_years)):
            yield (
                f"input.{table}.files: two files would share the results folder of '{name}'; expected"
                " different names"
            )


def _formula_faults(config: "Config") -> Iterator[str]:
    readings = [getattr(config.input, table) for table in TABLES]
    covariates = [name for reading in readings if reading for name in reading.covariates]
    known = {*COHORT_COLUMNS, *covariates, *config.intake.measures}
    texts = {"mixed.formula": config.mixed.formula, "mixed.slope": config.mixed.slope or ""}
    if config.benchmark is not None:
        texts["benchmark.formula"] = config.benchmark.formula or ""
        texts["benchmark.free_terms"] = " + ".join(config.benchmark.free_terms)
    for key, text in texts.items():
        if key.endswith("formula") and text and "~" not in text:
            yield f"{key}: found no ~; expected a formula such as score ~ prior_score"
        for name in formula_names(text):
            if name not in known:
                yield f"{key}: found '{name}'; expected a covariate or an intake measure, one of "
                f"{sorted(known)}"
    for name, measure in config.intake.measures.items():
        if isinstance(measure, Share) and measure.covariate not in covariates:
            yield (
                f"intake.measures.{name}.covariate: found '{measure.covariate}'; expected one of"
                f" {sorted(covariates)}"
            )


def formula_names(formula: str) -> list[str]:
    """Return the names of columns in a formula: words that are no function, contrast or quoted text."""
    unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", formula)
    words = re.findall(r"(?<![\w.])([A-Za-z_]\w*)(?!\w*\s*[(.])", unquoted)
    return list(dict.fromkeys(words))


def _synthetic_faults(config: "Config") -> Iterator[str]:
    state = config.synthetic
    if state is None:
        return
    for year in config.study.tested_years:
        if year not in state.tested_years:
            yield (
                f"study.tested_years: {year} is not in the synthetic state; expected one of "
                "synthetic.tested_years"
            )
    for domain in config.study.domains:
        if domain not in state.domains:
            yield f"study.domains: '{domain}' is not in the synthetic state; expected one of "
            "synthetic.domains"
    new = state.new_scale
    if new is None:
        return
    for year in state.tested_years:
        era = new.new_era if year >= new.first_year else new.old_era
        if config.cohorts.era_of(year) != era:
            yield (
                f"cohorts.scale_eras: {year} is in era '{config.cohorts.era_of(year)}'; expected "
                f"'{era}' as in"
                " synthetic.new_scale"
            )
