"""Rules on the section `intake_adjusted` that need other sections: cohorts of the student rows exist."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.formula_agreement import own_term_faults
from valueadded.config.section import Fault

if TYPE_CHECKING:
    from valueadded.config import Config, SchoolConfig


def multilevel_faults(config: "Config") -> Iterator[Fault]:
    """Student rows are those of a cohort, and their terms are known."""
    section = config.intake_adjusted
    for name, view in section.multilevel.items() if section is not None else ():
        key = f"intake_adjusted.multilevel.{name}"
        if view.domain not in config.study.domains:
            yield f"{key}.domain", f"found '{view.domain}'; expected one of {config.study.domains}"
        if view.year not in config.plan.years:
            yield f"{key}.year", f"{view.year} has no cohort; expected one of {config.plan.years}"
        for text in view.student_terms:
            yield from own_term_faults(f"{key}.student_terms", text, config)


def without_student_faults(config: "SchoolConfig") -> Iterator[Fault]:
    """A study without students has no student rows."""
    if config.intake_adjusted is not None and config.intake_adjusted.multilevel:
        yield (
            "intake_adjusted.multilevel",
            "found student rows in a study without students; expected none, or `input.assessments`",
        )
