"""Figure: each school's relative effect against its benchmark effect, a panel for each year."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valueadded.contracts.figures import RELATIVE_AGAINST_BENCHMARK
from valueadded.errors import ConfigError
from valueadded.figures.selection import benchmark_model, effects_of
from valueadded.figures.style import (
    DARK,
    INK,
    MOST_VECTOR_MARKS,
    MUTED,
    PALE,
    WIDTH_CM,
    house_style,
    in_words,
    new_figure,
)


def select_relative_against_benchmark(
    effects: pd.DataFrame, correlations: pd.DataFrame, domain: str, benchmark_years: Collection[int]
) -> pd.DataFrame:
    """Return both effects of each school and year, with the correlation that the results state for the year.

    Raises
    ------
    ConfigError
        If no benchmark model was fitted.
    """
    model = benchmark_model(effects, domain)
    if model is None:
        raise ConfigError(
            f"benchmark: no benchmark model was fitted in domain '{domain}'; expected one to compare with"
        )
    wide = (
        effects_of(effects, domain, ["relative", model])
        .pivot(index=["year", "school_id"], columns="model", values="effect")
        .dropna()
        .rename(columns={model: "benchmark"})
        .reset_index()
    )
    wide["correlation"] = (
        wide["year"].map(_stated_correlations(correlations, domain, model)).astype("float64")
    )
    wide["benchmark_year"] = wide["year"].isin(list(benchmark_years))
    return wide.assign(domain=domain, benchmark_model=model)[list(RELATIVE_AGAINST_BENCHMARK.columns)]


def _stated_correlations(correlations: pd.DataFrame, domain: str, model: str) -> "pd.Series[float]":
    pair = {"relative", model}
    rows = correlations[
        (correlations["domain"] == domain)
        & (correlations["method"] == "shrunken")
        & (correlations["year_a"] == correlations["year_b"])
        & correlations["model_a"].isin(list(pair))
        & correlations["model_b"].isin(list(pair))
        & (correlations["model_a"] != correlations["model_b"])
    ]
    return rows.drop_duplicates("year_a").set_index("year_a")["correlation"]


@house_style()
def draw_relative_against_benchmark(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: a square panel for each year on common axes, with both zero lines and the identity.

    The numbers in the corners count the schools on different sides of zero under the two models.
    """
    years = sorted(set(plotted["year"]))
    columns = min(len(years), min((4, 3), key=lambda count: -len(years) % count))
    rows = -(-len(years) // columns)
    domain = in_words(plotted["domain"].iloc[0])
    height = 2.2 + rows * (min(9.0, (WIDTH_CM - 1.5) / columns) + 0.75)
    figure = new_figure(height, f"{domain}: relative against benchmark effects ({unit})")
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    panels = grid.ravel()
    ends = plotted[["relative", "benchmark"]].to_numpy(float)
    margin = 0.09 * float(np.ptp(ends)) or 1.0
    limits = float(ends.min()) - margin, float(ends.max()) + margin
    for axes, year in zip(panels, years, strict=False):
        _draw_panel(axes, plotted[plotted["year"] == year], year, limits, len(plotted) > MOST_VECTOR_MARKS)
    for axes in panels[len(years) :]:
        axes.set_visible(False)
    for axes in panels[len(years) - columns : len(years)]:
        axes.xaxis.set_tick_params(labelbottom=True)
        axes.set_xlabel("relative effect")
    for axes in grid[:, 0]:
        axes.set_ylabel("benchmark effect")
    entries: list[Line2D | Patch] = [
        Line2D([], [], linestyle="none", marker="o", color=DARK, markersize=3, label="a school"),
        Line2D([], [], color=INK, linewidth=0.8, linestyle=(0, (4, 2)), label="both effects equal"),
        Line2D(
            [],
            [],
            linestyle="none",
            marker="$12$",
            color=INK,
            markersize=7,
            markeredgewidth=0,
            label="schools that change sign",
        ),
    ]
    if plotted["benchmark_year"].any():
        entries.append(Patch(facecolor=PALE, label="benchmark year"))
    figure.legend(handles=entries, loc="outside lower center", ncols=4)
    return figure


def _draw_panel(
    axes: Axes, rows: pd.DataFrame, year: int, limits: tuple[float, float], as_picture: bool
) -> None:
    axes.axhline(0, color=MUTED, linewidth=0.7, zorder=1)
    axes.axvline(0, color=MUTED, linewidth=0.7, zorder=1)
    axes.plot(limits, limits, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=3)
    size = float(np.clip(900 / len(rows), 0.8, 9.0))
    axes.scatter(
        rows["relative"],
        rows["benchmark"],
        s=size,
        color=DARK,
        alpha=0.65,
        linewidths=0,
        zorder=2,
        rasterized=as_picture,
    )
    correlation = rows["correlation"].iloc[0]
    axes.set_title(str(year), loc="left")
    if not np.isnan(correlation):
        axes.set_title(f"r = {correlation:.3f}".replace("-", "\N{MINUS SIGN}"), loc="right")
    if rows["benchmark_year"].iloc[0]:
        axes.set_facecolor(PALE)
    gained = int(((rows["relative"] < 0) & (rows["benchmark"] > 0)).sum())
    lost = int(((rows["relative"] > 0) & (rows["benchmark"] < 0)).sum())
    axes.text(0.04, 0.96, f"{gained:,}", transform=axes.transAxes, fontsize=7, ha="left", va="top")
    axes.text(0.96, 0.04, f"{lost:,}", transform=axes.transAxes, fontsize=7, ha="right", va="bottom")
    axes.set_xlim(limits)
    axes.set_ylim(limits)
    axes.set_box_aspect(1)
