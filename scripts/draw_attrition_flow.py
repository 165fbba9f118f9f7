"""Draw the way from test records to matched cohorts."""

from valueadded.config.stages import Figures
from valueadded.contracts.cohorts import ATTRITION
from valueadded.contracts.figures import ATTRITION_FLOW
from valueadded.figures.attrition_flow import draw_attrition_flow, select_attrition_flow
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(attrition: str, domain: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_attrition_flow(read_table(attrition, ATTRITION), domain)
    figure = draw_attrition_flow(plotted)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], ATTRITION_FLOW)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.attrition,
            snakemake.wildcards.domain,
            snakemake.params.figures,
            dict(snakemake.output.items()),
        )
