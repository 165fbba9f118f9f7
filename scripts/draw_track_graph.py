"""Draw which teachers passed students to which, tracks apart."""

from valueadded.config.stages import Figures
from valueadded.contracts.layered import LAYERED_EFFECTS
from valueadded.contracts.layered_figures import TRACK_GRAPH
from valueadded.contracts.layered_teachers import LAYERED_TRACK_LINKS
from valueadded.figures.style import save_figure
from valueadded.figures.track_graph import draw_track_graph, select_track_graph
from valueadded.table_io import read_table, write_csv, write_table


def main(effects: str, links: str, domain: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_track_graph(
        read_table(effects, LAYERED_EFFECTS), read_table(links, LAYERED_TRACK_LINKS), domain
    )
    figure = draw_track_graph(plotted)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], TRACK_GRAPH)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given, domain = snakemake.params, snakemake.wildcards.domain
        output = dict(snakemake.output.items())
        main(snakemake.input.effects, snakemake.input.links, domain, given.figures, output)
