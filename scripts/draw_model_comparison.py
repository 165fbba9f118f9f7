"""Draw schools by Model 7 against Model 3."""

from valueadded.config.stages import Figures
from valueadded.contracts import location_scale as contracts
from valueadded.contracts.location_scale_figures import MODEL_COMPARISON
from valueadded.figures.location_scale import score_words
from valueadded.figures.model_comparison import draw_model_comparison, select_model_comparison
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(tables: dict, figures: dict, domain: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_model_comparison(
        read_table(tables["school_effects"], contracts.LOCATION_SCALE_EFFECTS), domain
    )
    unit = score_words(read_table(tables["fits"], contracts.LOCATION_SCALE_FITS), domain, settings.score_unit)
    figure = draw_model_comparison(plotted, unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], MODEL_COMPARISON)
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
