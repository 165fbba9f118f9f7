"""Measure centre and scale of the prior score in the benchmark cohorts."""

from valueadded.contracts.cohorts import COHORT
from valueadded.contracts.intake import PRIOR_CONSTANTS
from valueadded.intake import measure_constants
from valueadded.table_io import read_tables, write_table


def main(cohorts: list[str], constants: str) -> None:
    """Read the benchmark cohorts of every domain, write the constants."""
    students = read_tables(cohorts, COHORT, ["domain", "year", "prior_score"])
    write_table(measure_constants(students), constants, PRIOR_CONSTANTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.cohorts, snakemake.output.constants)
