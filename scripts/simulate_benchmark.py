"""Invent some systems of one scenario and measure every method on them."""

from valueadded.contracts.validate_benchmark import REPLICATES
from valueadded.table_io import write_table
from valueadded.validate_benchmark import World, simulate_scenario


def main(scenario: str, world: dict, settings: dict, output: str) -> None:
    """Simulate, write one row for each replicate, target and method."""
    write_table(simulate_scenario(World(**world), scenario, **settings), output, REPLICATES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        names = ("seed", "years", "replicates", "negligible", "confidence")
        given = {name: snakemake.params[name] for name in names}
        main(snakemake.wildcards.scenario, snakemake.params.world, given, snakemake.output.replicates)
