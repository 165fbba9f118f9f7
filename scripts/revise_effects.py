"""Compare the effects of teachers before and after later scores arrived."""

from valueadded.config.layered import Layered
from valueadded.contracts import layered as contracts
from valueadded.contracts.layered_records import LAYERED_LINKS, LAYERED_SCORES
from valueadded.contracts.layered_teachers import LAYERED_REVISIONS
from valueadded.layered import FittedTables, revisions_table
from valueadded.table_io import read_table, write_table


def main(tables: dict, section: dict, output: str) -> None:
    """Read the records and the fitted parameters, revise, write."""
    given = Layered(**section)
    fitted = FittedTables(
        read_table(tables["scores"], LAYERED_SCORES),
        read_table(tables["links"], LAYERED_LINKS),
        read_table(tables["variances"], contracts.LAYERED_VARIANCES),
        read_table(tables["covariance"], contracts.LAYERED_COVARIANCE),
        read_table(tables["persistence"], contracts.LAYERED_PERSISTENCE),
        given.covariates,
        given.unscored,
        given.schools,
        given.time,
    )
    effects = read_table(tables["effects"], contracts.LAYERED_EFFECTS)
    write_table(revisions_table(fitted, effects, given.pulse_level), output, LAYERED_REVISIONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(dict(snakemake.input.items()), snakemake.params.section, snakemake.output.revisions)
