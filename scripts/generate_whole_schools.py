"""Generate records of whole schools as a department would export them, and the planted truth."""

from pathlib import Path

from valueadded.config.synthetic_whole_schools import SyntheticWholeSchools
from valueadded.contracts import synthetic as contracts
from valueadded.synthetic import generate_whole_schools
from valueadded.table_io import write_csv, write_table


def main(synthetic: dict, files: list[str], truth: str, coefficients: str, defects: str) -> None:
    """Generate the records; write each file under its name, the truth beside."""
    state = generate_whole_schools(SyntheticWholeSchools(**synthetic))
    for path in files:
        write_csv(state.files[Path(path).stem], path)
    write_table(state.truth, truth, contracts.TRUTH_WHOLE_SCHOOLS)
    write_table(state.coefficients, coefficients, contracts.TRUTH_WHOLE_SCHOOL_COEFFICIENTS)
    write_table(state.defects, defects, contracts.TRUTH_DEFECTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.params.synthetic, **dict(snakemake.output.items()))
