"""Set residuals of whole schools beside random intercepts of their students, given the same intake."""

from valueadded.contracts import intake_adjusted as contracts
from valueadded.contracts.whole_school_records import TESTS
from valueadded.intake_adjusted.multilevel_by_outcome import StudentTest, compare_outcomes
from valueadded.table_io import read_table, write_table


def main(read: dict, multilevel: dict, output: dict) -> None:
    """Read the tests and the regressions, compare, write both tables."""
    found = compare_outcomes(
        read_table(read["tests"], TESTS),
        read_table(read["performance"], contracts.INTAKE_ADJUSTED_PERFORMANCE),
        read_table(read["regressions"], contracts.INTAKE_ADJUSTED_REGRESSIONS),
        read_table(read["measures"], contracts.INTAKE_ADJUSTED_MEASURES),
        {name: StudentTest(**test) for name, test in multilevel.items()},
    )
    write_table(found.schools, output["multilevel"], contracts.INTAKE_ADJUSTED_MULTILEVEL)
    write_table(found.agreement, output["agreement"], contracts.INTAKE_ADJUSTED_AGREEMENT)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(dict(snakemake.input.items()), snakemake.params.multilevel, dict(snakemake.output.items()))
