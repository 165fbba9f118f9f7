"""Join scores and teachers of the layered models, and count what was found."""

import pandas as pd

from valueadded.config.layered import Layered
from valueadded.contracts.layered_records import LAYERED_LINKS, LAYERED_SCORES, TEACHER_LINKS, TEACHER_SCORES
from valueadded.contracts.layered_teachers import LAYERED_FINDINGS
from valueadded.layered import join_teachers
from valueadded.table_io import read_table, write_table


def main(scores: list[str], links: list[str], section: dict, output: dict) -> None:
    """Read the accepted parts, join them, write scores, links and findings."""
    given = Layered(**section)
    joined = join_teachers(
        pd.concat([read_table(path, TEACHER_SCORES) for path in scores], ignore_index=True),
        pd.concat([read_table(path, TEACHER_LINKS) for path in links], ignore_index=True),
        given.time,
        given.covariates,
        given.schools,
    )
    write_table(joined.scores, output["scores"], LAYERED_SCORES)
    write_table(joined.links, output["links"], LAYERED_LINKS)
    write_table(joined.findings, output["findings"], LAYERED_FINDINGS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.scores,
            snakemake.input.links,
            snakemake.params.section,
            dict(snakemake.output.items()),
        )
