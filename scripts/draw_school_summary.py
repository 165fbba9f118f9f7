"""Draw one school on all its outcomes, with intervals and the probability of each band."""

from valueadded.config.stages import Figures
from valueadded.contracts import intake_adjusted as contracts
from valueadded.contracts.intake_adjusted_figures import SCHOOL_SUMMARY
from valueadded.figures.school_summary import draw_school_summary, select_school_summary
from valueadded.figures.style import save_figure
from valueadded.figures.whole_school import outcome_words_of
from valueadded.intake_adjusted import load_policy
from valueadded.table_io import read_table, write_csv, write_table


def main(read: dict, figures: dict, confidence: float, school_id: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings, policy = Figures(**figures), load_policy(read["policy"])
    performance = read_table(read["performance"], contracts.INTAKE_ADJUSTED_PERFORMANCE)
    uncertainty = read_table(read["uncertainty"], contracts.INTAKE_ADJUSTED_UNCERTAINTY)
    plotted = select_school_summary(
        performance, uncertainty, outcome_words_of(policy), school_id, policy.thresholds.band, confidence
    )
    figure = draw_school_summary(plotted, confidence)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], SCHOOL_SUMMARY)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("figures", "confidence")}
        school_id, written = snakemake.wildcards.school_id, dict(snakemake.output.items())
        main(dict(snakemake.input.items()), **given, school_id=school_id, output=written)
