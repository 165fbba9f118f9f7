"""Validate every file of the records of whole schools: accepted records, quarantine, ledger, notes."""

from pathlib import Path

from valueadded.config.whole_schools import WholeSchools
from valueadded.contracts.records import LEDGER, NOTES, QUARANTINE
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.table_io import write_table
from valueadded.validation import validate_whole_schools
from valueadded.validation.student_key import read_key


def main(folder: str, key: str, tables: dict, records: list[str], output: dict[str, str]) -> None:
    """Validate the files in a folder and write what became of their records, a file for each table."""
    validated = validate_whole_schools(folder, WholeSchools(**tables), read_key(key))
    for path in records:
        table = Path(path).stem
        write_table(validated.records[table], path, WHOLE_SCHOOL_TABLES[table])
    write_table(validated.quarantine, output["quarantine"], QUARANTINE)
    write_table(validated.ledger, output["ledger"], LEDGER)
    write_table(validated.notes, output["notes"], NOTES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        folder = snakemake.input.files[0].removesuffix(snakemake.params.first_path)
        output = dict(snakemake.output.items())
        main(folder, snakemake.input.key, snakemake.params.tables, output.pop("records"), output)
