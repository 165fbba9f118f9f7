"""Figure: one school's standardised residual on each of its outcomes (Figures 1.1 and 1.2)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valueadded.contracts.intake_adjusted_figures import INTAKE_BARS
from valueadded.figures.style import INK, house_style, new_figure
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

THICKNESS = 0.34
"""Of a bar, in rows."""


def select_intake_bars(
    performance: pd.DataFrame, outcomes: Mapping[str, tuple[str, str]], school_id: str, limit: float
) -> pd.DataFrame:
    """Return every outcome of a school in every window; see `rows_of_school`."""
    return rows_of_school(performance, outcomes, school_id, limit)[list(INTAKE_BARS.columns)]


@house_style()
def draw_intake_bars(plotted: pd.DataFrame) -> Figure:
    """Return the figure: two bars for each outcome, and the lines whose crossing is the message (V21)."""
    at = heights(plotted)
    title = f"School {plotted['school_id'].iloc[0]}: outcomes, given its intake"
    figure = new_figure(4.2 + 0.9 * max(at.values()), title)
    axes = figure.subplots()
    limit = float(plotted["limit"].iloc[0])
    reach = float(np.nanmax([3.0, *plotted["standardised_residual"].abs()]))
    for _, row in plotted.iterrows():
        height = at[row["place"]] + OFFSETS[row["window"]]
        if np.isnan(row["standardised_residual"]):
            write_status(axes, row, height)
            continue
        colour = BAND_COLOURS[row["band"]]
        # A capped school lies somewhere beyond: the bar is hatched and ends in an arrow.
        capped = row["status"] == "capped"
        fill = "white" if capped else colour if row["window"] == "4Y" else (colour, 0.45)
        axes.barh(
            height,
            row["standardised_residual"],
            THICKNESS,
            facecolor=fill,
            edgecolor=colour,
            hatch="////" if capped else None,
            linewidth=0.8,
            zorder=2,
        )
        if capped:
            side = float(np.sign(row["standardised_residual"]))
            axes.plot(
                row["standardised_residual"] + 0.1 * side,
                height,
                ">" if side > 0 else "<",
                color=colour,
                markersize=4,
                zorder=3,
            )
    axes.axvline(0, color=INK, linewidth=0.9, zorder=4)
    for side in (-limit, limit):
        axes.axvline(side, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=4)
    axes.set_xlim(-reach - 0.3, reach + 0.3)
    axes.set_xlabel("standardised residual (0: as expected)")
    name_rows(axes, plotted)
    name_windows(axes, plotted)
    entries: list[Patch | Line2D] = [
        Patch(facecolor=colour, label=BAND_WORDS[band]) for band, colour in BAND_COLOURS.items()
    ]
    entries += [
        Patch(facecolor=("black", 0.35), edgecolor=INK, label="pale: latest year"),
        Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 2)), label=f"limits ±{limit:g}"),
        Patch(facecolor="white", edgecolor=INK, hatch="////", label="capped: lies beyond"),
    ]
    add_foot(figure, entries, 3)
    return figure
