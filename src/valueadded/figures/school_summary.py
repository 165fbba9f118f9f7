"""Figure: one page of a whole school, every outcome with its interval and the probability of each band."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import scipy  # loads its parts at their first use, which other figures have none of
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valueadded.contracts.intake_adjusted_figures import SCHOOL_SUMMARY
from valueadded.figures.style import INK, house_style, in_words, new_figure, readable_on
from valueadded.figures.whole_school import (
    BAND_COLOURS,
    BAND_WORDS,
    OFFSETS,
    add_foot,
    heights,
    name_rows,
    name_windows,
    rows_of_school,
    write_status,
)

SHAPES = {"LY": ("o", "white"), "4Y": ("D", None)}
LEAST_LABELLED = 0.2
"""Probability from which it is written into its bar."""


def select_school_summary(
    performance: pd.DataFrame,
    uncertainty: pd.DataFrame,
    outcomes: Mapping[str, tuple[str, str]],
    school_id: str,
    limit: float,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return every outcome of a school with interval and probabilities; `uncertainty` by its contract."""
    rows = rows_of_school(performance, outcomes, school_id, limit)
    key = ["school_id", "outcome", "window", "group"]
    further = [*key, "std_error", "p_higher", "p_similar", "p_lower", "holds"]
    found = rows.merge(uncertainty[further], on=key, how="left", validate="one_to_one")
    half = float(scipy.special.ndtri((1.0 + confidence) / 2.0)) * found["std_error"]
    residual = found["standardised_residual"]
    return found.assign(lower=residual - half, upper=residual + half)[list(SCHOOL_SUMMARY.columns)]


@house_style()
def draw_school_summary(plotted: pd.DataFrame, confidence: float = 0.95) -> Figure:
    """Return the figure: residuals with intervals at the left, probabilities of the bands at the right."""
    at = heights(plotted)
    groups = ", ".join(in_words(name).lower() for name in dict.fromkeys(plotted["group"]))
    title = f"School {plotted['school_id'].iloc[0]}: every outcome, given its intake"
    figure = new_figure(4.8 + 0.9 * max(at.values()), title)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.5, 1])
    for _, row in plotted.iterrows():
        height = at[row["place"]] + OFFSETS[row["window"]]
        if np.isnan(row["standardised_residual"]):
            write_status(left, row, height)
        else:
            _draw_residual(left, row, height)
        _draw_bands(right, row, height)
    limit = float(plotted["limit"].iloc[0])
    left.axvline(0, color=INK, linewidth=0.9, zorder=1)
    for side in (-limit, limit):
        left.axvline(side, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    ends = plotted[["standardised_residual", "lower", "upper"]].abs().to_numpy(np.float64)
    reach = float(np.nanmax([3.0, *ends.ravel()])) + 0.3
    left.set_xlim(-reach, reach)
    left.set_title(f"residual and {100 * confidence:g}% interval")
    left.set_xlabel("standardised residual")
    right.set_xlim(0, 1)
    right.set_title("probability of bands")
    right.set_xlabel("probability")
    name_rows(left, plotted)
    name_windows(right, plotted)
    right.tick_params(axis="y", length=0, labelleft=False)
    entries: list[Patch | Line2D] = [
        Patch(facecolor=colour, label=BAND_WORDS[band]) for band, colour in BAND_COLOURS.items()
    ]
    for window, words in (("LY", "latest year"), ("4Y", "mean of years")):
        shape, fill = SHAPES[window]
        entries.append(
            Line2D([], [], color=INK, marker=shape, markerfacecolor=fill or INK, markersize=4, label=words)
        )
    entries.append(Line2D([], [], color=INK, marker=">", markersize=4, linewidth=0, label="capped"))
    add_foot(figure, entries, 3, f"Compared within: {groups}.")
    return figure


def _draw_residual(axes: Axes, row: pd.Series, height: float) -> None:
    colour = BAND_COLOURS[row["band"]]
    shape, fill = SHAPES[row["window"]]
    if row["status"] == "capped":
        shape = ">" if row["standardised_residual"] > 0 else "<"
    else:
        axes.hlines(height, row["lower"], row["upper"], color=colour, linewidth=1.2, zorder=2)
    axes.plot(
        row["standardised_residual"],
        height,
        shape,
        color=colour,
        markerfacecolor=fill or colour,
        markersize=4.5,
        zorder=3,
    )


def _draw_bands(axes: Axes, row: pd.Series, height: float) -> None:
    if np.isnan(row["p_similar"]):
        words = "capped: not assessed" if row["status"] == "capped" else "no result"
        axes.text(0.02, height, words, fontsize=6.5, fontstyle="italic", verticalalignment="center")
        return
    start = 0.0
    for band in ("lower", "similar", "higher"):
        share = max(float(row[f"p_{band}"]), 0.0)
        colour = BAND_COLOURS[band]
        axes.barh(height, share, 0.32, left=start, facecolor=colour, edgecolor="white", linewidth=0.4)
        if share >= LEAST_LABELLED:
            axes.text(
                start + share / 2,
                height,
                f"{share:.0%}",
                color=readable_on(colour),
                fontsize=6,
                horizontalalignment="center",
                verticalalignment="center",
            )
        start += share
