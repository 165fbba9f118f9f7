"""Figure: teachers of a domain in rank order, a panel for each year and year level."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from valueadded.contracts.layered_figures import TEACHER_CATERPILLAR
from valueadded.errors import ContractError
from valueadded.figures.caterpillar import LOOKS, ROOM_FOR_MARKERS
from valueadded.figures.layered import MODEL_WORDS, named_or_not, shown_model
from valueadded.figures.style import (
    INK,
    MOST_VECTOR_MARKS,
    house_style,
    in_words,
    new_figure,
)

MOST_PANELS = 9
"""Years and year levels drawn, the latest ones."""
COLUMNS = 3
PANEL_WIDTH_POINTS = 400.0
ROOM_FOR_NAMES = 6.5
"""Distance between teachers (points) below which their names would run together."""

GROUP = ["year", "year_level"]


def select_teacher_caterpillar(effects: pd.DataFrame, domain: str, named: bool) -> pd.DataFrame:
    """Return the teachers of a domain ranked from the lowest effect, in each of the latest years and levels.

    Effects that are not value added (no earlier test) are withheld.

    Parameters
    ----------
    named
        Whether the rows name teachers.

    Raises
    ------
    ContractError
        If the domain has no effect of a teacher.
    """
    teachers = effects[effects["layer"] == "teacher"]
    rows = teachers[(teachers["domain"] == domain) & (teachers["model"] == shown_model(teachers, domain))]
    groups = rows[GROUP].drop_duplicates().sort_values(GROUP).tail(MOST_PANELS)
    rows = rows.merge(groups, on=GROUP).sort_values([*GROUP, "effect", "teacher_id"], ignore_index=True)
    withheld = ~rows["value_added"]
    place = np.select(
        [withheld, rows["lower"] > 0, rows["upper"] < 0], ["withheld", "above", "below"], "not_separated"
    )
    values = ["effect", "lower", "upper"]
    rows[values] = rows[values].mask(withheld)
    return rows.assign(
        rank=rows.groupby(GROUP).cumcount() + 1,
        separation=pd.Series(place, dtype="str"),
        # The order of withheld effects is withheld too, and so no name stands beside it.
        teacher_id=named_or_not(rows["teacher_id"], named).mask(withheld),
    )[list(TEACHER_CATERPILLAR.columns)]


@house_style()
def draw_teacher_caterpillar(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: a panel for each year and year level, teachers from the lowest effect up."""
    if plotted.empty:
        raise ContractError("teacher_caterpillar: no teacher to draw; expected one row or more")
    groups = list(plotted.groupby(GROUP))
    columns = min(COLUMNS, len(groups))
    lines = -(-len(groups) // columns)
    model = MODEL_WORDS[plotted["model"].iloc[0]]
    title = f"{in_words(plotted['domain'].iloc[0])}: teachers in rank order, {model}"
    figure = new_figure(3.0 + 5.5 * lines, title)
    panels = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for axes, ((year, level), rows) in zip(panels.flat, groups, strict=False):
        axes.set_title(f"{year}, year level {level}")
        if (rows["separation"] == "withheld").all():
            _say_withheld(axes, len(rows))
        else:
            _draw_teachers(axes, rows, PANEL_WIDTH_POINTS / columns)
    for axes in panels.flat[len(groups) :]:
        axes.set_axis_off()
    low, high = plotted["lower"].min(), plotted["upper"].max()
    if np.isfinite(low):
        span = (high - low) or 1.0
        panels[0, 0].set_ylim(low - 0.05 * span, high + 0.3 * span)
    figure.supylabel(f"teacher effect ({unit})", fontsize=8)
    for axes in panels[-1]:
        axes.set_xlabel("teachers in order of effect")
    entries = [
        Line2D(
            [], [], color=colour, marker=marker, markerfacecolor=fill, markersize=4, linewidth=1, label=word
        )
        for colour, marker, fill, word in LOOKS.values()
    ]
    figure.legend(handles=entries, loc="outside lower center", ncols=3)
    return figure


def _say_withheld(axes: Axes, n_teachers: int) -> None:
    axes.text(
        0.5,
        0.5,
        f"{n_teachers:,} teachers withheld:\nno earlier test, so that an\neffect is level, not value added",
        transform=axes.transAxes,
        horizontalalignment="center",
        verticalalignment="center",
        fontsize=7,
    )
    axes.set_xticks([])


def _draw_teachers(axes: Axes, rows: pd.DataFrame, width: float) -> None:
    room = width / len(rows)
    apart = room > ROOM_FOR_MARKERS
    line, size = float(np.clip(0.45 * room, 0.2, 1.1)), float(np.clip(0.9 * room, 1.2, 4.0))
    crowded = len(rows) > MOST_VECTOR_MARKS
    axes.axhline(0, color=INK, linewidth=0.9, zorder=4)
    for separation, (colour, marker, fill, _) in LOOKS.items():
        part = rows[rows["separation"] == separation]
        axes.vlines(
            part["rank"], part["lower"], part["upper"], color=colour, linewidth=line, rasterized=crowded
        )
        axes.plot(
            part["rank"],
            part["effect"],
            marker if apart else "o",
            # Where marks run together, only a dark point shows within its interval.
            color=colour if apart else INK,
            markerfacecolor=fill if apart else INK,
            markersize=size,
            markeredgewidth=min(0.6, size / 4),
            zorder=3,
            rasterized=crowded,
        )
    counts = rows["separation"].value_counts()
    axes.text(
        0.04,
        0.97,
        "\n".join(f"{LOOKS[name][3]}: {int(counts.get(name, 0)):,}" for name in reversed(LOOKS)),
        transform=axes.transAxes,
        fontsize=6.5,
        verticalalignment="top",
    )
    axes.set_xlim(0, len(rows) + 1)
    if rows["teacher_id"].notna().all() and room > ROOM_FOR_NAMES:
        axes.set_xticks(rows["rank"], rows["teacher_id"], rotation=90, fontsize=5.5)
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
        axes.xaxis.set_major_formatter("{x:,.0f}")
