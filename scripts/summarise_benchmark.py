"""Gather the replicates of the validation study into one table of measures, and that into Markdown."""

from valueadded.contracts.validate_benchmark import REPLICATES, SUMMARY
from valueadded.table_io import read_tables, write_csv, write_table, write_text
from valueadded.validate_benchmark import describe_summary, summarise_replicates


def main(replicates: list[str], output: dict) -> None:
    """Read every replicate, summarise, write the table three times over."""
    summary = summarise_replicates(read_tables(replicates, REPLICATES))
    write_table(summary, output["summary"], SUMMARY)
    write_csv(summary, output["csv"])
    write_text(describe_summary(summary), output["tables"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.replicates, dict(snakemake.output.items()))
