"""Figure: the drift of the whole system by year, with its interval and its two parts."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valueadded.contracts.figures import SYSTEM_DRIFT
from valueadded.errors import ContractError
from valueadded.figures.style import BRIGHT, DARK, INK, MIDDLE, MUTED, PALE, house_style, in_words, new_figure
from valueadded.figures.years import draw_year_axis

SHIFTS = {"student": -0.0, "school": 0.24}


def select_system_drift(drift: pd.DataFrame, domain: str, benchmark_years: Collection[int]) -> pd.DataFrame:
    """Return the drift of a domain, student basis first, with the ends of the interval without links.

    Raises
    ------
    ContractError
        If the domain has no drift.
    """
    rows = drift[drift["domain"] == domain]
    if rows.empty:
        raise ContractError(f"drift: no row of domain '{domain}'; expected one for each year and basis")
    # The interval is drift -/+ z x std_error, so the part without links is the same share of both.
    total = rows["std_error"].where(rows["std_error"] > 0, 1.0)
    share = rows["sampling_std_error"] / total
    rows = rows.assign(
        sampling_lower=rows["drift"] - share * (rows["drift"] - rows["lower"]),
        sampling_upper=rows["drift"] + share * (rows["upper"] - rows["drift"]),
        benchmark_year=rows["year"].isin(list(benchmark_years)),
    )
    rows = rows.sort_values(["basis", "year"], ascending=[False, True], ignore_index=True)
    return rows[list(SYSTEM_DRIFT.columns)]


@house_style()
def draw_system_drift(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: drift with a two-tone interval above, intercept and slope part below."""
    name = in_words(plotted["domain"].iloc[0])
    figure = new_figure(13.0, f"{name}: how the whole system moved since the benchmark")
    upper, lower = figure.subplots(2, 1, height_ratios=[3, 2])
    years = sorted(set(plotted["year"]))
    marked = sorted(set(plotted.loc[plotted["benchmark_year"], "year"]))
    for axes in (upper, lower):
        draw_year_axis(axes, years, marked)
        axes.axhline(0, color=INK, linewidth=0.7, zorder=1)
    upper.tick_params(labelbottom=False)
    upper.set_title("Drift at the benchmark cohort's mean intake")
    lower.set_title("Its two parts, each student counting once")
    linked = bool((plotted["sampling_std_error"] < plotted["std_error"]).any())
    for basis in ("school", "student"):
        _draw_drift(upper, plotted[plotted["basis"] == basis], basis)
    _draw_parts(lower, plotted[plotted["basis"] == "student"])
    upper.set_ylabel(f"drift ({unit})")
    lower.set_ylabel(f"part ({unit})")
    lower.set_xlabel("year of the outcome test")
    figure.legend(handles=_entries(linked, bool(marked)), loc="outside lower center", ncols=2)
    return figure


def _draw_drift(axes: Axes, rows: pd.DataFrame, basis: str) -> None:
    head = basis == "student"
    at = rows["year"] + SHIFTS[basis]
    layer = 4 if head else 2
    width = 5.0 if head else 2.5
    axes.vlines(
        at, rows["lower"], rows["upper"], color=BRIGHT if head else PALE, linewidth=width, zorder=layer
    )
    inner = DARK if head else MUTED
    axes.vlines(
        at, rows["sampling_lower"], rows["sampling_upper"], color=inner, linewidth=width, zorder=layer
    )
    look: dict[str, Any] = {"markersize": 6 if head else 4, "markerfacecolor": "white", "zorder": layer + 1}
    axes.plot(at, rows["drift"], "o" if head else "D", markeredgecolor=inner, **look)


def _draw_parts(axes: Axes, rows: pd.DataFrame) -> None:
    for shift, part, colour, hatch in (
        (-0.17, "intercept_part", DARK, ""),
        (0.17, "slope_part", MIDDLE, "////"),
    ):
        axes.bar(
            rows["year"] + shift,
            rows[part],
            0.3,
            color=colour if not hatch else "white",
            edgecolor=colour,
            hatch=hatch,
            zorder=2,
        )
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -np.abs(high) * 0.1), max(high, np.abs(low) * 0.1))


def _entries(linked: bool, marked: bool) -> list[Line2D | Patch]:
    point: dict[str, Any] = {"marker": "o", "markerfacecolor": "white", "markersize": 5}
    entries: list[Line2D | Patch] = [
        Line2D(
            [], [], color=DARK, linewidth=4, label="each student once: drift, interval from sampling", **point
        )
    ]
    if linked:
        entries.append(Patch(facecolor=BRIGHT, label="the same, with the error of the scale link"))
    entries += [
        Line2D(
            [],
            [],
            color=MUTED,
            linewidth=2.5,
            label="each school once",
            **(point | {"marker": "D", "markersize": 4}),
        ),
        Patch(facecolor=DARK, edgecolor=DARK, label="part of the intercept"),
        Patch(facecolor="white", edgecolor=MIDDLE, hatch="////", label="part of the slopes"),
    ]
    if marked:
        entries.append(Patch(facecolor=PALE, label="benchmark year"))
    return entries
