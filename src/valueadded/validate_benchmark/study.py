"""One scenario, some of its replicates: drawn, fitted, measured."""

from collections.abc import Sequence

import pandas as pd

from valueadded.numerics.streams import open_stream
from valueadded.validate_benchmark.change_estimates import estimate_changes, schools_in_both
from valueadded.validate_benchmark.draw import draw_system
from valueadded.validate_benchmark.drift_estimates import estimate_drifts
from valueadded.validate_benchmark.fits import fit_system
from valueadded.validate_benchmark.joint_estimates import estimate_jointly
from valueadded.validate_benchmark.measures import measure_estimate
from valueadded.validate_benchmark.world import World


def simulate_scenario(
    world: World,
    scenario: str,
    seed: int,
    years: Sequence[int],
    replicates: Sequence[int],
    negligible: float,
    confidence: float,
) -> pd.DataFrame:
    """Return the measures of every method on some replicates of a scenario, one row for each.

    Parameters
    ----------
    world
        The numbers of the scenario.
    scenario
        Its name; with the seed and the number of a replicate it names the stream of random numbers, so that
        no result depends on which replicates share a job.
    seed
        Seed of the study.
    years
        Outcome years in order: benchmark first, focal last.
    replicates
        First replicate, and the one after the last.
    negligible
        A true change smaller than this counts as none (points).
    confidence
        Confidence of every interval.
    """
    rows = []
    for replicate in range(*replicates):
        system = draw_system(world, years, open_stream(seed, "validate_benchmark", scenario, replicate))
        fits = fit_system(system, confidence)
        school, _ = schools_in_both(system, fits)
        for found in [
            *estimate_drifts(system, fits),
            *estimate_changes(system, fits),
            *estimate_jointly(system, school),
        ]:
            rows.append(
                {
                    "scenario": scenario,
                    "replicate": replicate,
                    "target": found.target,
                    "method": found.method,
                    **measure_estimate(found, confidence, negligible),
                }
            )
    return pd.DataFrame(rows).astype({name: "str" for name in ("scenario", "target", "method")})
