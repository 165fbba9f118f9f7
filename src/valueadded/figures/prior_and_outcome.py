"""Figure: the movement of the prior score beside that of the outcome given the prior."""

from collections.abc import Collection
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valueadded.contracts.figures import PRIOR_AND_OUTCOME
from valueadded.errors import ContractError
from valueadded.figures.style import DARK, FADED, INK, MIDDLE, PALE, house_style, in_words, new_figure
from valueadded.figures.years import draw_year_axis

LOOKS: tuple[dict[str, Any], ...] = (
    {"name": "prior_drift", "ends": ("lower", "upper"), "at": -0.13, "colour": MIDDLE, "marker": "s"},
    {
        "name": "outcome_drift",
        "ends": ("outcome_lower", "outcome_upper"),
        "at": 0.13,
        "colour": DARK,
        "marker": "o",
    },
)


def select_prior_and_outcome(
    prior_drift: pd.DataFrame, domain: str, benchmark_years: Collection[int]
) -> pd.DataFrame:
    """Return both movements of a domain by year, each student counting once.

    Raises
    ------
    ContractError
        If the domain has no prior drift.
    """
    rows = prior_drift[(prior_drift["domain"] == domain) & (prior_drift["basis"] == "student")]
    if rows.empty:
        raise ContractError(f"prior_drift: no row of domain '{domain}'; expected one for each year and basis")
    rows = rows.assign(benchmark_year=rows["year"].isin(list(benchmark_years)))
    return rows.sort_values("year", ignore_index=True)[list(PRIOR_AND_OUTCOME.columns)]


@house_style()
def draw_prior_and_outcome(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: two points with intervals a year, the years in which they disagree marked."""
    figure = new_figure(
        9.5, f"{in_words(plotted['domain'].iloc[0])}: did the outcome move, or the prior it is measured from?"
    )
    axes = figure.subplots()
    marked = sorted(set(plotted.loc[plotted["benchmark_year"], "year"]))
    draw_year_axis(axes, sorted(set(plotted["year"])), marked)
    axes.axhline(0, color=INK, linewidth=0.7, zorder=1)
    for look in LOOKS:
        _draw_movement(axes, plotted, **look)
    flagged = plotted[plotted["disagree"]]
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.12 * (high - low))
    for year in flagged["year"]:
        axes.axvspan(
            year - 0.42, year + 0.42, facecolor="none", edgecolor=INK, linestyle=(0, (3, 2)), zorder=5
        )
        axes.text(
            year,
            0.985,
            "opposite\nways",
            transform=axes.get_xaxis_transform(),
            fontsize=6.5,
            horizontalalignment="center",
            verticalalignment="top",
        )
    axes.set_ylabel(f"movement since the benchmark ({unit})")
    axes.set_xlabel("year of the outcome test")
    entries: list[Line2D | Patch] = [
        Line2D([], [], color=MIDDLE, marker="s", label="mean prior score of the cohort"),
        Line2D([], [], color=DARK, marker="o", label="outcome given the intake (drift)"),
        Line2D([], [], color=FADED, marker="_", linestyle="none", label="mean outcome, nothing given"),
    ]
    if len(flagged):
        note = "prior and drift moved opposite ways"
        entries.append(Patch(facecolor="none", edgecolor=INK, linestyle=(0, (3, 2)), label=note))
    if marked:
        entries.append(Patch(facecolor=PALE, label="benchmark year"))
    figure.legend(handles=entries, loc="outside lower center", ncols=2)
    return figure


def _draw_movement(
    axes: Axes, rows: pd.DataFrame, name: str, ends: tuple[str, str], at: float, colour: str, marker: str
) -> None:
    axes.vlines(rows["year"] + at, rows[ends[0]], rows[ends[1]], color=colour, linewidth=1.8, zorder=3)
    axes.plot(rows["year"] + at, rows[name], marker, color=colour, markersize=5, zorder=4)
    if name == "outcome_drift":
        axes.plot(rows["year"] + at, rows["outcome"], "_", color=FADED, markersize=9, zorder=2)
