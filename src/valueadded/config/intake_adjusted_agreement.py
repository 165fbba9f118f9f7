"""Rules on the section `intake_adjusted` that need other sections: its records are among the input."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.section import Fault

if TYPE_CHECKING:
    from valueadded.config.whole import SchoolConfig


def yearly_value_faults(config: "SchoolConfig") -> Iterator[Fault]:
    """Yearly values of schools come from somewhere."""
    if config.intake_adjusted is None:
        return
    if config.input.whole_schools is None and not config.input.school_values:
        yield (
            "intake_adjusted",
            "found without yearly values of schools; expected input.whole_schools or input.school_values",
        )


def multilevel_faults(config: "SchoolConfig") -> Iterator[Fault]:
    """Tests of students are read, in the domains that are asked for."""
    section = config.intake_adjusted
    if section is None or not section.multilevel:
        return
    tables = config.input.whole_schools
    if tables is None or tables.tests is None:
        yield (
            "intake_adjusted.multilevel",
            "found outcomes without student rows; expected files of tests in input.whole_schools.tests",
        )
        return
    known = tables.tests.score_columns
    for name, view in section.multilevel.items():
        if known and view.domain not in known:
            yield (
                f"intake_adjusted.multilevel.{name}.domain",
                f"found '{view.domain}'; expected one of {sorted(known)}",
            )
