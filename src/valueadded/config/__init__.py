"""The configuration: one closed model, checked whole before any job starts."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from valueadded.config.agreement import find_disagreements
from valueadded.config.input import Input
from valueadded.config.plan import Plan, list_files, plan_cohorts
from valueadded.config.section import Section
from valueadded.config.stages import Benchmark, Effects, Figures, Intake, Mixed, Validation
from valueadded.config.study import Cohorts, Study
from valueadded.config.synthetic import Synthetic
from valueadded.errors import ConfigError

__all__ = ["Config", "Plan", "check_config", "list_files"]


class Config(Section):
    """The whole of `config.yaml`."""

    data_folder: str = Field(
        "data",
        description="folder with the input files, relative to the working directory; VALUEADDED_DATA "
        "overrides it (path)",
    )
    study: Study = Field(description="domains and years")
    input: Input = Field(description="input files and how they are read")
    synthetic: Synthetic | None = Field(
        None, description="a synthetic state to generate as input; leave out for real files"
    )
    validation: Validation = Field(description="what a value may be")
    cohorts: Cohorts = Field(description="how prior and outcome are matched")
    intake: Intake = Field(default_factory=Intake, description="intake measures")
    mixed: Mixed = Field(description="the relative model")
    benchmark: Benchmark | None = Field(
        None, description="the benchmark models; leave out for relative models only"
    )
    effects: Effects = Field(default_factory=Effects, description="intervals and correlations")
    figures: Figures = Field(default_factory=Figures, description="figures")

    @property
    def plan(self) -> Plan:
        """Return the cohorts that exist and the reasons why others do not."""
        years = self.benchmark.years if self.benchmark else []
        return plan_cohorts(self.study, self.cohorts, years, matched=self.input.matched is not None)

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        faults = find_disagreements(self)
        if faults:
            raise ValueError("\n".join(faults))
        return self


def check_config(raw: Mapping[str, Any]) -> Config:
    """Return the checked configuration.

    Raises
    ------
    ConfigError
        Listing every fault, a line each: the key's path, what was found, what was expected.
    """
    try:
        return Config.model_validate(dict(raw))
    except ValidationError as found:
        lines = [line for fault in found.errors() for line in _in_lines(fault)]
        raise ConfigError("config.yaml is refused:\n  " + "\n  ".join(lines)) from None


def _in_lines(fault: Any) -> list[str]:
    words = _in_words(fault)
    if not fault["loc"]:
        # A rule across sections: each line names its own key.
        return words.split("\n")
    path = ".".join(str(part) for part in fault["loc"])
    value = fault["input"]
    shown = f" (found {value!r})" if isinstance(value, str | int | float | bool | list) else ""
    return [f"{path}: {words}{shown}"]


def _in_words(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; expected one of the documented keys (workflow/schemas/config.schema.yaml)"
    if fault["type"] == "missing":
        return "missing; this key is required"
    return fault["msg"].removeprefix("Value error, ")
