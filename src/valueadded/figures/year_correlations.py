"""Figure: correlations of school effects between years."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from valueadded.contracts.figures import YEAR_CORRELATION_MATRIX
from valueadded.errors import ContractError
from valueadded.figures.style import DARK, FADED, house_style, in_words, new_figure, readable_on

METHODS = {
    "shrunken": "Shrunken effects: biased,\nshrinkage weakens the correlation",
    "disattenuated": "Disattenuated: corrected for shrinkage,\nassuming other students in each year",
}
SHADES = LinearSegmentedColormap.from_list("correlation", ["#ffffff", "#b8cbda", DARK])


def select_year_correlations(correlations: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return the correlations between years of relative effects, by both methods, the earlier year first.

    Raises
    ------
    ContractError
        If the domain has no correlation between two years.
    """
    rows = correlations[
        (correlations["domain"] == domain)
        & (correlations["model_a"] == "relative")
        & (correlations["model_b"] == "relative")
        & correlations["method"].isin(list(METHODS))
        & (correlations["year_a"] != correlations["year_b"])
    ]
    if rows.empty:
        raise ContractError(f"year_correlations: no correlation between two years in domain '{domain}'")
    ends = np.sort(rows[["year_a", "year_b"]].to_numpy(), axis=1)
    rows = rows.assign(year_a=ends[:, 0], year_b=ends[:, 1]).drop_duplicates(["method", "year_a", "year_b"])
    rows = rows.sort_values(["method", "year_a", "year_b"], ascending=[False, True, True], ignore_index=True)
    return rows[list(YEAR_CORRELATION_MATRIX.columns)]


@house_style()
def draw_year_correlations(plotted: pd.DataFrame) -> Figure:
    """Return the figure: a triangle for each method, a number in each cell, untested years left open."""
    figure = new_figure(
        9.4, f"{in_words(plotted['domain'].iloc[0])}: do school effects last from year to year?"
    )
    methods = [method for method in METHODS if method in set(plotted["method"])]
    panels = figure.subplots(1, len(methods), squeeze=False)[0]
    years = sorted({*plotted["year_a"], *plotted["year_b"]})
    lowest = (
        min(0.0, float(np.floor(plotted["correlation"].min() * 10) / 10))
        if plotted["correlation"].notna().any()
        else 0.0
    )
    for axes, method in zip(panels, methods, strict=True):
        axes.set_title(METHODS[method])
        axes.set_xlabel("earlier year")
        _draw_triangle(axes, plotted[plotted["method"] == method], years, Normalize(lowest, 1.0, clip=True))
    panels[0].set_ylabel("later year")
    return figure


def _draw_triangle(axes: Axes, rows: pd.DataFrame, years: list[int], shade: Normalize) -> None:
    size = float(np.clip(62 / (years[-1] - years[0] + 1), 4.5, 8.0))
    cells = rows[["year_a", "year_b", "correlation"]]
    for earlier, later, correlation in zip(*(cells[name].tolist() for name in cells), strict=True):
        known = not np.isnan(correlation)
        colour = to_hex(SHADES(shade(correlation))) if known else "white"
        axes.add_patch(
            Rectangle((earlier - 0.5, later - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=1)
        )
        axes.text(
            earlier,
            later,
            f"{correlation:.2f}".replace("-", "\N{MINUS SIGN}") if known else "none",
            color=readable_on(colour),
            fontsize=size,
            horizontalalignment="center",
            verticalalignment="center",
        )
    first, last = years[0], years[-1]
    across, down = range(first, last), range(first + 1, last + 1)
    axes.set_xlim(first - 0.5, last - 0.5)
    axes.set_ylim(last + 0.5, first + 0.5)
    axes.set_xticks(list(across), [str(year) for year in across], rotation=90 if len(across) > 6 else 0)
    axes.set_yticks(list(down), [str(year) for year in down])
    for year, label in [
        *zip(across, axes.get_xticklabels(), strict=True),
        *zip(down, axes.get_yticklabels(), strict=True),
    ]:
        if year not in years:
            label.set_color(FADED)
    axes.set_box_aspect(1)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
