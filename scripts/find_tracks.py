"""Find the tracks: groups of teachers whom no student connects."""

from valueadded.config.layered import Layered
from valueadded.contracts.layered_records import LAYERED_LINKS, LAYERED_SCORES
from valueadded.contracts.layered_teachers import LAYERED_TRACK_LINKS, LAYERED_TRACKS
from valueadded.layered import find_tracks
from valueadded.table_io import read_table, write_table


def main(scores: str, links: str, section: dict, output: dict) -> None:
    """Read the joined records, find the tracks, write them."""
    given = Layered(**section)
    found = find_tracks(
        read_table(scores, LAYERED_SCORES),
        read_table(links, LAYERED_LINKS),
        given.unscored,
        given.schools,
        given.time,
    )
    write_table(found.tracks, output["tracks"], LAYERED_TRACKS)
    write_table(found.track_links, output["track_links"], LAYERED_TRACK_LINKS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.scores,
            snakemake.input.links,
            snakemake.params.section,
            dict(snakemake.output.items()),
        )
