"""Keep the registry of the policy beside the results it decides."""

from valueadded.table_io import write_text


def main(registry: str, output: str) -> None:
    """Write the registry as it was read before the first job."""
    write_text(registry, output)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.params.registry, snakemake.output.policy)
