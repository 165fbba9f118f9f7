"""Measure the intake of one cohort, and sum its students up in per-school moments.

Two library calls in one job: after the moments no model reads a student row, and a third job for each
cohort would read the same rows again.
"""

from valueadded.config.stages import Intake
from valueadded.contracts.cohorts import COHORT
from valueadded.contracts.intake import PRIOR_CONSTANTS, SCHOOL_INTAKE, STUDENT_INTAKE
from valueadded.contracts.mixed import MOMENTS
from valueadded.contracts.records import SCHOOLS
from valueadded.intake import measure_intake
from valueadded.mixed import summarise_cohort
from valueadded.table_io import read_table, read_tables, write_table


def main(
    cohort: str, history: list[str], companions: list[str], constants: str, schools: list[str],
    intake: dict, formulas: list[str], students: str, by_cohort: str, moments: str,
) -> None:  # fmt: skip
    """Read one cohort and what its measures need, write students, schools and moments."""
    measured = measure_intake(
        read_table(cohort, COHORT),
        read_tables(history, COHORT),
        read_tables(companions, COHORT, ["student_id", "domain", "prior_score"]),
        read_table(constants, PRIOR_CONSTANTS),
        read_tables(schools, SCHOOLS) if schools else None,
        Intake(**intake).measures,
    )
    write_table(measured.students, students, STUDENT_INTAKE)
    write_table(measured.schools, by_cohort, SCHOOL_INTAKE)
    write_table(summarise_cohort(measured.students, formulas), moments, MOMENTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files = dict(snakemake.input.items()) | dict(snakemake.output.items())
        main(**files, intake=snakemake.params.intake, formulas=snakemake.params.formulas)
