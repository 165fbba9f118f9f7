"""Gather the school effects of every model in one table."""

from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.effects import gather_school_effects
from valueadded.table_io import read_table, write_table


def main(parts: list[str], effects: str) -> None:
    """Read the effects of each family of models and write them as one table."""
    write_table(
        gather_school_effects([read_table(part, SCHOOL_EFFECTS) for part in parts]), effects, SCHOOL_EFFECTS
    )


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.parts, snakemake.output[0])
