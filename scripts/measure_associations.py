"""Measure one year's true school effects given those of other years."""

from valueadded.config.stages import Effects
from valueadded.contracts.effects import ASSOCIATIONS
from valueadded.contracts.mixed import SCHOOL_COVARIANCE, SCHOOL_COVARIANCE_ERROR
from valueadded.effects import measure_associations
from valueadded.table_io import read_table, write_table


def main(covariance: str, errors: str, section: dict, associations: str) -> None:
    """Read the covariance and the covariance of its estimates, measure, write."""
    settings = Effects(**section)
    elements = read_table(covariance, SCHOOL_COVARIANCE)
    sampling = read_table(errors, SCHOOL_COVARIANCE_ERROR)
    found = measure_associations(elements, sampling, settings.confidence, settings.draws, settings.seed)
    write_table(found, associations, ASSOCIATIONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.covariance,
            snakemake.input.errors,
            snakemake.params.effects,
            snakemake.output[0],
        )
