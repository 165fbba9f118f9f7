"""Measure each school's change between the benchmark year and every other year."""

from valueadded.contracts.effects import SCHOOL_CHANGES, SCHOOL_EFFECTS
from valueadded.effects import measure_changes
from valueadded.table_io import read_table, write_table


def main(effects: str, base_year: int, confidence: float, changes: str) -> None:
    """Read effects, measure changes, write."""
    write_table(
        measure_changes(read_table(effects, SCHOOL_EFFECTS), base_year, confidence), changes, SCHOOL_CHANGES
    )


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input[0], snakemake.params.base_year, snakemake.params.confidence, snakemake.output[0])
