"""Write which score counts how much in the effects of named teachers."""

from valueadded.config.layered import Layered
from valueadded.contracts import layered as contracts
from valueadded.contracts.layered_records import LAYERED_LINKS, LAYERED_SCORES
from valueadded.contracts.layered_teachers import LAYERED_WEIGHTS
from valueadded.layered import FittedTables, weights_table
from valueadded.table_io import read_table, write_table


def main(tables: dict, section: dict, output: str) -> None:
    """Read the records and the fitted parameters, weigh the scores, write."""
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
    write_table(weights_table(fitted, given.weights_of), output, LAYERED_WEIGHTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(dict(snakemake.input.items()), snakemake.params.section, snakemake.output.weights)
