"""Draw means and variances of the schools of the latest cohort in rank order."""

from valueadded.config.stages import Figures
from valueadded.contracts import location_scale as contracts
from valueadded.contracts.location_scale_figures import TWIN_CATERPILLAR
from valueadded.figures.location_scale import score_words
from valueadded.figures.style import save_figure
from valueadded.figures.twin_caterpillar import draw_twin_caterpillar, select_twin_caterpillar
from valueadded.table_io import read_table, write_csv, write_table


def main(tables: dict, figures: dict, domain: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    fitted = read_table(tables["fits"], contracts.LOCATION_SCALE_FITS)
    effects = read_table(tables["school_effects"], contracts.LOCATION_SCALE_EFFECTS)
    plotted = select_twin_caterpillar(effects, fitted, domain)
    figure = draw_twin_caterpillar(plotted, score_words(fitted, domain, settings.score_unit))
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], TWIN_CATERPILLAR)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            dict(snakemake.input.items()),
            snakemake.params.figures,
            snakemake.wildcards.domain,
            dict(snakemake.output.items()),
        )
