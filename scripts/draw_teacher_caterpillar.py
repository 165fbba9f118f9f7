"""Draw the teachers of a domain in rank order, by year and year level."""

from valueadded.config.stages import Figures
from valueadded.contracts.layered import LAYERED_EFFECTS
from valueadded.contracts.layered_figures import TEACHER_CATERPILLAR
from valueadded.figures.style import save_figure
from valueadded.figures.teacher_caterpillar import draw_teacher_caterpillar, select_teacher_caterpillar
from valueadded.table_io import read_table, write_csv, write_table


def main(effects: str, domain: str, named: bool, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_teacher_caterpillar(read_table(effects, LAYERED_EFFECTS), domain, named)
    figure = draw_teacher_caterpillar(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], TEACHER_CATERPILLAR)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given, domain = snakemake.params, snakemake.wildcards.domain
        output = dict(snakemake.output.items())
        main(snakemake.input.effects, domain, given.named, given.figures, output)
