"""Figure: each school from the benchmark year to the latest year, and its change with interval."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from valueadded.contracts.figures import SCHOOL_CHANGE_FIGURE
from valueadded.errors import ContractError
from valueadded.figures.style import (
    DARK,
    INK,
    MIDDLE,
    MOST_VECTOR_MARKS,
    MUTED,
    crowd_width,
    house_style,
    in_words,
    new_figure,
)

MEASURES = {
    "benchmark": "Benchmark: from the frozen line,\nmovement of the system included",
    "relative": "Relative: from each year's own line,\nplace among schools",
}
# direction: colour, marker, words
LOOKS = {
    "open": (MUTED, "o", "interval of the change holds 0"),
    "fell": (MIDDLE, "v", "interval below 0"),
    "rose": (DARK, "^", "interval above 0"),
}
PANEL_WIDTH_POINTS = 190.0


def select_school_changes(changes: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return each school's change up to the latest year, from the benchmark line and relative.

    Where the benchmark year is the latest, changes run up to it from the year before in the table.

    Raises
    ------
    ContractError
        If the domain has no change.
    """
    rows = changes[changes["domain"] == domain]
    if rows.empty:
        raise ContractError(f"joint_changes: no change in domain '{domain}'; expected one for each school")
    rows = rows[rows["year_to"] == rows["year_to"].max()]
    rows = rows[rows["year_from"] == rows["year_from"].max()]
    parts = []
    for measure in MEASURES:
        part = rows[["domain", "school_id", "year_from", "year_to"]].assign(measure=measure)
        part = part.assign(
            effect_from=rows[f"{measure}_from"],
            effect_to=rows[f"{measure}_to"],
            change=rows[f"{measure}_change"],
            lower=rows[f"{measure}_lower"],
            upper=rows[f"{measure}_upper"],
        ).sort_values(["change", "school_id"], ignore_index=True)
        parts.append(part.assign(place=np.arange(1, len(part) + 1)))
    plotted = pd.concat(parts, ignore_index=True)
    direction = np.select([plotted["lower"] > 0, plotted["upper"] < 0], ["rose", "fell"], "open")
    plotted["direction"] = pd.Series(direction, dtype="str")
    return plotted.astype({"measure": "str"})[list(SCHOOL_CHANGE_FIGURE.columns)]


@house_style()
def draw_school_changes(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: a column for each measure, slopes above, sorted changes with intervals below."""
    first, last = int(plotted["year_from"].iloc[0]), int(plotted["year_to"].iloc[0])
    title = f"{in_words(plotted['domain'].iloc[0])}: schools in {first} and in {last}"
    figure = new_figure(15.5, title)
    panels = figure.subplots(2, len(MEASURES), sharey="row", height_ratios=[1.15, 1])
    for column, (measure, words) in enumerate(MEASURES.items()):
        rows = plotted[plotted["measure"] == measure]
        panels[0, column].set_title(words)
        _draw_slopes(panels[0, column], rows, first, last)
        _draw_sorted(panels[1, column], rows)
    panels[0, 0].set_ylabel(f"school effect ({unit})")
    panels[1, 0].set_ylabel(f"change, {first} to {last} ({unit})")
    entries = [
        Line2D([], [], color=colour, marker=marker, markersize=4, linewidth=1.2, label=words)
        for colour, marker, words in LOOKS.values()
    ]
    figure.legend(handles=entries, loc="outside lower center", ncols=3)
    return figure


def _draw_slopes(axes: Axes, rows: pd.DataFrame, first: int, last: int) -> None:
    width = crowd_width(len(rows))
    axes.axhline(0, color=INK, linewidth=0.9, zorder=5)
    for layer, (direction, (colour, marker, _)) in enumerate(LOOKS.items()):
        part = rows[rows["direction"] == direction]
        ends = part[["effect_from", "effect_to"]].to_numpy()
        lines = np.stack([np.broadcast_to([0.0, 1.0], ends.shape), ends], axis=2)
        crowded = len(rows) > MOST_VECTOR_MARKS
        axes.add_collection(
            LineCollection(list(lines), colors=colour, linewidths=width, zorder=2 + layer, rasterized=crowded)
        )
        axes.plot(
            np.tile([0.0, 1.0], len(part)),
            ends.ravel(),
            marker,
            color=colour,
            markersize=float(np.clip(60 / len(rows), 1.2, 4.0)),
            zorder=2 + layer,
            rasterized=crowded,
        )
    axes.set_xlim(-0.12, 1.12)
    axes.set_xticks([0, 1], [str(first), str(last)])
    means = rows[["effect_from", "effect_to"]].mean()
    axes.plot([0, 1], means, color=INK, linewidth=2.2, marker="o", markerfacecolor="white", zorder=6)
    axes.annotate(
        "mean of schools",
        (0.5, float(means.mean())),
        xytext=(0, 5),
        textcoords="offset points",
        horizontalalignment="center",
        fontsize=7,
        zorder=7,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
    )


def _draw_sorted(axes: Axes, rows: pd.DataFrame) -> None:
    room = PANEL_WIDTH_POINTS / len(rows)
    crowded = len(rows) > MOST_VECTOR_MARKS
    axes.axhline(0, color=INK, linewidth=0.9, zorder=4)
    for direction, (colour, marker, _) in LOOKS.items():
        part = rows[rows["direction"] == direction]
        line = float(np.clip(0.45 * room, 0.2, 1.1))
        axes.vlines(
            part["place"], part["lower"], part["upper"], color=colour, linewidth=line, rasterized=crowded
        )
        axes.plot(
            part["place"],
            part["change"],
            marker if room > 3.5 else ".",
            color=colour if room > 3.5 else INK,
            markersize=float(np.clip(0.9 * room, 1.2, 4.0)),
            markeredgewidth=0.3,
            zorder=3,
            rasterized=crowded,
        )
    counts = rows["direction"].value_counts()
    axes.text(
        0.03,
        0.97,
        "\n".join(f"{LOOKS[name][2]}: {int(counts.get(name, 0)):,}" for name in ("rose", "open", "fell")),
        transform=axes.transAxes,
        fontsize=7,
        verticalalignment="top",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
        zorder=6,
    )
    axes.set_xlabel("schools in order of change (1 = lowest)")
    axes.set_xlim(0, len(rows) + 1)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
