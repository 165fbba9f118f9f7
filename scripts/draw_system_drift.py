"""Draw the drift of the system by year, with its parts and interval."""

from valueadded.config.stages import Figures
from valueadded.contracts.benchmark import DRIFT
from valueadded.contracts.figures import SYSTEM_DRIFT
from valueadded.figures.style import save_figure
from valueadded.figures.system_drift import draw_system_drift, select_system_drift
from valueadded.table_io import read_table, write_csv, write_table


def main(drift: str, domain: str, benchmark_years: list[int], figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_system_drift(read_table(drift, DRIFT), domain, benchmark_years)
    figure = draw_system_drift(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], SYSTEM_DRIFT)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        params, output = snakemake.params, dict(snakemake.output.items())
        domain = snakemake.wildcards.domain
        main(snakemake.input.drift, domain, params.benchmark_years, params.figures, output)
