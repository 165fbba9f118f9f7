"""Gather the school-level intake measures of every cohort."""

from valueadded.contracts.intake import SCHOOL_INTAKE
from valueadded.table_io import read_tables, write_table


def main(by_cohort: list[str], schools: str) -> None:
    """Read the measures of every cohort, write them as one table."""
    write_table(read_tables(by_cohort, SCHOOL_INTAKE), schools, SCHOOL_INTAKE)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.by_cohort, snakemake.output.schools)
