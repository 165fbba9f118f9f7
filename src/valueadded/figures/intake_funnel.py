"""Figure: residuals against the number of students, with limits for schools of that size."""

from textwrap import fill
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from valueadded.contracts.intake_adjusted_figures import INTAKE_FUNNEL
from valueadded.errors import ContractError
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
from valueadded.figures.whole_school import add_foot
from valueadded.intake_adjusted.funnel import spread_by_size

# column of the limit: share of schools within it, dashes, words
LIMITS: dict[str, tuple[float, Literal["-", "--"], str]] = {
    "limit_95": (0.95, "--", "95 of 100 schools of that size"),
    "limit_998": (0.998, "-", "998 of 1,000"),
}


def select_intake_funnel(performance: pd.DataFrame, outcome: str, window: str, words: str) -> pd.DataFrame:
    """Return the schools of an outcome with a result and a count of students, and the limits of their size.

    Limits are estimated in each group from the schools that are not capped, as real differences of schools
    plus what falls with the number of students.

    Raises
    ------
    ContractError
        If no school has both.
    """
    rows = performance[(performance["outcome"] == outcome) & (performance["window"] == window)]
    has = rows["standardised_residual"].notna() & (rows["n_students"] > 0)
    if not has.any():
        raise ContractError(
            f"performance: no school has a result and n_students for outcome '{outcome}', window '{window}'"
        )
    parts = []
    for group, shown in rows[has].groupby("group", sort=True):
        inside = shown["status"] == "published"
        students = shown["n_students"].to_numpy(np.float64)
        found = spread_by_size(
            shown.loc[inside, "standardised_residual"].to_numpy(np.float64), students[inside.to_numpy()]
        )
        limits = {
            name: np.nan if found is None else found.limit(students, share)
            for name, (share, _, _) in LIMITS.items()
        }
        without = ~has & (rows["group"] == group)
        parts.append(shown.assign(**limits, n_without=int(without.sum())))
    table = pd.concat(parts).assign(words=pd.array([words] * int(has.sum()), dtype="str"))
    return table.sort_values(["group", "school_id"], ignore_index=True)[list(INTAKE_FUNNEL.columns)]


@house_style()
def draw_intake_funnel(plotted: pd.DataFrame) -> Figure:
    """Return the figure: a panel for each group of schools."""
    first = plotted.iloc[0]
    window = "latest year" if first["window"] == "LY" else "mean of years to"
    groups = list(dict.fromkeys(plotted["group"]))
    title = f"{in_words(first['words'])}, {window} {first['calendar_year']}"
    figure = new_figure(3.6 + 6.4 * len(groups), fill(title, 72))
    panels = figure.subplots(len(groups), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, group in zip(panels, groups, strict=True):
        _draw_group(axes, plotted[plotted["group"] == group])
    panels[-1].set_xlabel("students behind the outcome, all years of the window (logarithmic)")
    entries = [
        Line2D([], [], color=INK, linewidth=0.9, linestyle=dashes, label=f"holds {words}")
        for _, dashes, words in LIMITS.values()
    ]
    for colour, shape, words in (
        (MUTED, "o", "within the limits"),
        (DARK, "^", "above"),
        (MIDDLE, "v", "below"),
    ):
        entries.append(Line2D([], [], color=colour, marker=shape, markersize=4, linewidth=0, label=words))
    entries.append(Line2D([], [], color=INK, marker="x", markersize=4, linewidth=0, label="capped"))
    add_foot(figure, entries, 3)
    return figure


def _draw_group(axes: Axes, rows: pd.DataFrame) -> None:
    residual, outer = rows["standardised_residual"], rows["limit_95"]
    capped = rows["status"] == "capped"
    place = np.select([capped, residual > outer, residual < -outer], ["capped", "above", "below"], "within")
    for name, colour, shape in (
        ("within", MUTED, "o"),
        ("above", DARK, "^"),
        ("below", MIDDLE, "v"),
        ("capped", INK, "x"),
    ):
        part = rows[place == name]
        axes.plot(
            part["n_students"],
            part["standardised_residual"],
            shape,
            color=colour,
            markersize=3.2,
            rasterized=len(rows) > MOST_VECTOR_MARKS,
            zorder=2,
        )
    axes.axhline(0, color=INK, linewidth=0.7, zorder=1)
    ordered = rows.drop_duplicates("n_students").sort_values("n_students")
    students = ordered["n_students"].to_numpy(np.float64)
    # Schools of one size still have limits to be seen.
    ends = students[[0, -1]] * [0.9, 1.1]
    for name, (_, dashes, _) in LIMITS.items():
        limit = ordered[name].to_numpy(np.float64)
        for side in (-1.0, 1.0):
            axes.plot(
                [ends[0], *students, ends[1]],
                side * np.array([limit[0], *limit, limit[-1]]),
                color=INK,
                linewidth=0.9,
                linestyle=dashes,
            )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("standardised residual")
    beyond = int(np.isin(place, ["above", "below"]).sum())
    judged = int((~capped).sum())
    words = f"{beyond} of {judged} beyond the inner limits" if outer.notna().all() else "too few for limits"
    axes.set_title(
        f"{in_words(rows['group'].iloc[0])}: {words}, {int(capped.sum())} capped, "
        f"{rows['n_without'].iloc[0]} without a result"
    )
