"""Draw the distribution of school effects by year."""

from valueadded.config.stages import Figures
from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.contracts.figures import EFFECT_DISTRIBUTION
from valueadded.figures.effect_distribution import draw_effect_distribution, select_effect_distribution
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(effects: str, domain: str, benchmark_years: list[int], figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_effect_distribution(read_table(effects, SCHOOL_EFFECTS), domain, benchmark_years)
    figure = draw_effect_distribution(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], EFFECT_DISTRIBUTION)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.effects,
            snakemake.wildcards.domain,
            snakemake.params.benchmark_years,
            snakemake.params.figures,
            dict(snakemake.output.items()),
        )
