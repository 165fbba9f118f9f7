"""Figure: schools of the latest year in rank order, with intervals of effect and of rank."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from valueadded.contracts.figures import CATERPILLAR
from valueadded.figures.selection import MODEL_WORDS, relative_and_benchmark
from valueadded.figures.style import (
    DARK,
    INK,
    MIDDLE,
    MOST_VECTOR_MARKS,
    MUTED,
    house_style,
    in_words,
    new_figure,
)

PANEL_WIDTH_POINTS = 200.0
ROOM_FOR_MARKERS = 3.5
"""Distance between schools (points) below which shapes and light fills no longer show."""
ROOM_FOR_COUNTS = 0.22
"""Height left free above the intervals, as a share of their range."""

# separation: colour, marker, fill, words
LOOKS = {
    "below": (MIDDLE, "v", MIDDLE, "interval below 0"),
    "not_separated": (MUTED, "o", "white", "interval holds 0"),
    "above": (DARK, "^", DARK, "interval above 0"),
}

SURE_OF_FIFTH = 0.9
"""Probability of the highest or lowest fifth from which a school is marked."""
# place: colour, words
SURE = {
    "bottom": (MIDDLE, "lowest fifth: probability 0.9 or more"),
    "open": (MUTED, "neither fifth sure"),
    "top": (DARK, "highest fifth: probability 0.9 or more"),
}


def select_caterpillar(effects: pd.DataFrame, ranks: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return the latest year's effects of each model, ranked from the lowest, and both kinds of interval."""
    rows = relative_and_benchmark(effects, domain)
    rows = rows[rows["year"] == rows["year"].max()]
    rows = rows.sort_values(
        ["model", "effect", "school_id"], ascending=[False, True, True], ignore_index=True
    )
    rows["rank"] = rows.groupby("model", sort=False).cumcount() + 1
    place = np.select([rows["lower"] > 0, rows["upper"] < 0], ["above", "below"], "not_separated")
    rows["separation"] = pd.Series(place, dtype="str")
    key = ["domain", "year", "model", "school_id"]
    further = [name for name in CATERPILLAR.columns if name not in rows.columns]
    rows = rows.merge(ranks[[*key, *further]], on=key, validate="one_to_one")
    return rows[list(CATERPILLAR.columns)]


@house_style()
def draw_caterpillar(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: a column for each model, schools from the lowest effect to the highest.

    Below its effect each school has the interval of its rank. Darker there are schools sure of their fifth.
    """
    models = list(dict.fromkeys(plotted["model"]))
    title = f"{in_words(plotted['domain'].iloc[0])} {plotted['year'].iloc[0]}: school effects in rank order"
    figure = new_figure(14.0, title)
    panels, below = figure.subplots(
        2, len(models), sharex="col", sharey="row", squeeze=False, height_ratios=[1.6, 1]
    )
    width = PANEL_WIDTH_POINTS * 2 / len(models)
    for axes, under, model in zip(panels, below, models, strict=True):
        rows = plotted[plotted["model"] == model]
        axes.set_title(MODEL_WORDS[model])
        under.set_xlabel("rank of the school (1 = lowest effect)")
        _draw_schools(axes, rows, width)
        _draw_ranks(under, rows, width)
    below[0].set_ylabel("interval of the rank")
    panels[0].set_ylabel(f"school effect ({unit})")
    low, high = float(plotted["lower"].min()), float(plotted["upper"].max())
    span = (high - low) or 1.0
    panels[0].set_ylim(low - 0.05 * span, high + ROOM_FOR_COUNTS * span)
    entries = [
        Line2D(
            [], [], color=colour, marker=marker, markerfacecolor=fill, markersize=4, linewidth=1, label=words
        )
        for colour, marker, fill, words in LOOKS.values()
    ]
    entries += [Line2D([], [], color=colour, linewidth=3, label=words) for colour, words in SURE.values()]
    figure.legend(handles=entries, loc="outside lower center", ncols=3)
    return figure


def _draw_ranks(axes: Axes, rows: pd.DataFrame, width: float) -> None:
    sure = np.select(
        [rows["p_top_quintile"] >= SURE_OF_FIFTH, rows["p_bottom_quintile"] >= SURE_OF_FIFTH],
        ["top", "bottom"],
        "open",
    )
    line = float(np.clip(0.7 * width / len(rows), 0.3, 4.0))
    for place, (colour, _) in SURE.items():
        part = rows[sure == place]
        # Half a rank more at either end: a rank that is certain would not be seen.
        axes.vlines(
            part["rank"],
            part["rank_lower"] - 0.5,
            part["rank_upper"] + 0.5,
            color=colour,
            linewidth=line,
            rasterized=len(rows) > MOST_VECTOR_MARKS,
        )
    axes.plot([1, len(rows)], [1, len(rows)], color=INK, linewidth=0.8, zorder=3)
    axes.set_ylim(0, len(rows) + 1)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.yaxis.set_major_formatter("{x:,.0f}")


def _draw_schools(axes: Axes, rows: pd.DataFrame, width: float) -> None:
    room = width / len(rows)
    line = float(np.clip(0.45 * room, 0.2, 1.1))
    marker_size = float(np.clip(0.9 * room, 1.2, 4.0))
    as_picture = len(rows) > MOST_VECTOR_MARKS
    axes.axhline(0, color=INK, linewidth=0.9, zorder=4)
    for separation, (colour, marker, fill, _) in LOOKS.items():
        part = rows[rows["separation"] == separation]
        # Where marks run together, only a dark point shows within its interval.
        apart = room > ROOM_FOR_MARKERS
        point = colour if apart else INK
        axes.vlines(
            part["rank"],
            part["lower"],
            part["upper"],
            color=colour,
            linewidth=line,
            zorder=2,
            rasterized=as_picture,
        )
        axes.plot(
            part["rank"],
            part["effect"],
            marker if apart else "o",
            color=point,
            markerfacecolor=fill if apart else INK,
            rasterized=as_picture,
            markersize=marker_size,
            markeredgewidth=min(0.6, marker_size / 4),
            zorder=3,
        )
    counts = rows["separation"].value_counts()
    axes.text(
        0.03,
        0.97,
        "\n".join(f"{LOOKS[name][3]}: {int(counts.get(name, 0)):,}" for name in reversed(LOOKS)),
        transform=axes.transAxes,
        fontsize=7,
        verticalalignment="top",
    )
    axes.set_xlim(0, len(rows) + 1)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter("{x:,.0f}")
