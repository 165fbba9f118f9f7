"""Plant truths, draw their posteriors, rank the truths among the draws."""

from valueadded.contracts.calibration import CALIBRATION_RANKS
from valueadded.location_scale.calibration import rank_truths
from valueadded.location_scale.plan import plan_calibration
from valueadded.table_io import write_table


def main(world: dict, replicates: list[int], seed: int, output: str) -> None:
    """Simulate, write one row for each replicate and parameter."""
    write_table(rank_truths(plan_calibration(**world), *replicates, seed), output, CALIBRATION_RANKS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("world", "replicates", "seed")}
        main(**given, output=snakemake.output.ranks)
