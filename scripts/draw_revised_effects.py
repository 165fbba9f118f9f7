"""Draw teacher effects revised by later scores against the first ones."""

from valueadded.config.stages import Figures
from valueadded.contracts.layered_figures import REVISED_EFFECTS
from valueadded.contracts.layered_teachers import LAYERED_REVISIONS
from valueadded.figures.revised_effects import draw_revised_effects, select_revised_effects
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(revisions: str, domain: str, named: bool, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_revised_effects(read_table(revisions, LAYERED_REVISIONS), domain, named)
    figure = draw_revised_effects(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], REVISED_EFFECTS)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given, domain = snakemake.params, snakemake.wildcards.domain
        output = dict(snakemake.output.items())
        main(snakemake.input.revisions, domain, given.named, given.figures, output)
