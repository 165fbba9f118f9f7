"""Draw relative against benchmark effects."""

from valueadded.config.stages import Figures
from valueadded.contracts.effects import SCHOOL_EFFECTS, YEAR_CORRELATIONS
from valueadded.contracts.figures import RELATIVE_AGAINST_BENCHMARK
from valueadded.figures.relative_against_benchmark import (
    draw_relative_against_benchmark,
    select_relative_against_benchmark,
)
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(
    effects: str, correlations: str, domain: str, benchmark_years: list[int], figures: dict, output: dict
) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_relative_against_benchmark(
        read_table(effects, SCHOOL_EFFECTS),
        read_table(correlations, YEAR_CORRELATIONS),
        domain,
        benchmark_years,
    )
    figure = draw_relative_against_benchmark(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], RELATIVE_AGAINST_BENCHMARK)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files, params, output = snakemake.input, snakemake.params, dict(snakemake.output.items())
        domain = snakemake.wildcards.domain
        main(files.effects, files.correlations, domain, params.benchmark_years, params.figures, output)
