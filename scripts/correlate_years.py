"""Correlate school effects between years and between models."""

from valueadded.config.stages import Effects
from valueadded.contracts.effects import SCHOOL_EFFECTS, YEAR_CORRELATIONS
from valueadded.effects import correlate_school_effects
from valueadded.table_io import read_table, write_table


def main(effects: str, section: dict, correlations: str) -> None:
    """Read effects, correlate, write."""
    settings = Effects(**section)
    table = read_table(effects, SCHOOL_EFFECTS)
    found = correlate_school_effects(table, settings.minimum_students, settings.confidence)
    write_table(found, correlations, YEAR_CORRELATIONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input[0], snakemake.params.effects, snakemake.output[0])
