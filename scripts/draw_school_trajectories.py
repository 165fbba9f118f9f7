"""Draw each school's effect over the years, and the drift of the system."""

from valueadded.config.stages import Figures
from valueadded.contracts.benchmark import DRIFT
from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.contracts.figures import SCHOOL_TRAJECTORIES
from valueadded.figures.school_trajectories import draw_school_trajectories, select_school_trajectories
from valueadded.figures.style import save_figure
from valueadded.table_io import read_table, read_tables, write_csv, write_table


def main(
    effects: str, drift: list[str], domain: str, benchmark_years: list[int], figures: dict, output: dict
) -> None:
    """Read, select, draw; write the figure and, beside it, what it shows."""
    settings = Figures(**figures)
    plotted = select_school_trajectories(
        read_table(effects, SCHOOL_EFFECTS),
        read_tables(drift, DRIFT),
        domain,
        benchmark_years,
        settings.named_schools,
    )
    figure = draw_school_trajectories(plotted, settings.score_unit)
    save_figure(figure, output["png"], output["svg"], settings.dots_per_inch)
    write_table(plotted, output["plotted"], SCHOOL_TRAJECTORIES)
    write_csv(plotted, output["csv"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files, params, output = snakemake.input, snakemake.params, dict(snakemake.output.items())
        domain = snakemake.wildcards.domain
        main(files.effects, files.drift, domain, params.benchmark_years, params.figures, output)
