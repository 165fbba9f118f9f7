"""The configuration: one closed model, checked whole before any job starts."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from valueadded.config.input import Input
from valueadded.config.plan import Plan, list_files, plan_cohorts, repeated_keys
from valueadded.config.section import Section
from valueadded.config.stages import Benchmark, Effects, Figures, Intake, Mixed, PriorComposite, Validation
from valueadded.config.study import Cohorts, Study
from valueadded.config.synthetic import Synthetic
from valueadded.errors import ConfigError

__all__ = ["Config", "Plan", "check_config", "list_files"]


class Config(Section):
    """The whole of `config.yaml`."""

    data_folder: str = Field(
        "data",
        description="folder with the input files, relative to the working directory; VALUEADDED_DATA overrides it (path)",
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
        faults = [
            *self._benchmark_faults(),
            *self._era_faults(),
            *self._name_faults(),
            *self._synthetic_faults(),
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _benchmark_faults(self) -> list[str]:
        if self.benchmark is None:
            return []
        plan = self.plan
        faults = [
            f"benchmark.years: {year} has no cohort"
            f" ({plan.absent.get(year, 'not among the outcome years').replace('_', ' ')}); expected one of {plan.years}"
            for year in self.benchmark.years
            if year not in plan.years
        ]
        if self.cohorts.score_scale == "yearly_z":
            faults.append(
                "cohorts.score_scale: found yearly_z together with a benchmark; standardising each year removes the very"
                " movement a benchmark measures; expected `reported`, or no benchmark section"
            )
        return faults

    def _era_faults(self) -> list[str]:
        if self.study.outcome_years == "all":
            return []
        return [
            f"study.outcome_years: {year} compares scores of different scale eras; expected cohorts.scale_links to"
            " name a linking table, or the year left out"
            for year, reason in self.plan.absent.items()
            if reason == "scale_era_break"
        ]

    def _synthetic_faults(self) -> list[str]:
        state = self.synthetic
        if state is None:
            return []
        faults = [
            f"study.tested_years: {year} is not in the synthetic state; expected one of synthetic.tested_years"
            for year in self.study.tested_years
            if year not in state.tested_years
        ]
        faults += [
            f"study.domains: '{domain}' is not in the synthetic state; expected one of synthetic.domains"
            for domain in self.study.domains
            if domain not in state.domains
        ]
        new = state.new_scale
        if new is not None:
            faults += [
                f"cohorts.scale_eras: {year} is in era '{self.cohorts.era_of(year)}'; expected '{era}' as in"
                " synthetic.new_scale"
                for year in state.tested_years
                for era in [new.new_era if year >= new.first_year else new.old_era]
                if self.cohorts.era_of(year) != era
            ]
        return faults

    def _name_faults(self) -> list[str]:
        faults = [
            f"intake.measures.{name}.domains: found '{domain}'; expected one of {self.study.domains}"
            for name, measure in self.intake.measures.items()
            if isinstance(measure, PriorComposite)
            for domain in measure.domains
            if domain not in self.study.domains
        ]
        if not self.plan.years:
            faults.append(
                "study.tested_years: no outcome year has a cohort; expected a year and the year `gap_years` before"
            )
        if self.input.assessments is not None:
            faults += [
                f"validation.year_levels: {level} is missing; expected both levels of `cohorts`"
                for level in (self.cohorts.prior_level, self.cohorts.outcome_level)
                if level not in self.validation.year_levels
            ]
        for table in ("assessments", "students", "schools", "matched"):
            reading = getattr(self.input, table)
            for name in repeated_keys(list_files(reading, self.study.tested_years)) if reading else []:
                faults.append(
                    f"input.{table}.files: two files would share the results folder of '{name}'; expected different names"
                )
        return faults


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
        lines = []
        for fault in found.errors():
            path = ".".join(str(part) for part in fault["loc"]) or "config.yaml"
            value = fault["input"] if isinstance(fault["input"], str | int | float | bool | list) else None
            shown = f" (found {value!r})" if value is not None and fault["loc"] else ""
            lines.append(f"  {path}: {_in_words(fault)}{shown}")
        raise ConfigError("config.yaml is refused:\n" + "\n".join(lines)) from None


def _in_words(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; expected one of the documented keys (workflow/schemas/config.schema.yaml)"
    if fault["type"] == "missing":
        return "missing; this key is required"
    return fault["msg"].removeprefix("Value error, ")
