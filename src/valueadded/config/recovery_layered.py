"""Section `recovery_layered`: the simulation that asks whether the layered models find what was planted."""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from valueadded.config.section import Fault, Rule, Section
from valueadded.config.synthetic_teachers import MissingScores, OmittedVariable, SyntheticTeachers


class RecoveryScenario(Section):
    """What a scenario changes in the world; what is left out stays."""

    persistence: float | None = Field(None, description="as in the world (0 to 1)")
    missing: MissingScores | None = Field(None, description="as in the world")
    omitted: OmittedVariable | None = Field(None, description="as in the world")


def _chunk_faults(study: "RecoveryLayered") -> Iterator[Fault]:
    if study.chunks > study.replicates:
        yield "chunks", f"found {study.chunks} for {study.replicates} replicates; expected no more"


class RecoveryLayered(Section):
    """The simulation of the layered models; target `recovery_layered`."""

    rules: ClassVar[tuple[Rule, ...]] = (_chunk_faults,)

    replicates: int = Field(50, ge=2, description="sets of records for each scenario (sets)")
    chunks: int = Field(4, ge=1, description="jobs for each scenario; no result depends on it (jobs)")
    world: SyntheticTeachers = Field(
        description="what every scenario starts from; set number r has the seed given here plus r"
    )
    scenarios: dict[str, RecoveryScenario] = Field(
        min_length=1, description="name: what it changes; a scenario left out is not run"
    )

    def world_of(self, scenario: str) -> dict[str, Any]:
        """Return the world of one scenario as plain values."""
        changes = self.scenarios[scenario].model_dump(exclude_none=True)
        return self.world.model_dump() | changes

    def replicates_of(self, chunk: int) -> tuple[int, int]:
        """Return the first and the last replicate of a chunk; chunks count from 0, replicates from 1."""
        before, upto = (self.replicates * part // self.chunks for part in (chunk, chunk + 1))
        return before + 1, upto
