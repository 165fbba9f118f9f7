"""Draw the correlations of school effects between years."""

from valueadded.config.stages import Figures
from valueadded.contracts.effects import YEAR_CORRELATIONS
from valueadded.contracts.figures import YEAR_CORRELATION_MATRIX
from valueadded.figures.style import save_figure
from valueadded.figures.year_correlations import draw_year_correlations, select_year_correlations
from valueadded.table_io import read_table, write_csv, write_table


def main(correlations: str, domain: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_year_correlations(read_table(correlations, YEAR_CORRELATIONS), domain)
    figure = draw_year_correlations(plotted)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], YEAR_CORRELATION_MATRIX)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.correlations,
            snakemake.wildcards.domain,
            snakemake.params.figures,
            dict(snakemake.output.items()),
        )
