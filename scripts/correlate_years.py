"""Correlate school effects between years and between models."""

from valueadded.config.stages import Effects
from valueadded.contracts.effects import SCHOOL_EFFECTS, YEAR_CORRELATIONS
from valueadded.contracts.mixed import FITS
from valueadded.effects import correlate_school_effects
from valueadded.table_io import read_table, read_tables, write_table


def main(effects: str, fits: list[str], section: dict, correlations: str) -> None:
    """Read effects and fits, correlate, write."""
    settings = Effects(**section)
    table, models = read_table(effects, SCHOOL_EFFECTS), read_tables(fits, FITS)
    found = correlate_school_effects(table, settings.minimum_students, settings.confidence, models)
    write_table(found, correlations, YEAR_CORRELATIONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.effects, snakemake.input.fits, snakemake.params.effects, snakemake.output[0])
