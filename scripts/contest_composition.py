"""Compare what each composition measure explains of each outcome of whole schools."""

from valueadded.contracts.intake_adjusted import INTAKE_ADJUSTED_CONTEST
from valueadded.contracts.intake_adjusted_records import INTAKE_ADJUSTED_ANNUAL, INTAKE_ADJUSTED_SCHOOL_TYPES
from valueadded.intake_adjusted import Choices, contest_composition, load_policy
from valueadded.table_io import read_table, write_table


def main(read: dict, choices: dict, output: str) -> None:
    """Read yearly values, school types and the policy, compare, write the table."""
    contest = contest_composition(
        read_table(read["annual"], INTAKE_ADJUSTED_ANNUAL),
        read_table(read["school_types"], INTAKE_ADJUSTED_SCHOOL_TYPES),
        load_policy(read["policy"]),
        Choices(**choices),
    )
    write_table(contest, output, INTAKE_ADJUSTED_CONTEST)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(dict(snakemake.input.items()), snakemake.params.choices, snakemake.output.contest)
