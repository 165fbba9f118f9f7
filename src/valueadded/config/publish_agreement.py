"""The rules that a release is compared with an earlier one only where the two can be compared."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.section import Fault

if TYPE_CHECKING:
    from valueadded.config.whole import Config


def earlier_release_faults(config: "Config") -> Iterator[Fault]:
    """Without one key for both, no student of the earlier release is found again."""
    generated = config.synthetic or config.synthetic_twin
    if config.publish and config.publish.earlier_release and not (config.input.student_key or generated):
        yield (
            "publish.earlier_release",
            "found without input.student_key; expected the key of the earlier release, since a key made for "
            "the run gives every student another hash",
        )


def earlier_performance_faults(config: "Config") -> Iterator[Fault]:
    """Without whole schools there is nothing to compare."""
    if config.publish and config.publish.earlier_performance and not config.intake_adjusted:
        yield (
            "publish.earlier_performance",
            "found without the section intake_adjusted; expected it where whole schools are published",
        )
