"""Figure: correlations of true school effects by lag, and the biased ones beside them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from valueadded.contracts.figures import JOINT_CORRELATION_BY_LAG
from valueadded.errors import ContractError
from valueadded.figures.style import BRIGHT, DARK, FADED, INK, MIDDLE, house_style, in_words, new_figure

# method: colour, marker, fill, words
LOOKS = {
    "joint": (INK, "o", INK, "joint model, profile interval"),
    "shrunken": (MIDDLE, "v", MIDDLE, "shrunken effects"),
    "unshrunken": (DARK, "s", "white", "unshrunken effects"),
    "reflated_global": (BRIGHT, "^", "white", "reflated, all schools alike"),
    "reflated_school": (BRIGHT, "D", BRIGHT, "reflated, school by school"),
    "disattenuated": (FADED, "P", "white", "disattenuated"),
}
SPREAD = 0.72
"""Share of a year over which the marks of one lag are spread."""


def select_joint_correlation_by_lag(
    joint: pd.DataFrame, correlations: pd.DataFrame, domain: str
) -> pd.DataFrame:
    """Return the joint correlations and those of the relative model's effects for the same pairs of years.

    Raises
    ------
    ContractError
        If the domain has no joint correlation.
    """
    own = joint[joint["domain"] == domain]
    if own.empty:
        raise ContractError(f"joint_correlations: no row in domain '{domain}'; expected a pair of years")
    pairs = own[["year_a", "year_b", "lag", "correlation"]].rename(columns={"correlation": "joint"})
    rows = correlations[
        (correlations["domain"] == domain)
        & (correlations["model_a"] == "relative")
        & (correlations["model_b"] == "relative")
        & correlations["method"].isin([method for method in LOOKS if method != "joint"])
    ]
    ends = np.sort(rows[["year_a", "year_b"]].to_numpy(), axis=1)
    rows = rows.assign(year_a=ends[:, 0], year_b=ends[:, 1]).drop_duplicates(["method", "year_a", "year_b"])
    columns = ["domain", "method", "year_a", "year_b", "correlation", "lower", "upper"]
    together = pd.concat([own.assign(method="joint")[columns], rows[columns]], ignore_index=True)
    plotted = together.merge(pairs, on=["year_a", "year_b"], validate="many_to_one")
    plotted["gap"] = plotted["correlation"] - plotted["joint"]
    order = {method: place for place, method in enumerate(LOOKS)}
    plotted = plotted.assign(place=plotted["method"].map(order)).sort_values(
        ["place", "year_a", "year_b"], ignore_index=True
    )
    return plotted.astype({"method": "str"})[list(JOINT_CORRELATION_BY_LAG.columns)]


@house_style()
def draw_joint_correlation_by_lag(plotted: pd.DataFrame) -> Figure:
    """Return the figure: correlations by lag above, their distance from the joint model's below."""
    figure = new_figure(13.0, f"{in_words(plotted['domain'].iloc[0])}: how long do school effects last?")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.7, 1])
    methods = [method for method in LOOKS if method in set(plotted["method"])]
    for place, method in enumerate(methods):
        rows = plotted[plotted["method"] == method]
        centre = SPREAD * (place / max(1, len(methods) - 1) - 0.5)
        _draw_method(above, rows, centre, method, "correlation")
        if method != "joint":
            _draw_method(below, rows, centre, method, "gap")
    above.set_ylabel("correlation between years")
    above.set_ylim(top=1.02)
    above.axhline(1, color=FADED, linewidth=0.6, zorder=0)
    below.axhline(0, color=INK, linewidth=0.9, zorder=0)
    below.set_ylabel("minus joint model's")
    below.set_xlabel("lag (calendar years between both tests)")
    lags = sorted(set(plotted["lag"]))
    below.set_xlim(lags[0] - 0.5, lags[-1] + 0.5)
    below.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    for axes in (above, below):
        for lag in lags[:-1]:
            axes.axvline(lag + 0.5, color=FADED, linewidth=0.3, zorder=0)
    handles, words = above.get_legend_handles_labels()
    figure.legend(handles, words, loc="outside lower center", ncols=3)
    return figure


def _draw_method(axes: Axes, rows: pd.DataFrame, centre: float, method: str, value: str) -> None:
    """Draw one method's points, the pairs of years with the same lag side by side about its centre."""
    colour, marker, fill, words = LOOKS[method]
    turn = rows.groupby("lag").cumcount()
    many = rows.groupby("lag")["lag"].transform("size")
    at = rows["lag"] + centre + 0.1 * ((turn + 0.5) / many - 0.5)
    ends = None
    if method == "joint":
        ends = [rows["correlation"] - rows["lower"], rows["upper"] - rows["correlation"]]
    axes.errorbar(
        at,
        rows[value],
        ends,
        fmt=marker,
        color=colour,
        markerfacecolor=fill,
        markersize=3.5,
        markeredgewidth=0.8,
        elinewidth=0.9,
        capsize=1.5,
        label=words,
        zorder=4 if method == "joint" else 3,
    )
