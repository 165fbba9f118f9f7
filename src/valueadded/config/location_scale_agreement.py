"""Rules on the section `location_scale` that need other sections: years, terms and categories are known."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.formula_agreement import own_term_faults, variation_faults
from valueadded.config.section import Fault
from valueadded.config.sources import Source

if TYPE_CHECKING:
    from valueadded.config.whole import Config

SECTION = "location_scale"
SLOPED = {4, 5, 6}
NEEDS = {7: ["student_terms"], 8: ["student_terms", "school_terms"]}


def location_scale_year_faults(config: "Config") -> Iterator[Fault]:
    """Every year has a cohort, and pairs go forward in time."""
    section = config.location_scale
    for year in (section.years or []) if section is not None else []:
        if year not in config.plan.years:
            yield f"{SECTION}.years", f"{year} has no cohort; expected one of {config.plan.years}"
    for pair in (section.year_pairs or []) if section is not None else []:
        if not set(pair) <= set(config.plan.years) or pair[0] >= pair[1]:
            yield (
                f"{SECTION}.year_pairs",
                f"found {list(pair)}; expected an earlier and a later year among {config.plan.years}",
            )


def location_scale_model_faults(config: "Config") -> Iterator[Fault]:
    """Models 7 and 8 have the terms they are made of."""
    section = config.location_scale
    for number in section.models if section is not None else []:
        lacking = [
            name for name in NEEDS.get(number, []) if section is not None and not getattr(section, name)
        ]
        if lacking:
            yield f"{SECTION}.models", f"found {number} without {' and '.join(lacking)}; expected these terms"


def location_scale_term_faults(config: "Config") -> Iterator[Fault]:
    """Every term is one by itself whose names are known; that of a slope a number within schools."""
    section = config.location_scale
    if section is None:
        return
    yield from own_term_faults(f"{SECTION}.prior_term", section.prior_term, config)
    # The slope of Models 4 to 6 is that of the prior.
    if SLOPED & set(section.models):
        yield from variation_faults(f"{SECTION}.prior_term", section.prior_term, config)
    seen = {section.prior_term}
    for name in ("student_terms", "school_terms"):
        key = f"{SECTION}.{name}"
        for text in getattr(section, name):
            yield from own_term_faults(key, text, config)
            if text in seen:
                yield key, f"found '{text}' twice among the terms; expected each once"
            seen.add(text)


def location_scale_reference_faults(config: "Config") -> Iterator[Fault]:
    """A category of reference is one of a covariate that stands by itself among the terms."""
    section = config.location_scale
    if section is None:
        return
    terms = [*section.student_terms, *section.school_terms]
    for column, category in section.references.items():
        key = f"{SECTION}.references.{column}"
        if column not in terms:
            yield key, f"found '{column}'; expected a covariate by itself among the terms, {terms}"
            continue
        sources = _sources(column, config)
        if any(source.kind != "text" for source in sources) or not sources:
            yield key, f"found '{column}', which has no categories; expected a covariate of text"
            continue
        coded = [source for source in sources if source.codes is not None]
        known = {
            value for source in coded for value in (*(source.codes or {}).values(), source.otherwise) if value
        }
        if len(coded) == len(sources) and category not in known:
            yield key, f"found '{category}'; expected one of {sorted(known)}"


def _sources(column: str, config: "Config") -> list[Source]:
    tables = (getattr(config.input, name) for name in ("assessments", "students", "schools", "matched"))
    return [table.covariates[column] for table in tables if table is not None and column in table.covariates]
