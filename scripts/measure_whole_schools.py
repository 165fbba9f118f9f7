"""Make every yearly measure of the policy from the records of whole schools."""

from pathlib import Path

from valueadded.contracts import intake_adjusted_records as contracts
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.intake_adjusted import load_policy, measure_annual
from valueadded.table_io import read_table, write_table


def main(records: list[str], policy: str, lower_c: dict[int, float], output: dict[str, str]) -> None:
    """Read the records of every table and the policy, measure, write the tables."""
    tables = {Path(path).stem: read_table(path, WHOLE_SCHOOL_TABLES[Path(path).stem]) for path in records}
    measured = measure_annual(tables, load_policy(policy), lower_c)
    write_table(measured.rows, output["annual"], contracts.INTAKE_ADJUSTED_ANNUAL)
    write_table(measured.school_types, output["school_types"], contracts.INTAKE_ADJUSTED_SCHOOL_TYPES)
    write_table(measured.aim_branches, output["aim_branches"], contracts.INTAKE_ADJUSTED_AIM_BRANCHES)
    sources = measured.retention_sources
    write_table(sources, output["retention_sources"], contracts.INTAKE_ADJUSTED_RETENTION_SOURCES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.records,
            snakemake.input.policy,
            snakemake.params.lower_c,
            dict(snakemake.output.items()),
        )
