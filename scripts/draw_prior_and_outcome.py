"""Draw the movement of the prior score beside the drift of the outcome."""

from valueadded.config.stages import Figures
from valueadded.contracts.benchmark import PRIOR_DRIFT
from valueadded.contracts.figures import PRIOR_AND_OUTCOME
from valueadded.figures.prior_and_outcome import draw_prior_and_outcome, select_prior_and_outcome
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(prior_drift: str, domain: str, benchmark_years: list[int], figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_prior_and_outcome(read_table(prior_drift, PRIOR_DRIFT), domain, benchmark_years)
    figure = draw_prior_and_outcome(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], PRIOR_AND_OUTCOME)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        params, output = snakemake.params, dict(snakemake.output.items())
        domain = snakemake.wildcards.domain
        main(snakemake.input.prior_drift, domain, params.benchmark_years, params.figures, output)
