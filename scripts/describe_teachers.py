"""Join scores and teachers of the layered models, and describe what needs no model."""

from valueadded.config.layered import Layered
from valueadded.contracts import layered_records as records
from valueadded.contracts import layered_teachers as tables
from valueadded.layered import describe_teachers
from valueadded.table_io import read_tables, write_table


def main(scores: list[str], links: list[str], section: dict, output: dict) -> None:
    """Read the accepted parts, join them, write the records, tracks and simple measures."""
    given = Layered(**section)
    found = describe_teachers(
        read_tables(scores, records.TEACHER_SCORES),
        read_tables(links, records.TEACHER_LINKS),
        given.time,
        given.covariates,
        given.schools,
        given.unscored,
    )
    write_table(found.records.scores, output["scores"], records.LAYERED_SCORES)
    write_table(found.records.links, output["links"], records.LAYERED_LINKS)
    write_table(found.records.findings, output["findings"], tables.LAYERED_FINDINGS)
    write_table(found.tracks.tracks, output["tracks"], tables.LAYERED_TRACKS)
    write_table(found.tracks.track_links, output["track_links"], tables.LAYERED_TRACK_LINKS)
    write_table(found.comparators, output["comparators"], tables.LAYERED_COMPARATORS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files, given = snakemake.input, snakemake.params
        main(files.scores, files.links, given.section, dict(snakemake.output.items()))
