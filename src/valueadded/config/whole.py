"""The configuration: one closed model, checked whole before any job starts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, ValidationError

from valueadded.config.agreement import RULES
from valueadded.config.calibration import Calibration
from valueadded.config.faults import list_faults
from valueadded.config.input import Input
from valueadded.config.intake_adjusted import IntakeAdjusted
from valueadded.config.layered import Layered
from valueadded.config.layered_agreement import LAYERED_RULES
from valueadded.config.location_scale import LocationScale
from valueadded.config.plan import Plan, list_files, plan_cohorts
from valueadded.config.publish import Publish
from valueadded.config.recovery_layered import RecoveryLayered
from valueadded.config.section import Rule, Section
from valueadded.config.stages import Benchmark, Effects, Figures, Intake, Mixed, Validation
from valueadded.config.study import Cohorts, Study
from valueadded.config.synthetic import Synthetic
from valueadded.config.synthetic_teachers import SyntheticTeachers
from valueadded.config.synthetic_teachers_agreement import TEACHER_RULES
from valueadded.config.synthetic_twin import SyntheticTwin
from valueadded.config.synthetic_whole_schools import SyntheticWholeSchools
from valueadded.config.validate_benchmark import ValidateBenchmark
from valueadded.config.whole_school_agreement import WHOLE_SCHOOL_RULES
from valueadded.errors import ConfigError

__all__ = ["Config", "Plan", "SchoolConfig", "check_config", "list_files"]


class SchoolConfig(Section):
    """The whole of `config.yaml` where `input` has no students to match: whole schools, or teachers."""

    rules: ClassVar[tuple[Rule, ...]] = (*WHOLE_SCHOOL_RULES, *LAYERED_RULES, *TEACHER_RULES)

    data_folder: str = Field(
        "data",
        description="folder with the input files, relative to the working directory; VALUEADDED_DATA "
        "overrides it (path)",
    )
    input: Input = Field(description="input files and how they are read")
    validation: Validation | None = Field(
        None, description="what a value may be; needed wherever students are matched"
    )
    synthetic_teachers: SyntheticTeachers | None = Field(
        None, description="a synthetic cohort with teachers to generate as input; leave out without it"
    )
    recovery_layered: RecoveryLayered | None = Field(
        None, description="the simulation of target `recovery_layered`; leave out without it"
    )
    layered: Layered | None = Field(
        None, description="effects of teachers over the years; leave out without these models"
    )
    synthetic_whole_schools: SyntheticWholeSchools | None = Field(
        None, description="records of whole schools to generate as input, with planted residuals"
    )
    intake_adjusted: IntakeAdjusted | None = Field(
        None, description="whole schools adjusted for their intake; leave out without them"
    )
    figures: Figures = Field(default_factory=Figures, description="figures")
    publish: Publish | None = Field(None, description="what may leave the building; leave out for no release")


class Config(SchoolConfig):
    """The whole of `config.yaml`."""

    rules: ClassVar[tuple[Rule, ...]] = (*WHOLE_SCHOOL_RULES, *RULES, *LAYERED_RULES, *TEACHER_RULES)

    study: Study = Field(description="domains and years")
    synthetic: Synthetic | None = Field(
        None, description="a synthetic state to generate as input; leave out for real files"
    )
    synthetic_twin: SyntheticTwin | None = Field(
        None, description="one synthetic cohort to generate as input, with planted means and variances"
    )
    validation: Validation = Field(description="what a value may be")
    cohorts: Cohorts = Field(description="how prior and outcome are matched")
    intake: Intake = Field(default_factory=Intake, description="intake measures")
    mixed: Mixed = Field(description="the relative model")
    benchmark: Benchmark | None = Field(
        None, description="the benchmark models; leave out for relative models only"
    )
    effects: Effects = Field(default_factory=Effects, description="intervals and correlations")
    location_scale: LocationScale | None = Field(
        None, description="schools' means and variances; leave out without these models"
    )
    validate_benchmark: ValidateBenchmark | None = Field(
        None, description="the simulation of target `validate_benchmark`; leave out without it"
    )
    calibration: Calibration | None = Field(
        None, description="the simulation of target `calibration`; leave out without it"
    )

    @property
    def plan(self) -> Plan:
        """Return the cohorts that exist and the reasons why others do not."""
        years = self.benchmark.years if self.benchmark else []
        return plan_cohorts(self.study, self.cohorts, years, matched=self.input.matched is not None)


def check_config(raw: Mapping[str, Any]) -> SchoolConfig:
    """Return the checked configuration: a `Config`, unless `input` has no students to match.

    Raises
    ------
    ConfigError
        Listing every fault, a line each: the key's path, what was found, what was expected. Rules that
        need a faulty value are judged once it is mended.
    """
    model = SchoolConfig if _has_no_cohorts(raw.get("input")) else Config
    try:
        return model.model_validate(dict(raw))
    except ValidationError as found:
        lines = list_faults(model, raw, found.errors())
        raise ConfigError("config.yaml is refused:\n  " + "\n  ".join(lines)) from None


def _has_no_cohorts(tables: Any) -> bool:
    if not isinstance(tables, Mapping) or {"assessments", "matched"} & set(tables):
        return False
    return bool({"school_values", "whole_schools", "teacher_scores", "teacher_links"} & set(tables))
