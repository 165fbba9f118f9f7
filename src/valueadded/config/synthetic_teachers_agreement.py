"""Rules on the section `synthetic_teachers` that need the input tables and the section `layered`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.section import Fault, Rule

if TYPE_CHECKING:
    from valueadded.config.whole import SchoolConfig

FILES = {"teacher_scores": "teacher_scores.csv", "teacher_links": "teacher_links.csv"}


def _file_faults(config: "SchoolConfig") -> Iterator[Fault]:
    if config.synthetic_teachers is None:
        return
    for table, name in FILES.items():
        reading = getattr(config.input, table)
        if reading is not None and reading.files != name:
            yield f"input.{table}.files", f"found another file; expected {name}, the file generated"


def _mixture_faults(config: "SchoolConfig") -> Iterator[Fault]:
    others = [name for name in ("assessments", "matched", "school_values") if getattr(config.input, name)]
    generated = [getattr(config, name, None) for name in ("synthetic", "synthetic_twin")]
    if config.synthetic_teachers is not None and others and not any(generated):
        yield (
            "synthetic_teachers",
            f"found beside real files of input.{others[0]}; expected all data generated, or none",
        )


def _year_faults(config: "SchoolConfig") -> Iterator[Fault]:
    invented, layered = config.synthetic_teachers, config.layered
    if invented is None or layered is None:
        return
    for key, asked, first in (
        ("years", layered.years, invented.first_year),
        ("year_levels", layered.year_levels, invented.first_level),
    ):
        known = list(range(first, first + invented.years))
        for one in asked:
            if one not in known:
                yield f"layered.{key}", f"found {one}; synthetic_teachers has {known}; expected one of these"
    for domain in layered.domains:
        if domain not in invented.domains:
            yield (
                "layered.domains",
                f"found '{domain}'; expected one of synthetic_teachers.domains {sorted(invented.domains)}",
            )


TEACHER_RULES: tuple[Rule, ...] = (_file_faults, _mixture_faults, _year_faults)
