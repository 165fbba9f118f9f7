"""Section `calibration`: the simulation of the posterior of the location-scale models."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from valueadded.config.location_scale import InverseWishartPrior
from valueadded.config.section import Fault, Rule, Section


def _chunk_faults(study: "Calibration") -> Iterator[Fault]:
    if study.chunks > study.replicates:
        yield "chunks", f"found {study.chunks} for {study.replicates} replicates; expected no more"


class CalibrationPriors(Section):
    """Priors that truths are drawn from, in standardised columns: schools that one could meet."""

    mean_spread: float = Field(
        0.5, gt=0, description="standard deviation of coefficients of the mean (score standard deviations)"
    )
    log_variance_spread: float = Field(
        0.5, gt=0, description="standard deviation of coefficients of the log variance (log variance)"
    )
    covariance: InverseWishartPrior = Field(
        default_factory=lambda: InverseWishartPrior(
            kind="inverse_wishart", degrees_above_size=6.0, intercept=0.5, slope=0.25, log_variance=0.5
        ),
        description="prior of the covariance of the school effects",
    )


class Calibration(Section):
    """The simulation of the posterior; target `calibration`."""

    rules: ClassVar[tuple[Rule, ...]] = (_chunk_faults,)

    seed: int = Field(ge=0, description="seed of every random number (whole number)")
    replicates: int = Field(1000, ge=32, description="truths, each with a posterior of its own (replicates)")
    chunks: int = Field(8, ge=1, description="jobs that share them; no result depends on it (jobs)")
    schools: int = Field(40, ge=5, description="schools of a replicate (schools)")
    students: int = Field(12, ge=2, description="students of each school (students)")
    random_slope: bool = Field(
        True, description="Model 6 with a slope for each school, or Model 3 without (true or false)"
    )
    draws: int = Field(400, ge=100, description="importance draws of each posterior (draws)")
    priors: CalibrationPriors = Field(
        default_factory=CalibrationPriors, description="priors in standardised columns"
    )

    def replicates_of(self, chunk: int) -> tuple[int, int]:
        """Return the first and the last replicate of a chunk; chunks count from 0, replicates from 1."""
        before, upto = (self.replicates * part // self.chunks for part in (chunk, chunk + 1))
        return before + 1, upto
