"""Draw one school's standardised residual on each of its outcomes."""

from valueadded.config.stages import Figures
from valueadded.contracts.intake_adjusted import INTAKE_ADJUSTED_PERFORMANCE
from valueadded.contracts.intake_adjusted_figures import INTAKE_BARS
from valueadded.figures.intake_bars import draw_intake_bars, select_intake_bars
from valueadded.figures.style import save_figure
from valueadded.figures.whole_school import outcome_words_of
from valueadded.intake_adjusted import load_policy
from valueadded.table_io import read_table, write_csv, write_table


def main(read: dict, figures: dict, school_id: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings, policy = Figures(**figures), load_policy(read["policy"])
    performance = read_table(read["performance"], INTAKE_ADJUSTED_PERFORMANCE)
    plotted = select_intake_bars(performance, outcome_words_of(policy), school_id, policy.thresholds.band)
    save_figure(draw_intake_bars(plotted), output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], INTAKE_BARS)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            dict(snakemake.input.items()),
            snakemake.params.figures,
            snakemake.wildcards.school_id,
            dict(snakemake.output.items()),
        )
