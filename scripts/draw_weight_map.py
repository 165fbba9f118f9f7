"""Draw whose scores count how much in one teacher's effect."""

from valueadded.config.stages import Figures
from valueadded.contracts.layered_figures import WEIGHT_MAP
from valueadded.contracts.layered_teachers import LAYERED_WEIGHTS
from valueadded.figures.style import save_figure
from valueadded.figures.weight_map import draw_weight_map, select_weight_map
from valueadded.table_io import read_table, write_csv, write_table


def main(weights: str, domain: str, teachers: list, named: bool, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_weight_map(read_table(weights, LAYERED_WEIGHTS), domain, teachers, named)
    figure = draw_weight_map(plotted, domain, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], WEIGHT_MAP)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given, domain = snakemake.params, snakemake.wildcards.domain
        output = dict(snakemake.output.items())
        main(snakemake.input.weights, domain, given.teachers, given.named, given.figures, output)
