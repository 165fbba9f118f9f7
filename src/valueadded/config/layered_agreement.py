"""Rules on the section `layered` that need the input tables."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.plan import list_files, repeated_keys
from valueadded.config.section import Fault, Rule

if TYPE_CHECKING:
    from valueadded.config.whole import SchoolConfig

TABLES = ("teacher_scores", "teacher_links")


def _table_faults(config: "SchoolConfig") -> Iterator[Fault]:
    given = [table for table in TABLES if getattr(config.input, table) is not None]
    if given and config.layered is None:
        yield f"input.{given[0]}", "found without a section `layered`; expected both or neither"
    if config.layered is not None and not given:
        yield "layered", "found without input.teacher_scores and input.teacher_links; expected both tables"


def _covariate_faults(config: "SchoolConfig") -> Iterator[Fault]:
    if config.layered is None or config.input.teacher_scores is None:
        return
    known = config.input.teacher_scores.covariates
    for name in config.layered.covariates:
        if name not in known:
            yield (
                "layered.covariates",
                f"found '{name}'; expected one of input.teacher_scores.covariates, {sorted(known)}",
            )
        elif known[name].kind != "number":
            yield (
                f"input.teacher_scores.covariates.{name}.kind",
                "found text for a covariate of the layered models; expected number",
            )


def _file_faults(config: "SchoolConfig") -> Iterator[Fault]:
    if config.layered is None:
        return
    for table in TABLES:
        reading = getattr(config.input, table)
        for name in repeated_keys(list_files(reading, config.layered.years)) if reading else []:
            yield (
                f"input.{table}.files",
                f"two files would share the results folder of '{name}'; expected different names",
            )


LAYERED_RULES: tuple[Rule, ...] = (_table_faults, _covariate_faults, _file_faults)
