"""Measure the same teachers more simply: mean score, mean gain, covariate adjustment."""

from valueadded.config.layered import Layered
from valueadded.contracts.layered_records import LAYERED_LINKS, LAYERED_SCORES
from valueadded.contracts.layered_teachers import LAYERED_COMPARATORS
from valueadded.layered import comparators_table
from valueadded.table_io import read_table, write_table


def main(scores: str, links: str, section: dict, output: str) -> None:
    """Read the joined records, compare, write."""
    found = comparators_table(
        read_table(scores, LAYERED_SCORES), read_table(links, LAYERED_LINKS), Layered(**section).time
    )
    write_table(found, output, LAYERED_COMPARATORS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.scores,
            snakemake.input.links,
            snakemake.params.section,
            snakemake.output.comparators,
        )
