"""The rule that a release is compared with an earlier one only where students can be told apart."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valueadded.config.section import Fault

if TYPE_CHECKING:
    from valueadded.config import Config


def earlier_release_faults(config: "Config") -> Iterator[Fault]:
    """Without one key for both, no student of the earlier release is found again."""
    generated = config.synthetic or config.synthetic_twin
    if config.publish and config.publish.earlier_release and not (config.input.student_key or generated):
        yield (
            "publish.earlier_release",
            "found without input.student_key; expected the key of the earlier release, since a key made for "
            "the run gives every student another hash",
        )
