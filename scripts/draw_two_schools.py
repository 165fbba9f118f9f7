"""Draw what each model lets differ between two schools."""

from valueadded.config.stages import Figures
from valueadded.contracts import location_scale as contracts
from valueadded.contracts.intake import STUDENT_INTAKE
from valueadded.contracts.location_scale_figures import TWO_SCHOOLS
from valueadded.figures.location_scale import score_words
from valueadded.figures.style import save_figure
from valueadded.figures.two_schools import draw_two_schools, select_two_schools
from valueadded.table_io import read_table, write_csv, write_table


def main(tables: dict, prior_term: str, figures: dict, domain: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    prior = read_table(tables["students"], STUDENT_INTAKE, ["student_id", prior_term])[prior_term]
    found = read_table(tables["coefficients"], contracts.LOCATION_SCALE_COEFFICIENTS)
    pairs = read_table(tables["covariance"], contracts.LOCATION_SCALE_COVARIANCE)
    plotted = select_two_schools(found, pairs, prior, prior_term, domain)
    unit = score_words(read_table(tables["fits"], contracts.LOCATION_SCALE_FITS), domain, settings.score_unit)
    figure = draw_two_schools(plotted, prior_term.replace("_", " "), unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], TWO_SCHOOLS)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("figures", "prior_term")}
        domain = snakemake.wildcards.domain
        main(dict(snakemake.input.items()), **given, domain=domain, output=dict(snakemake.output.items()))
