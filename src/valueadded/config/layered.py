"""Section `layered`: effects of teachers, and of schools, over the years."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from valueadded.config.section import Fault, Rule, Section, each_once

Persistence = Literal["complete", "zero", "variable", "fixed"]
EVERY_DOMAIN = "all"
DEFAULT_MODELS: tuple[Persistence, ...] = ("complete", "zero")


def _fixed_persistence_faults(layered: "Layered") -> Iterator[Fault]:
    if ("fixed" in layered.models) != (layered.fixed_persistence is not None):
        yield (
            "fixed_persistence",
            "found the model `fixed` or its number without the other; expected both or neither",
        )


class Layered(Section):
    """Layered models of the scores and teachers of `input.teacher_scores` and `input.teacher_links`."""

    rules: ClassVar[tuple[Rule, ...]] = (_fixed_persistence_faults,)

    domains: list[str] = Field(min_length=1, description="tested domains, fitted jointly (names)")
    years: list[int] = Field(min_length=1, description="calendar years of scores and teaching (years)")
    year_levels: list[int] = Field(
        min_length=1, description="year levels of the students whose scores are used (year levels)"
    )
    time: Literal["year_level", "calendar_year"] = Field(
        "year_level",
        description="periods of the model, for which variances, covariances and persistence hold; cohorts "
        "(calendar year less year level) share them and have means and teachers of their own. With "
        "`year_level` a student who repeats a level counts once there (choice)",
    )
    models: list[Persistence] = Field(
        default_factory=lambda: list(DEFAULT_MODELS),
        min_length=1,
        description="models to fit, named by the persistence of teachers' effects in later scores: complete "
        "(the layered model), zero (the non-layered model), variable (estimated for each pair of periods) or "
        "fixed (choices)",
    )
    fixed_persistence: float | None = Field(
        None, ge=0, le=1, description="persistence of the model `fixed` (0 to 1)"
    )
    method: Literal["ML", "REML"] = Field("ML", description="estimation method (choice)")
    student_covariance: Literal["unstructured", "toeplitz", "compound_symmetric"] = Field(
        "unstructured", description="covariance of a student's scores over domains and periods (choice)"
    )
    unscored: Literal["ignore", "act"] = Field(
        "ignore",
        description="whether the teacher of a year in which a student has no score acts on later scores; "
        "these are different models (choice)",
    )
    covariates: list[str] = Field(
        default_factory=list,
        description="number covariates of `input.teacher_scores`, each with a coefficient for every domain "
        "and period. Earlier scores already adjust for lasting differences between students. Overcorrection: "
        "a covariate that goes with who is taught by whom takes real differences of teachers with it (names)",
    )
    schools: bool = Field(False, description="give schools effects of their own (true or false)")
    confidence: float = Field(0.95, gt=0.5, lt=1, description="confidence of every interval (probability)")
    pulse_level: float = Field(
        0.01,
        gt=0,
        lt=0.5,
        description="probability of a flag among revisions where nothing touched one year only (probability)",
    )
    weights_of: list[str] = Field(
        default_factory=list,
        description="teachers for whom the weight of every student's score is written (teacher identifiers)",
    )
    publish_teachers: bool = Field(
        False,
        description="let published tables and figures name teachers; effects that are not value added are "
        "withheld in any case (true or false)",
    )

    _each_once = field_validator("domains", "years", "year_levels", "models", "covariates", "weights_of")(
        each_once
    )

    @field_validator("domains")
    @classmethod
    def _no_reserved_name(cls, domains: list[str]) -> list[str]:
        if EVERY_DOMAIN in domains:
            raise ValueError(f"found '{EVERY_DOMAIN}', which means every domain; expected names of domains")
        return domains
