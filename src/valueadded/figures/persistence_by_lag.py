"""Figure: how much of an effect acts on later scores, by the number of periods between."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from valueadded.contracts.layered_figures import PERSISTENCE_BY_LAG
from valueadded.errors import ContractError
from valueadded.figures.style import DARK, FADED, INK, MIDDLE, MUTED, house_style, in_words, new_figure

# layer: colour, marker, words
LOOKS = {
    "teacher": (DARK, "o", "teachers, estimated"),
    "school": (MIDDLE, "s", "schools, estimated"),
}
REFERENCES = {0.0: "non-layered model", 1.0: "layered model"}
SPREAD = 0.5
"""Width over which the pairs of one lag stand side by side (periods)."""


def select_persistence_by_lag(persistence: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return the persistence of a domain that is estimated, and the number that a model was given.

    The layered and the non-layered model, which are 1 and 0 by name, are left out.

    Raises
    ------
    ContractError
        If the domain has no persistence: a single period.
    """
    rows = persistence[persistence["domain"] == domain]
    if rows.empty:
        raise ContractError(
            f"layered_persistence: no row of domain '{domain}'; expected two periods or more in layered.years"
        )
    rows = rows[rows["model"].isin(["variable", "fixed"])]
    order = ["model", "layer", "lag", "period"]
    return rows.sort_values(order, ignore_index=True)[list(PERSISTENCE_BY_LAG.columns)]


@house_style()
def draw_persistence_by_lag(plotted: pd.DataFrame, domain: str) -> Figure:
    """Return the figure: a point with interval for each pair of periods, lines at 0 and 1."""
    figure = new_figure(8.5, f"{in_words(domain)}: part of an effect that acts on later scores")
    axes = figure.subplots()
    for value, words in REFERENCES.items():
        axes.axhline(value, color=INK, linewidth=0.8, zorder=1)
        axes.annotate(
            words,
            (1.0, value),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2),
            textcoords="offset points",
            horizontalalignment="right",
            fontsize=7,
        )
    for value in plotted.loc[plotted["model"] == "fixed", "persistence"].unique():
        axes.axhline(value, color=FADED, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    estimated = plotted[plotted["estimated"]]
    entries = []
    for number, (layer, (colour, marker, words)) in enumerate(LOOKS.items()):
        rows = estimated[estimated["layer"] == layer]
        if rows.empty:
            continue
        count = rows.groupby("lag")["lag"].transform("size")
        within = rows.groupby("lag").cumcount()
        place = rows["lag"] + SPREAD * ((within + 0.5) / count - 0.5) + 0.04 * number
        low, high = rows["persistence"] - rows["lower"], rows["upper"] - rows["persistence"]
        axes.errorbar(
            place,
            rows["persistence"],
            yerr=np.nan_to_num(np.array([low, high])),
            fmt=marker,
            color=colour,
            markersize=4,
            linewidth=1,
        )
        top = rows["upper"].fillna(rows["persistence"])
        words_of_pair = rows["period"].astype("str") + " in " + rows["score_period"].astype("str")
        for at, height, pair in zip(place, top, words_of_pair, strict=True):
            axes.annotate(
                pair,
                (at, height),
                xytext=(0, 3),
                textcoords="offset points",
                horizontalalignment="center",
                fontsize=6.5,
            )
        entries.append(Line2D([], [], color=colour, marker=marker, markersize=4, linewidth=1, label=words))
    if (plotted["model"] == "fixed").any():
        entries.append(Line2D([], [], color=FADED, linestyle=(0, (4, 2)), label="as given (fixed)"))
    if estimated.empty:
        axes.text(
            0.5,
            0.5,
            "No model estimates persistence: add `variable` to layered.models.",
            transform=axes.transAxes,
            horizontalalignment="center",
            color=FADED,
        )
    lags = int(plotted["lag"].max()) if len(plotted) else 1
    axes.set_xlim(0.5, lags + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    low = np.nanmin([-0.1, *plotted["lower"], *plotted["persistence"]])
    high = np.nanmax([1.15, *plotted["upper"], *plotted["persistence"]])
    axes.set_ylim(low - 0.05, high + 0.1)
    axes.set_xlabel("periods between teaching and score")
    axes.set_ylabel("persistence")
    axes.grid(axis="y", color=MUTED, linewidth=0.3)
    if entries:
        figure.legend(handles=entries, loc="outside lower center", ncols=3)
    return figure
