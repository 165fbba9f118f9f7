"""Figure: the validation study, every method in every scenario."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from valueadded.contracts.validate_benchmark import MATRIX, METHODS, SCENARIOS, TARGETS
from valueadded.errors import ContractError
from valueadded.figures.style import DARK, MIDDLE, PALE, house_style, new_figure, readable_on

SHOWN = ("system", "school")
TITLES = {"bias": "mean error ({unit})", "coverage": "intervals that hold the truth (of 100)"}
BIASES = LinearSegmentedColormap.from_list("bias", [DARK, "#ffffff", MIDDLE])
SHORTFALLS = LinearSegmentedColormap.from_list("shortfall", ["#ffffff", "#b8cbda", DARK])
LARGE_BIAS = 5.0
"""Bias of the darkest cell (scale points)."""
NOMINAL, POOR = 0.95, 0.5
"""Coverage of a white and of the darkest cell."""
TOO_WIDE = 0.98
"""Cells above this coverage are hatched: intervals wider than they need to be."""


def select_benchmark_validation(summary: pd.DataFrame) -> pd.DataFrame:
    """Return bias and coverage of the system's drift and of a school's change.

    Raises
    ------
    ContractError
        If there is no such row.
    """
    rows = summary[summary["target"].isin(SHOWN) & summary["measure"].isin(list(TITLES))]
    if rows.empty:
        raise ContractError("validation_summary: no bias and no coverage of a drift or a change to draw")
    return rows[list(MATRIX.columns)].sort_values(list(MATRIX.unique or []), ignore_index=True)


@house_style()
def draw_benchmark_validation(plotted: pd.DataFrame, score_unit: str = "scale points") -> Figure:
    """Return the figure: methods down, scenarios across, a number in each cell."""
    figure = new_figure(17.5, "Does benchmarking work?")
    targets = [target for target in SHOWN if target in set(plotted["target"])]
    scenarios = [name for name in SCENARIOS if name in set(plotted["scenario"])]
    methods = {
        target: [name for name in METHODS if name in set(plotted[plotted["target"] == target]["method"])]
        for target in targets
    }
    panels = figure.subplots(
        len(targets),
        len(TITLES),
        squeeze=False,
        gridspec_kw={"height_ratios": [len(methods[target]) for target in targets]},
    )
    for row, target in enumerate(targets):
        for column, (measure, title) in enumerate(TITLES.items()):
            axes = panels[row, column]
            cells = plotted[(plotted["target"] == target) & (plotted["measure"] == measure)]
            axes.set_title(f"{TARGETS[target]}:\n{title.format(unit=score_unit)}")
            _draw_cells(axes, cells, methods[target], scenarios, measure)
            words = [METHODS[method] for method in methods[target]] if column == 0 else []
            axes.set_yticks(range(len(words)), words)
            named = [SCENARIOS[name] for name in scenarios] if row == len(targets) - 1 else []
            axes.set_xticks(range(len(named)), named, rotation=90)
    return figure


def _draw_cells(
    axes: Axes, cells: pd.DataFrame, methods: list[str], scenarios: list[str], measure: str
) -> None:
    values = cells.pivot(index="method", columns="scenario", values="value")
    values = values.reindex(index=methods, columns=scenarios)
    for (row, column), value in np.ndenumerate(values.to_numpy()):
        known = not np.isnan(value)
        colour = _colour(measure, value) if known else "white"
        hatch = "////" if measure == "coverage" and known and value > TOO_WIDE else None
        axes.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5),
                1,
                1,
                facecolor=colour,
                edgecolor=PALE,
                linewidth=0.6,
                hatch=hatch,
            )
        )
        if known:
            axes.text(
                column,
                row,
                _number(measure, value),
                color=readable_on(colour),
                fontsize=5.5,
                horizontalalignment="center",
                verticalalignment="center",
            )
    axes.set_xlim(-0.5, len(scenarios) - 0.5)
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)


def _colour(measure: str, value: float) -> str:
    if measure == "bias":
        return to_hex(BIASES(Normalize(-LARGE_BIAS, LARGE_BIAS, clip=True)(value)))
    return to_hex(SHORTFALLS(Normalize(0.0, NOMINAL - POOR, clip=True)(NOMINAL - value)))


def _number(measure: str, value: float) -> str:
    number = f"{value:.1f}" if measure == "bias" else f"{100 * value:.0f}"
    return ("0.0" if number == "-0.0" else number).replace("-", "\N{MINUS SIGN}")
