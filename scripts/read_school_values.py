"""Read ready-made yearly values of schools: values, types, reasons, account, quarantine, ledger, notes."""

from valueadded.config.school_values import SchoolValues
from valueadded.contracts.intake_adjusted_records import INTAKE_ADJUSTED_ANNUAL, INTAKE_ADJUSTED_SCHOOL_TYPES
from valueadded.contracts.records import (
    LEDGER,
    NOTES,
    QUARANTINE,
    SCHOOL_VALUE_ACCOUNT,
    SCHOOL_VALUE_REASONS,
    SCHOOL_VALUES,
)
from valueadded.table_io import write_table
from valueadded.validation.school_values import read_school_values


def main(folder: str, files: list[dict], output: dict) -> None:
    """Read every file and write what became of its cells."""
    found = read_school_values(folder, [SchoolValues(**file) for file in files])
    write_table(found.values, output["values"], SCHOOL_VALUES)
    write_table(found.annual, output["annual"], INTAKE_ADJUSTED_ANNUAL)
    write_table(found.school_types, output["school_types"], INTAKE_ADJUSTED_SCHOOL_TYPES)
    write_table(found.value_reasons, output["value_reasons"], SCHOOL_VALUE_REASONS)
    write_table(found.account, output["value_account"], SCHOOL_VALUE_ACCOUNT)
    write_table(found.quarantine, output["quarantine"], QUARANTINE)
    write_table(found.ledger, output["ledger"], LEDGER)
    write_table(found.notes, output["notes"], NOTES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        folder = snakemake.input.values[0].removesuffix(snakemake.params.first_path)
        main(folder, snakemake.params.files, dict(snakemake.output.items()))
