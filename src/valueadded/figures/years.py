"""The axis of calendar years: whole years, gaps kept open and said, lines that do not hide them."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from valueadded.figures.style import FADED, PALE

MOST_LABELS = 16
"""Labels of years that find room, level, across the width of the page."""


def draw_year_axis(
    axes: Axes, years: Collection[int], benchmark_years: Collection[int], *, panels: int = 1
) -> None:
    """Label every whole year from the first to the last, mark benchmark years and years without a cohort.

    `panels` says how many panels stand side by side.
    """
    first, last = min(years), max(years)
    span = range(first, last + 1)
    ticks = list(span)[:: -(-len(span) // MOST_LABELS)]
    axes.set_xlim(first - 0.6, last + 0.6)
    level = len(ticks) * panels <= MOST_LABELS
    axes.set_xticks(ticks, [str(year) for year in ticks], rotation=0 if level else 90)
    for year, label in zip(ticks, axes.get_xticklabels(), strict=True):
        if year not in years:
            label.set_color(FADED)
    for year in sorted(benchmark_years):
        axes.axvspan(year - 0.5, year + 0.5, color=PALE, linewidth=0, zorder=0)
    for year in span:
        if year not in years:
            axes.text(
                year,
                0.03,
                "no cohort",
                rotation=90,
                color=FADED,
                fontsize=7,
                horizontalalignment="center",
                verticalalignment="bottom",
                transform=axes.get_xaxis_transform(),
            )


def join_years(
    points: pd.DataFrame, value: str = "effect"
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the line segments between each school's successive years.

    Parameters
    ----------
    points
        Columns `school_id`, `year` and `value`.

    Returns
    -------
    tuple of arrays, shapes (k, 2, 2) and (m, 2, 2)
        Segments between neighbouring years, and segments across years that are missing; the last
        axis is (year, value).
    """
    ordered = points.sort_values(["school_id", "year"], kind="stable")
    places = ordered[["year", value]].to_numpy(float)
    segments = np.stack([places[:-1], places[1:]], axis=1)
    school = ordered["school_id"].to_numpy()
    same = school[1:] == school[:-1]
    step = np.diff(places[:, 0])
    return segments[same & (step == 1)], segments[same & (step > 1)]
