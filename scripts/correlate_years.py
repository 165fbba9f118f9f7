"""Correlate school effects between years and between models."""

from valueadded.config.stages import Effects
from valueadded.contracts import mixed as contracts
from valueadded.contracts.effects import SCHOOL_EFFECTS, YEAR_CORRELATIONS
from valueadded.effects import JointTables, correlate_school_effects
from valueadded.table_io import read_table, read_tables, write_table


def main(effects: str, fits: list[str], joint: dict[str, str], section: dict, correlations: str) -> None:
    """Read effects, fits and, with several years, what the joint model says of them; correlate, write."""
    settings = Effects(**section)
    known = {name: read_table(path, getattr(contracts, name.upper())) for name, path in joint.items()}
    found = correlate_school_effects(
        read_table(effects, SCHOOL_EFFECTS),
        settings.minimum_students,
        settings.confidence,
        read_tables(fits, contracts.FITS),
        JointTables(**known) if known else None,
    )
    write_table(found, correlations, YEAR_CORRELATIONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = dict(snakemake.input.items())
        main(given.pop("effects"), given.pop("fits"), given, snakemake.params.effects, snakemake.output[0])
