"""Gather the quarantine and the ledger of every input file."""

from valueadded.contracts.records import LEDGER, QUARANTINE
from valueadded.table_io import read_tables, write_table


def main(quarantines: list[str], ledgers: list[str], quarantine: str, ledger: str) -> None:
    """Read both tables of every file and write each as one."""
    write_table(read_tables(quarantines, QUARANTINE), quarantine, QUARANTINE)
    write_table(read_tables(ledgers, LEDGER), ledger, LEDGER)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.quarantines,
            snakemake.input.ledgers,
            snakemake.output.quarantine,
            snakemake.output.ledger,
        )
