"""Validate one input file: accepted records in parts, quarantine, ledger and notes."""

from valueadded.config.input import Reading
from valueadded.config.stages import Validation
from valueadded.contracts.records import INPUT_TABLES, LEDGER, NOTES, QUARANTINE
from valueadded.table_io import write_table
from valueadded.validation import validate_file
from valueadded.validation.student_key import read_key


def main(
    source: str, key: list[str], table: str, reading: dict, validation: dict, study: dict, output: dict
) -> None:
    """Validate a file and write what became of its records; `reading` names this one file only."""
    settings = Reading(**reading)
    given = {**study, "key": read_key(key[0]) if key else None}
    validated = validate_file(source, table, settings.files[0], settings, Validation(**validation), **given)
    for part, path in zip(validated.parts.values(), output["parts"], strict=True):
        write_table(part, path, INPUT_TABLES[table])
    write_table(validated.outside_study, output["outside_study"], INPUT_TABLES[table])
    write_table(validated.quarantine, output["quarantine"], QUARANTINE)
    write_table(validated.ledger, output["ledger"], LEDGER)
    write_table(validated.notes, output["notes"], NOTES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.source,
            snakemake.input.key,
            snakemake.params.table,
            snakemake.params.reading,
            snakemake.params.validation,
            snakemake.params.study,
            dict(snakemake.output.items()),
        )
