"""Draw the residual of every school on one outcome against its number of students."""

from valueadded.config.stages import Figures
from valueadded.contracts.intake_adjusted import INTAKE_ADJUSTED_PERFORMANCE
from valueadded.contracts.intake_adjusted_figures import INTAKE_FUNNEL
from valueadded.figures.intake_funnel import draw_intake_funnel, select_intake_funnel
from valueadded.figures.style import save_figure
from valueadded.figures.whole_school import outcome_words_of
from valueadded.intake_adjusted import load_policy
from valueadded.table_io import read_table, write_csv, write_table


def main(read: dict, figures: dict, variable: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings, policy = Figures(**figures), load_policy(read["policy"])
    performance = read_table(read["performance"], INTAKE_ADJUSTED_PERFORMANCE)
    outcome = policy.variable(variable, outcome=True)
    _, words = outcome_words_of(policy)[outcome.measure]
    plotted = select_intake_funnel(performance, outcome.measure, outcome.window, words)
    save_figure(draw_intake_funnel(plotted), output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], INTAKE_FUNNEL)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            dict(snakemake.input.items()),
            snakemake.params.figures,
            snakemake.wildcards.variable,
            dict(snakemake.output.items()),
        )
