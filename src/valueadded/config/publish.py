"""Section `publish`: what may leave the building, and in which form."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from valueadded.config.section import Fault, Rule, Section, each_once

Model = Literal[
    "relative", "relative_slope", "benchmark_offset", "benchmark_drift", "benchmark_frozen", "joint"
]
PUBLISHED_MODELS: tuple[Model, ...] = ("relative", "benchmark_offset")
# Below three students, a published mean and one student's own score give the other's.
LEAST_MINIMUM = 3


def _band_faults(publish: "Publish") -> Iterator[Fault]:
    starts = publish.count_bands
    if sorted(set(starts)) != starts:
        yield "count_bands", f"found {starts}; expected rising numbers, each once"
    elif starts[0] != publish.minimum_students:
        yield (
            "count_bands",
            f"found {starts[0]} first; expected minimum_students ({publish.minimum_students}), the least "
            "number that is shown",
        )


class Publish(Section):
    """What may leave the building, and in which form."""

    rules: ClassVar[tuple[Rule, ...]] = (_band_faults,)

    minimum_students: int = Field(
        10, ge=LEAST_MINIMUM, le=100, description="results of fewer students are suppressed (students)"
    )
    count_bands: list[int] = Field(
        default_factory=lambda: [10, 20, 30, 50, 100],
        min_length=1,
        description="first number of each band in which counts are shown, the first being "
        "minimum_students (students)",
    )
    models: list[Model] = Field(
        default_factory=lambda: list(PUBLISHED_MODELS),
        min_length=1,
        description="models whose school effects are published (choices)",
    )
    rounding: float = Field(
        0.2,
        gt=0,
        le=0.5,
        description="greatest rounding step, as a share of the median standard error (share)",
    )
    earlier_release: str | None = Field(
        None,
        description="release record of an earlier release (`results/release_record.parquet` of its run); "
        "refused if both differ by too few students (path)",
    )
    earlier_performance: str | None = Field(
        None,
        description="performance record of an earlier release (`results/performance_record.parquet` of its "
        "run); refused if numbers of students differ by too few (path)",
    )

    _each_once = field_validator("models")(each_once)
