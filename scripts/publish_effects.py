"""Write the effects that may be handed on."""

from valueadded.contracts.layered import LAYERED_EFFECTS, LAYERED_PUBLISHED_EFFECTS
from valueadded.layered import publishable_effects
from valueadded.table_io import read_table, write_csv, write_table


def main(effects: str, teachers: bool, output: dict) -> None:
    """Read every effect, write those that may be published."""
    allowed = publishable_effects(read_table(effects, LAYERED_EFFECTS), teachers)
    write_table(allowed, output["published_effects"], LAYERED_PUBLISHED_EFFECTS)
    write_csv(allowed, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.effects, snakemake.params.teachers, dict(snakemake.output.items()))
