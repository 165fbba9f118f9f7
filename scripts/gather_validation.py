"""Gather the quarantine, the ledger and the notes of every input file."""

from valueadded.contracts.records import LEDGER, NOTES, QUARANTINE
from valueadded.table_io import read_tables, write_table
from valueadded.validation import refuse_same_content


def main(files: dict[str, list[str]], output: dict[str, str]) -> None:
    """Read the tables of every file and write each as one; no file may be another's copy."""
    ledger = read_tables(files["ledgers"], LEDGER)
    refuse_same_content(ledger)
    write_table(read_tables(files["quarantines"], QUARANTINE), output["quarantine"], QUARANTINE)
    write_table(ledger, output["ledger"], LEDGER)
    write_table(read_tables(files["notes"], NOTES), output["notes"], NOTES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(dict(snakemake.input.items()), dict(snakemake.output.items()))
