"""Generate the synthetic twin: one matched file, and the planted truth."""

from valueadded.config.synthetic_twin import SyntheticTwin
from valueadded.contracts.synthetic import TRUTH_TWIN_COEFFICIENTS, TRUTH_TWIN_SCHOOLS
from valueadded.synthetic import generate_twin
from valueadded.table_io import write_csv, write_table


def main(twin: dict, students: str, truth_schools: str, truth_coefficients: str) -> None:
    """Generate the cohort; write its students, school effects and coefficients."""
    cohort = generate_twin(SyntheticTwin(**twin))
    write_csv(cohort.students, students)
    write_table(cohort.schools, truth_schools, TRUTH_TWIN_SCHOOLS)
    write_table(cohort.coefficients, truth_coefficients, TRUTH_TWIN_COEFFICIENTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.params.twin, **dict(snakemake.output.items()))
