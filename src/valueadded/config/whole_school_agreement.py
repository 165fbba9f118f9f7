"""Rules on records of whole schools that need other sections: a policy, one origin, generated files."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.intake_adjusted_agreement import multilevel_faults, yearly_value_faults
from valueadded.config.plan import list_files, repeated_keys
from valueadded.config.section import Fault, Rule
from valueadded.config.synthetic_whole_schools import generated_files

if TYPE_CHECKING:
    from valueadded.config.whole import SchoolConfig


def _origin_faults(config: "SchoolConfig") -> Iterator[Fault]:
    if config.input.whole_schools is None:
        return
    if config.input.school_values:
        yield (
            "input.school_values",
            "found beside `whole_schools`; expected yearly values from one of the two",
        )
    if config.intake_adjusted is None:
        yield (
            "input.whole_schools",
            "found without `intake_adjusted`; expected its `policy`, which says what is made of the records",
        )


def _file_faults(config: "SchoolConfig") -> Iterator[Fault]:
    tables = config.input.whole_schools
    for table, reading in tables.readings.items() if tables is not None else ():
        for name in repeated_keys(list_files(reading, tables.file_years if tables else [])):
            yield (
                f"input.whole_schools.{table}.files",
                f"two files are named '{name}' but for their folder or ending; expected different names",
            )


def _generated_faults(config: "SchoolConfig") -> Iterator[Fault]:
    state, tables = config.synthetic_whole_schools, config.input.whole_schools
    if state is None:
        return
    if tables is None:
        yield "synthetic_whole_schools", "found without input.whole_schools, which reads what it generates"
        return
    known = generated_files(state)
    for table, reading in tables.readings.items():
        for file in list_files(reading, tables.file_years):
            if file.path not in known:
                yield (
                    f"input.whole_schools.{table}.files",
                    f"'{file.path}' is not generated; expected one of {', '.join(known)}",
                )


WHOLE_SCHOOL_RULES: tuple[Rule, ...] = (
    _origin_faults,
    _file_faults,
    _generated_faults,
    yearly_value_faults,
    multilevel_faults,
)
