"""Regress every outcome of whole schools on their intake and say who stands above or below."""

from valueadded.contracts import intake_adjusted as contracts
from valueadded.contracts.intake_adjusted_records import INTAKE_ADJUSTED_ANNUAL, INTAKE_ADJUSTED_SCHOOL_TYPES
from valueadded.intake_adjusted import Choices, adjust_outcomes, load_policy
from valueadded.table_io import read_table, write_table


def main(read: dict, choices: dict, output: dict) -> None:
    """Read yearly values, school types and the policy, adjust, write the tables."""
    results = adjust_outcomes(
        read_table(read["annual"], INTAKE_ADJUSTED_ANNUAL),
        read_table(read["school_types"], INTAKE_ADJUSTED_SCHOOL_TYPES),
        load_policy(read["policy"]),
        Choices(**choices),
    )
    write_table(results.measures, output["measures"], contracts.INTAKE_ADJUSTED_MEASURES)
    write_table(results.regressions, output["regressions"], contracts.INTAKE_ADJUSTED_REGRESSIONS)
    write_table(results.performance, output["performance"], contracts.INTAKE_ADJUSTED_PERFORMANCE)
    write_table(results.uncertainty, output["uncertainty"], contracts.INTAKE_ADJUSTED_UNCERTAINTY)
    write_table(results.choices, output["choices"], contracts.INTAKE_ADJUSTED_CHOICES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(dict(snakemake.input.items()), snakemake.params.choices, dict(snakemake.output.items()))
