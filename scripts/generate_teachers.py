"""Generate a cohort of students with teachers: two files as a department writes them, and the truth."""

from valueadded.config.synthetic_teachers import SyntheticTeachers
from valueadded.contracts.synthetic_teachers import TRUTH_TEACHERS
from valueadded.synthetic import generate_teachers
from valueadded.table_io import write_csv, write_table


def main(teachers: dict, scores: str, links: str, truth_teachers: str) -> None:
    """Generate the cohort; write its scores, its teachers and their true effects."""
    records = generate_teachers(SyntheticTeachers(**teachers))
    write_csv(records.scores, scores)
    write_csv(records.links, links)
    write_table(records.truth_teachers, truth_teachers, TRUTH_TEACHERS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.params.teachers, **dict(snakemake.output.items()))
