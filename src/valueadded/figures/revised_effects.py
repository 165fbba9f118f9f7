"""Figure: effects revised by later scores against the first ones, a panel for each model."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from valueadded.contracts.layered_figures import REVISED_EFFECTS
from valueadded.errors import ContractError
from valueadded.figures.layered import MODEL_WORDS, named_or_not
from valueadded.figures.style import (
    DARK,
    FADED,
    INK,
    MIDDLE,
    MOST_VECTOR_MARKS,
    MUTED,
    house_style,
    in_words,
    new_figure,
)

# look: colour, marker, fill, words
LOOKS = {
    "level": (MUTED, "o", "white", "no earlier test: level, not value added"),
    "none": (FADED, "o", FADED, "revised as later scores let expect"),
    "down": (MIDDLE, "v", MIDDLE, "pulse: revised down"),
    "up": (DARK, "^", DARK, "pulse: revised up"),
}
# The two that revise in opposite directions (L12) stand side by side.
PANELS = ("complete", "zero", "variable", "fixed")
NAMES_SHOWN = 6
"""Pulses named in a panel, the largest ones, where figures may name teachers."""


def select_revised_effects(revisions: pd.DataFrame, domain: str, named: bool) -> pd.DataFrame:
    """Return first and revised effects of the teachers of a domain under each model.

    Raises
    ------
    ContractError
        If the domain has no effect that a later score could revise.
    """
    rows = revisions[(revisions["layer"] == "teacher") & (revisions["domain"] == domain)]
    if rows.empty:
        raise ContractError(
            f"layered_revisions: no effect of domain '{domain}' has later scores; expected two periods"
        )
    order = ["model", "first_effect", "teacher_id", "year", "year_level"]
    rows = rows.sort_values(order, ignore_index=True)
    pulse = rows["pulse"].to_numpy()
    look = np.select(
        [~rows["value_added"], pulse & (rows["change"] > 0), pulse & (rows["change"] < 0)],
        ["level", "up", "down"],
        "none",
    )
    return rows.assign(
        number=rows.groupby("model").cumcount() + 1,
        # Withheld effects stand among the points, without a name.
        teacher_id=named_or_not(rows["teacher_id"], named).where(rows["value_added"]),
        look=pd.Series(look, dtype="str"),
    )[list(REVISED_EFFECTS.columns)]


@house_style()
def draw_revised_effects(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: a panel for each model, the diagonal where nothing is revised."""
    models = [model for model in PANELS if (plotted["model"] == model).any()]
    columns = min(2, len(models))
    lines = -(-len(models) // columns)
    title = f"{in_words(plotted['domain'].iloc[0])}: teacher effects revised by later scores"
    figure = new_figure(2.5 + 8.0 * lines, title)
    panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    values = plotted[["first_effect", "revised_effect"]].to_numpy()
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * ((high - low) or 1.0)
    for axes, model in zip(panels.flat, models, strict=False):
        axes.set_title(MODEL_WORDS[model])
        axes.set_xlim(low - margin, high + margin)
        axes.set_ylim(low - margin, high + margin)
        axes.set_aspect("equal")
        _draw_points(axes, plotted[plotted["model"] == model])
        axes.set_xlabel(f"first effect, from scores up to then ({unit})")
        axes.set_ylabel(f"revised effect, from all scores ({unit})")
        axes.tick_params(labelbottom=True)
    for axes in panels.flat[len(models) :]:
        axes.set_axis_off()
    entries = [
        Line2D(
            [], [], color=colour, marker=marker, markerfacecolor=fill, markersize=4, linestyle="", label=words
        )
        for colour, marker, fill, words in LOOKS.values()
    ]
    figure.legend(handles=entries, loc="outside lower center", ncols=2)
    return figure


def _draw_points(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axline((0, 0), slope=1, color=INK, linewidth=0.8)
    axes.axhline(0, color=MUTED, linewidth=0.5, zorder=1)
    axes.axvline(0, color=MUTED, linewidth=0.5, zorder=1)
    size = float(np.clip(60 / np.sqrt(len(rows)), 1.2, 4.0))
    for layer, (look, (colour, marker, fill, _)) in enumerate(LOOKS.items()):
        part = rows[rows["look"] == look]
        flagged = look in ("up", "down")
        axes.plot(
            part["first_effect"],
            part["revised_effect"],
            marker,
            color=colour,
            markerfacecolor=fill,
            markersize=size + (1.5 if flagged else 0),
            markeredgewidth=0.5,
            zorder=2 + layer,
            rasterized=len(rows) > MOST_VECTOR_MARKS,
        )
    judged = rows[rows["look"] != "level"]
    flagged_rows = judged[judged["look"] != "none"]
    axes.text(
        0.03,
        0.97,
        f"pulses: {len(flagged_rows):,} of {len(judged):,} value-added effects",
        transform=axes.transAxes,
        fontsize=7,
        verticalalignment="top",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
        zorder=8,
    )
    largest = flagged_rows.sort_values("statistic", key=np.abs, ascending=False, kind="stable")
    for row in largest.head(NAMES_SHOWN).itertuples():
        if isinstance(row.teacher_id, str):
            axes.annotate(
                row.teacher_id,
                (row.first_effect, row.revised_effect),
                xytext=(4, 0),
                textcoords="offset points",
                fontsize=6.5,
                verticalalignment="center",
            )
