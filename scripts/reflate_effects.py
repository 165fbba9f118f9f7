"""Rescale shrunken effects to the spread the model estimates, in each named form."""

from valueadded.contracts.effects import REFLATED_EFFECTS, SCHOOL_EFFECTS
from valueadded.contracts.mixed import FITS
from valueadded.effects import reflate_school_effects
from valueadded.table_io import read_table, read_tables, write_table


def main(effects: str, fits: list[str], reflated: str) -> None:
    """Read effects and fits, reflate, write."""
    table = reflate_school_effects(read_table(effects, SCHOOL_EFFECTS), read_tables(fits, FITS))
    write_table(table, reflated, REFLATED_EFFECTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.effects, snakemake.input.fits, snakemake.output[0])
