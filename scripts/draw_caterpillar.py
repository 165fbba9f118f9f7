"""Draw the schools of the latest year in rank order."""

from valueadded.config.stages import Figures
from valueadded.contracts.effects import RANKS, SCHOOL_EFFECTS
from valueadded.contracts.figures import CATERPILLAR
from valueadded.figures.caterpillar import draw_caterpillar, select_caterpillar
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(effects: str, ranks: str, domain: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_caterpillar(read_table(effects, SCHOOL_EFFECTS), read_table(ranks, RANKS), domain)
    figure = draw_caterpillar(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], CATERPILLAR)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.effects,
            snakemake.input.ranks,
            snakemake.wildcards.domain,
            snakemake.params.figures,
            dict(snakemake.output.items()),
        )
