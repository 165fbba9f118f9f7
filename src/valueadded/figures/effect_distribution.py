"""Figure: the distribution of school effects by year, relative beside benchmark."""

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valueadded.contracts.figures import EFFECT_DISTRIBUTION
from valueadded.figures.selection import MODEL_WORDS, relative_and_benchmark
from valueadded.figures.style import DARK, INK, PALE, SOFT, house_style, in_words, new_figure
from valueadded.figures.years import draw_year_axis, join_years

FEWEST_FOR_DENSITY = 10
"""With fewer schools than this each is drawn as a dot, since a density would invent a shape."""

HALF_WIDTH = 0.44
GRID_POINTS = 160
DOT: dict[str, Any] = {"marker": "o", "color": SOFT, "markeredgecolor": DARK, "markersize": 3}

Curve = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""A grid of effects and the density there, each of shape (GRID_POINTS,)."""


def select_effect_distribution(
    effects: pd.DataFrame, domain: str, benchmark_years: Collection[int]
) -> pd.DataFrame:
    """Return the effects to draw: the relative model and, where fitted, the benchmark model."""
    rows = relative_and_benchmark(effects, domain)
    rows["benchmark_year"] = rows["year"].isin(list(benchmark_years))
    return rows[list(EFFECT_DISTRIBUTION.columns)]


@house_style()
def draw_effect_distribution(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: a panel for each model, a density for each year, a zero line.

    Densities have equal areas. Inside each: the median, the middle half and the middle 90% of schools.
    """
    models = list(dict.fromkeys(plotted["model"]))
    figure = new_figure(9.5, f"{in_words(plotted['domain'].iloc[0])}: school effects by year")
    panels = figure.subplots(1, len(models), sharey=True, squeeze=False)[0]
    years = sorted(set(plotted["year"]))
    marked = sorted(set(plotted.loc[plotted["benchmark_year"], "year"]))
    effects = {model: _effects_by_year(plotted[plotted["model"] == model]) for model in models}
    curves = {
        (model, year): estimate_density(values) for model in models for year, values in effects[model].items()
    }
    peak = max((curve[1].max() for curve in curves.values() if curve is not None), default=1.0)
    for axes, model in zip(panels, models, strict=True):
        draw_year_axis(axes, years, marked, panels=len(models))
        axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
        axes.set_title(MODEL_WORDS[model])
        axes.set_xlabel("year of the outcome test")
        for year, values in effects[model].items():
            _draw_year(axes, year, values, curves[model, year], peak)
        _join_medians(axes, effects[model])
    panels[0].set_ylabel(f"school effect ({unit})")
    figure.legend(handles=_legend(list(curves.values()), bool(marked)), loc="outside lower center", ncols=5)
    return figure


def estimate_density(
    values: npt.NDArray[np.float64],
) -> Curve | None:
    """Return a grid over the range of `values` and their Gaussian kernel density on it, each of shape (160,).

    The bandwidth is Silverman's: 0.9 x the smaller of the standard deviation and the interquartile
    range / 1.34, x n**(-1/5). None where there are too few values, or none that differ.
    """
    if len(values) < FEWEST_FOR_DENSITY:
        return None
    quartiles = np.quantile(values, [0.25, 0.75])
    spread = min(values.std(ddof=1), (quartiles[1] - quartiles[0]) / 1.34)
    bandwidth = 0.9 * spread * len(values) ** -0.2
    if bandwidth <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return None
    grid = np.linspace(values[0], values[-1], GRID_POINTS)
    kernels = np.exp(-0.5 * ((grid[:, None] - values[None, :]) / bandwidth) ** 2)
    return grid, kernels.mean(axis=1) / (bandwidth * np.sqrt(2 * np.pi))


def _effects_by_year(rows: pd.DataFrame) -> dict[int, npt.NDArray[np.float64]]:
    years = sorted(set(rows["year"].tolist()))
    return {year: np.sort(rows.loc[rows["year"] == year, "effect"].to_numpy(float)) for year in years}


def _draw_year(
    axes: Axes,
    year: int,
    values: npt.NDArray[np.float64],
    curve: Curve | None,
    peak: float,
) -> None:
    if curve is None:
        axes.plot(np.full(len(values), year), values, linestyle="none", zorder=2, **DOT)
    else:
        half = HALF_WIDTH * curve[1] / peak
        axes.fill_betweenx(
            curve[0], year - half, year + half, facecolor=SOFT, edgecolor=DARK, linewidth=0.6, zorder=2
        )
        low, first, third, high = np.quantile(values, [0.05, 0.25, 0.75, 0.95])
        axes.vlines(year, low, high, color=DARK, linewidth=0.8, zorder=3)
        axes.vlines(year, first, third, color=DARK, linewidth=3.2, zorder=3)
    axes.plot(
        year,
        np.median(values),
        "o",
        color="white",
        markeredgecolor=INK,
        markeredgewidth=0.7,
        markersize=3.6,
        zorder=5,
    )


def _join_medians(axes: Axes, effects: dict[int, npt.NDArray[np.float64]]) -> None:
    medians = pd.DataFrame(
        {
            "school_id": "",
            "year": list(effects),
            "effect": [float(np.median(values)) for values in effects.values()],
        }
    )
    near, far = join_years(medians)
    axes.add_collection(LineCollection(list(near), colors=INK, linewidths=0.7, zorder=4), autolim=False)
    axes.add_collection(
        LineCollection(list(far), colors=INK, linewidths=0.7, linestyles=(0, (2, 2)), zorder=4), autolim=False
    )


def _legend(curves: list[Curve | None], benchmark: bool) -> list[Line2D | Patch]:
    entries: list[Line2D | Patch] = []
    if any(curve is None for curve in curves):
        entries.append(Line2D([], [], linestyle="none", label="a school", **DOT))
    if any(curve is not None for curve in curves):
        entries += [
            Patch(facecolor=SOFT, edgecolor=DARK, linewidth=0.6, label="all schools"),
            Line2D([], [], color=DARK, linewidth=0.8, label="middle 90%"),
            Line2D([], [], color=DARK, linewidth=3.2, label="middle half"),
        ]
    entries.append(
        Line2D(
            [],
            [],
            color=INK,
            linewidth=0.7,
            marker="o",
            markerfacecolor="white",
            markersize=3.6,
            label="median",
        )
    )
    if benchmark:
        entries.append(Patch(facecolor=PALE, label="benchmark year"))
    return entries
