"""Generate the synthetic state: input files as a department would export them, and the planted truth."""

from pathlib import Path

from valueadded.config.synthetic import Synthetic
from valueadded.contracts.records import SCALE_LINKS
from valueadded.contracts.synthetic import TRUTH_DEFECTS, TRUTH_SCHOOLS, TRUTH_SYSTEM
from valueadded.synthetic import generate_files
from valueadded.table_io import write_csv, write_table

CONTRACTS = {
    "scale_links.parquet": SCALE_LINKS,
    "truth_scale_links.parquet": SCALE_LINKS,
    "truth_schools.parquet": TRUTH_SCHOOLS,
    "truth_system.parquet": TRUTH_SYSTEM,
    "truth_defects.parquet": TRUTH_DEFECTS,
}


def main(synthetic: dict, students_by_year: bool, folder: Path) -> None:
    """Generate the state; write every file under its name as soon as it is ready."""
    for name, frame in generate_files(Synthetic(**synthetic), students_by_year=students_by_year):
        if name in CONTRACTS:
            write_table(frame, folder / name, CONTRACTS[name])
        else:
            write_csv(frame, folder / name)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.params.synthetic,
            snakemake.params.students_by_year,
            Path(snakemake.output.truth_defects).parent,
        )
