"""Draw means against variances of the schools of the latest cohort."""

from valueadded.config.stages import Figures
from valueadded.contracts import location_scale as contracts
from valueadded.contracts.location_scale_figures import MEANS_AGAINST_VARIANCES
from valueadded.figures.location_scale import score_words
from valueadded.figures.means_against_variances import (
    draw_means_against_variances,
    select_means_against_variances,
)
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(tables: dict, figures: dict, domain: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    fitted = read_table(tables["fits"], contracts.LOCATION_SCALE_FITS)
    effects = read_table(tables["school_effects"], contracts.LOCATION_SCALE_EFFECTS)
    pairs = read_table(tables["covariance"], contracts.LOCATION_SCALE_COVARIANCE)
    plotted = select_means_against_variances(effects, pairs, fitted, domain)
    figure = draw_means_against_variances(plotted, score_words(fitted, domain, settings.score_unit))
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], MEANS_AGAINST_VARIANCES)
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
