"""Run every combination of the choices that a policy leaves open and count whose band changes."""

from valueadded.contracts.intake_adjusted import INTAKE_ADJUSTED_MULTIVERSE
from valueadded.contracts.intake_adjusted_records import INTAKE_ADJUSTED_ANNUAL, INTAKE_ADJUSTED_SCHOOL_TYPES
from valueadded.intake_adjusted import Choices, load_policy, run_multiverse
from valueadded.table_io import read_table, write_table


def main(read: dict, choices: dict, other_levels: dict, output: str) -> None:
    """Read yearly values, school types and the policy, run all combinations, write the table."""
    multiverse = run_multiverse(
        read_table(read["annual"], INTAKE_ADJUSTED_ANNUAL),
        read_table(read["school_types"], INTAKE_ADJUSTED_SCHOOL_TYPES),
        load_policy(read["policy"]),
        Choices(**choices),
        Choices(**other_levels),
    )
    write_table(multiverse, output, INTAKE_ADJUSTED_MULTIVERSE)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("choices", "other_levels")}
        main(dict(snakemake.input.items()), **given, output=snakemake.output.multiverse)
