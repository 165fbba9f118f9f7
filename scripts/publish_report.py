"""Make the report page from the release tables alone."""

from pathlib import Path

from valueadded.config.stages import Figures
from valueadded.contracts.published import PUBLISHED
from valueadded.figures.release import draw_release_figures
from valueadded.publish.report import ReportTexts, render_report
from valueadded.table_io import read_table, write_text


def main(tables: list[str], texts: dict, figures: dict, page: str) -> None:
    """Read the release, draw, write the page."""
    given = Figures(**figures)
    release = {Path(path).stem: read_table(path, PUBLISHED[Path(path).stem]) for path in tables}
    words = ReportTexts(unit=given.score_unit, **texts)
    pictures = draw_release_figures(release, given.score_unit, given.dots_per_inch)
    write_text(render_report(release, words, pictures), page)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.tables, snakemake.params.texts, snakemake.params.figures, snakemake.output[0])
