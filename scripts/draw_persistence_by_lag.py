"""Draw how much of an effect acts on later scores."""

from valueadded.config.stages import Figures
from valueadded.contracts.layered import LAYERED_PERSISTENCE
from valueadded.contracts.layered_figures import PERSISTENCE_BY_LAG
from valueadded.figures.persistence_by_lag import draw_persistence_by_lag, select_persistence_by_lag
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(persistence: str, domain: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_persistence_by_lag(read_table(persistence, LAYERED_PERSISTENCE), domain)
    figure = draw_persistence_by_lag(plotted, domain)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], PERSISTENCE_BY_LAG)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given, domain = snakemake.params, snakemake.wildcards.domain
        output = dict(snakemake.output.items())
        main(snakemake.input.persistence, domain, given.figures, output)
