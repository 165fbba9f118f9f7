"""Figure: traces and autocorrelations of chains, one row for each parameter (M9)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from valueadded.contracts.location_scale_chains import SAMPLING_TRACE
from valueadded.errors import ContractError
from valueadded.figures.location_scale import latest, shown_model
from valueadded.figures.style import BRIGHT, DARK, INK, MIDDLE, MUTED, house_style, new_figure

COLOURS = (DARK, MIDDLE, BRIGHT, MUTED)
ROW_CM = 1.9
FRAME_CM = 2.6
MOST_POINTS = 400
"""Of each chain: a line of more points than the panel has dots hides the other chains."""


def select_sampling_trace(
    traces: pd.DataFrame, autocorrelations: pd.DataFrame, domain: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the draws, and their autocorrelations, of the model shown by other figures, latest cohort.

    Raises
    ------
    ContractError
        If no model of the domain was drawn by chains that are to be trusted.
    """
    model = shown_model(traces, domain)
    trace = latest(traces, domain, [model])[list(SAMPLING_TRACE.columns)]
    return trace.reset_index(drop=True), latest(autocorrelations, domain, [model]).reset_index(drop=True)


@house_style()
def draw_sampling_trace(trace: pd.DataFrame, autocorrelations: pd.DataFrame, title: str) -> Figure:
    """Return the figure: values in the order drawn at the left, their autocorrelations at the right.

    Parameters
    ----------
    trace
        `parameter`, `chain`, `draw`, `value`, in the order to be drawn.
    autocorrelations
        `parameter`, `chain`, `lag`, `correlation`.
    title
        What was sampled.

    Raises
    ------
    ContractError
        If there is no draw, or the two tables have other parameters.
    """
    names = list(dict.fromkeys(trace["parameter"]))
    if not names or names != list(dict.fromkeys(autocorrelations["parameter"])):
        raise ContractError(
            "sampling trace: draws and autocorrelations differ in parameters; expected the same, at least one"
        )
    chains = sorted(set(trace["chain"]))
    figure = new_figure(FRAME_CM + ROW_CM * len(names), title)
    grid = figure.subplots(len(names), 2, squeeze=False, width_ratios=[2, 1], sharex="col")
    low = min(-0.2, float(autocorrelations["correlation"].min()))
    for (left, right), name in zip(grid, names, strict=True):
        rows = trace[trace["parameter"] == name]
        near = autocorrelations[autocorrelations["parameter"] == name]
        for position, chain in enumerate(chains):
            colour = COLOURS[position % len(COLOURS)]
            _draw_chain(left, rows[rows["chain"] == chain], colour)
            of_chain = near[near["chain"] == chain]
            right.plot(of_chain["lag"], of_chain["correlation"], color=colour, linewidth=0.8)
        left.set_title(name, fontsize=7)
        left.locator_params(axis="y", nbins=3)
        right.axhline(0, color=INK, linewidth=0.5, zorder=0)
        right.set_ylim(low, 1.02)
        right.set_yticks([0, 1])
    grid[0, 1].set_title("autocorrelation", fontsize=7)
    grid[-1, 0].set_xlabel("draw after tuning")
    grid[-1, 1].set_xlabel("lag (draws)")
    handles = [
        Line2D([], [], color=COLOURS[position % len(COLOURS)], label=f"chain {chain + 1}")
        for position, chain in enumerate(chains)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(chains))
    return figure


def _draw_chain(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    kept = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_POINTS)).astype(int))
    shown = rows.iloc[kept]
    axes.plot(shown["draw"], shown["value"], color=colour, linewidth=0.4)
