"""Draw the validation study: every method in every scenario."""

from valueadded.config.stages import Figures
from valueadded.contracts.validate_benchmark import MATRIX, SUMMARY
from valueadded.figures.benchmark_validation import draw_benchmark_validation, select_benchmark_validation
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(summary: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_benchmark_validation(read_table(summary, SUMMARY))
    figure = draw_benchmark_validation(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], MATRIX)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.input.summary, snakemake.params.figures, dict(snakemake.output.items()))
