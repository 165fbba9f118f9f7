"""Draw correlations of school effects by lag, from the joint model and from effects of single years."""

from valueadded.config.stages import Figures
from valueadded.contracts.effects import YEAR_CORRELATIONS
from valueadded.contracts.figures import JOINT_CORRELATION_BY_LAG
from valueadded.contracts.mixed import JOINT_CORRELATIONS
from valueadded.figures import joint_correlation_by_lag as by_lag
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(joint: str, correlations: str, domain: str, figures: dict, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    plotted = by_lag.select_joint_correlation_by_lag(
        read_table(joint, JOINT_CORRELATIONS), read_table(correlations, YEAR_CORRELATIONS), domain
    )
    figure = by_lag.draw_joint_correlation_by_lag(plotted)
    save_figure(figure, output["png"], output["svg"], Figures(**figures).dots_per_inch)
    write_table(plotted, output["plotted"], JOINT_CORRELATION_BY_LAG)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files, output = snakemake.input, dict(snakemake.output.items())
        main(files.joint, files.correlations, snakemake.wildcards.domain, snakemake.params.figures, output)
