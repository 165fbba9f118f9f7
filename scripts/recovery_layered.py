"""Gather what the layered models found in every scenario, summarise, write the page."""

from valueadded.contracts import recovery_layered as contracts
from valueadded.recovery_layered import describe_recovery, summarise_recovery
from valueadded.table_io import read_tables, write_table, write_text


def main(effects: list[str], persistence: list[str], study: dict, output: dict) -> None:
    """Read every set, summarise, write the tables and the page."""
    found = summarise_recovery(
        read_tables(effects, contracts.RECOVERY_SETS),
        read_tables(persistence, contracts.RECOVERY_PERSISTENCE_SETS),
    )
    write_table(found.effects, output["effects"], contracts.RECOVERY)
    write_table(found.persistence, output["persistence"], contracts.RECOVERY_PERSISTENCE)
    page = describe_recovery(found, study["world"], list(study["scenarios"]), study["replicates"])
    write_text(page, output["page"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files = snakemake.input
        main(files.effects, files.persistence, snakemake.params.study, dict(snakemake.output.items()))
