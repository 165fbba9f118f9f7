"""Draw the prior and outcome scores of the latest cohort."""

from valueadded.config.stages import Figures
from valueadded.contracts.intake import STUDENT_INTAKE
from valueadded.contracts.location_scale_figures import SCORE_DISTRIBUTIONS
from valueadded.figures.score_distributions import draw_score_distributions, select_score_distributions
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(tables: dict, prior_term: str, figures: dict, domain: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    columns = ["student_id", "domain", "year", "score", prior_term]
    plotted = select_score_distributions(read_table(tables["students"], STUDENT_INTAKE, columns), prior_term)
    words = {"prior": prior_term.replace("_", " "), "outcome": f"outcome score ({settings.score_unit})"}
    figure = draw_score_distributions(plotted, words)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], SCORE_DISTRIBUTIONS)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("figures", "prior_term")}
        domain = snakemake.wildcards.domain
        main(dict(snakemake.input.items()), **given, domain=domain, output=dict(snakemake.output.items()))
