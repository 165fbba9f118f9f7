"""Draw the chains of the latest cohort: traces and autocorrelations."""

from valueadded.config.stages import Figures
from valueadded.contracts import location_scale_chains as contracts
from valueadded.figures.sampling_trace import draw_sampling_trace, select_sampling_trace
from valueadded.figures.style import in_words, save_figure
from valueadded.table_io import read_table, write_csv, write_table


def main(tables: dict, figures: dict, domain: str, output: dict) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    traces = read_table(tables["traces"], contracts.LOCATION_SCALE_TRACES)
    near = read_table(tables["autocorrelations"], contracts.LOCATION_SCALE_AUTOCORRELATIONS)
    plotted, near = select_sampling_trace(traces, near, domain)
    first = plotted.iloc[0]
    title = f"{in_words(domain)} {first['year']}: chains of {first['model']}"
    figure = draw_sampling_trace(plotted, near, title)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], contracts.SAMPLING_TRACE)
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
