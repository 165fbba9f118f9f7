"""Figures of the report, drawn from the release tables alone."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from valueadded.figures.style import (
    BRIGHT,
    DARK,
    INK,
    MIDDLE,
    MUTED,
    house_style,
    in_words,
    new_figure,
    render_png,
)
from valueadded.figures.years import draw_year_axis

HEIGHT_CM = 6.5
HIGHEST_BARS = 24


@house_style()
def draw_release_drift(drift: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: the published drift of every domain by year, a panel each, with its interval."""
    rows = drift[drift["basis"] == "student"]
    domains = sorted(set(rows["domain"]))
    figure = new_figure(HEIGHT_CM, "How the whole system moved since the benchmark")
    panels = figure.subplots(1, len(domains), sharey=True, squeeze=False)[0]
    for axes, domain in zip(panels, domains, strict=True):
        part = rows[rows["domain"] == domain]
        draw_year_axis(axes, sorted(set(part["year"])), [], panels=len(domains))
        axes.axhline(0, color=INK, linewidth=0.7, zorder=1)
        axes.vlines(part["year"], part["lower"], part["upper"], color=BRIGHT, linewidth=5, zorder=2)
        axes.plot(
            part["year"], part["drift"], "o", markersize=5, markerfacecolor="white", markeredgecolor=DARK
        )
        axes.set_title(in_words(domain))
    panels[0].set_ylabel(f"drift ({unit})")
    return figure


@house_style()
def draw_release_effects(effects: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: published effects of the latest year, by whether their interval holds 0.

    Bars, not points: a point would be one school, and its place on the axis its exact effect.
    """
    rows = effects[effects["status"].eq("published") & effects["model"].eq("relative")]
    rows = rows[rows["year"] == rows.groupby("domain")["year"].transform("max")]
    domains = sorted(set(rows["domain"]))
    figure = new_figure(HEIGHT_CM, "School effects of the latest year")
    panels = figure.subplots(1, max(1, len(domains)), sharey=True, squeeze=False)[0]
    for axes, domain in zip(panels, domains, strict=False):
        part = rows[rows["domain"] == domain]
        edges = np.histogram_bin_edges(part["effect"], bins=min(HIGHEST_BARS, max(4, len(part) // 8)))
        sides = [part["upper"] < 0, (part["lower"] <= 0) & (part["upper"] >= 0), part["lower"] > 0]
        axes.hist(
            [part.loc[side, "effect"] for side in sides],
            bins=edges.tolist(),
            stacked=True,
            color=[MIDDLE, MUTED, DARK],
            edgecolor="white",
            linewidth=0.4,
            label=["interval below 0", "interval holds 0", "interval above 0"],
        )
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_title(f"{in_words(domain)} {part['year'].iloc[0]}")
        axes.set_xlabel(f"school effect ({unit})")
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    panels[0].set_ylabel("schools")
    if domains:
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def draw_release_figures(
    tables: Mapping[str, pd.DataFrame], unit: str, dots_per_inch: int
) -> dict[str, tuple[str, bytes]]:
    """Return name -> caption and PNG of every figure of the report that the release has tables for."""
    found = {}
    if "system_drift" in tables:
        figure = draw_release_drift(tables["system_drift"], unit)
        caption = "Drift of the whole system by year of the outcome test, with its interval."
        found["drift"] = (caption, render_png(figure, dots_per_inch))
    figure = draw_release_effects(tables["school_effects"], unit)
    caption = "How many schools have which effect in the latest year, and whether their interval holds 0."
    found["effects"] = (caption, render_png(figure, dots_per_inch))
    return found
