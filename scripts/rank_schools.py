"""Rank schools with uncertainty, count wrong flags to expect, compare named schools."""

from valueadded.config.stages import Effects
from valueadded.contracts.effects import COMPARISONS, FLAGS, RANKS, SCHOOL_EFFECTS
from valueadded.contracts.mixed import FITS
from valueadded.effects import compare_schools, expect_wrong_flags, rank_schools
from valueadded.table_io import read_table, read_tables, write_table


def main(effects: str, fits: list[str], settings: dict, named_schools: list[str], output: dict) -> None:
    """Read effects and fits, rank, write ranks and what follows from them."""
    chosen = Effects(**settings)
    table, fitted = read_table(effects, SCHOOL_EFFECTS), read_tables(fits, FITS)
    ranks = rank_schools(table, fitted, chosen.rank_draws, chosen.confidence)
    write_table(ranks, output["ranks"], RANKS)
    write_table(expect_wrong_flags(table, ranks), output["flags"], FLAGS)
    pairs = compare_schools(table, fitted, named_schools, chosen.confidence)
    write_table(pairs, output["comparisons"], COMPARISONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.effects,
            snakemake.input.fits,
            snakemake.params.effects,
            snakemake.params.named_schools,
            dict(snakemake.output.items()),
        )
