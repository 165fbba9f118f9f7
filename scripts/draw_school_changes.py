"""Draw each school from the benchmark year to the latest year, and its change."""

from valueadded.config.stages import Figures
from valueadded.contracts.figures import SCHOOL_CHANGE_FIGURE
from valueadded.contracts.mixed import JOINT_CHANGES
from valueadded.figures.school_changes import draw_school_changes, select_school_changes
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(changes: str, domain: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_school_changes(read_table(changes, JOINT_CHANGES), domain)
    figure = draw_school_changes(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], SCHOOL_CHANGE_FIGURE)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.changes,
            snakemake.wildcards.domain,
            snakemake.params.figures,
            dict(snakemake.output.items()),
        )
