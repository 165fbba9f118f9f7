"""Figure: means, variances and ranks of schools by Model 7 against Model 3 (Figure 6 of the source)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from valueadded.contracts.location_scale_figures import MODEL_COMPARISON
from valueadded.figures.location_scale import complete_years, draw_nothing, empty_rows, latest, one_estimator
from valueadded.figures.style import DARK, INK, MOST_VECTOR_MARKS, house_style, in_words, new_figure

BEFORE, AFTER = "Model 3", "Model 7"
# panel: column, words, unit
PANELS = {
    "mean": ("mean_effect", "effect on the mean", "{unit}"),
    "variance": ("school_variance", "student variance", "squared {unit}"),
    "mean_rank": ("mean_effect", "rank of the mean", "1 = lowest"),
    "variance_rank": ("school_variance", "rank of the variance", "1 = lowest"),
}


def select_model_comparison(effects: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return every school of the latest cohort by both models, a row for each panel."""
    if not complete_years(effects, domain, (BEFORE, AFTER)):
        return empty_rows(MODEL_COMPARISON)
    rows = latest(one_estimator(effects), domain, (BEFORE, AFTER))
    parts = []
    for panel, (column, _, _) in PANELS.items():
        values = rows.pivot(index=["domain", "year", "school_id"], columns="model", values=column)
        values = values.rank(method="first") if panel.endswith("rank") else values
        before, after = (pd.Series(values[model]) for model in (BEFORE, AFTER))
        vary = before.nunique() > 1 and after.nunique() > 1
        part = pd.DataFrame({"before": before, "after": after}).reset_index()
        parts.append(part.assign(panel=panel, correlation=before.corr(after) if vary else np.nan))
    found = pd.concat(parts, ignore_index=True).assign(model_before=BEFORE, model_after=AFTER)
    texts = dict.fromkeys(("panel", "model_before", "model_after"), "str")
    return found[list(MODEL_COMPARISON.columns)].astype(texts)


@house_style()
def draw_model_comparison(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: four panels, a point for each school and the line of no change."""
    if plotted.empty:
        return draw_nothing((BEFORE, AFTER))
    first = plotted.iloc[0]
    figure = new_figure(15.5, f"{in_words(first['domain'])} {first['year']}: {AFTER} against {BEFORE}")
    for axes, (panel, (_, words, measure)) in zip(figure.subplots(2, 2).flat, PANELS.items(), strict=True):
        rows = plotted[plotted["panel"] == panel]
        low = float(rows[["before", "after"]].min().min())
        high = float(rows[["before", "after"]].max().max())
        room = 0.04 * (high - low)
        axes.plot([low, high], [low, high], color=INK, linewidth=0.7, zorder=1)
        axes.plot(
            rows["before"],
            rows["after"],
            "o",
            color=DARK,
            markersize=float(np.clip(60 / np.sqrt(len(rows)), 1.4, 3.2)),
            markeredgewidth=0,
            alpha=0.7,
            zorder=2,
            rasterized=len(rows) > MOST_VECTOR_MARKS,
        )
        axes.set(xlim=(low - room, high + room), ylim=(low - room, high + room), aspect="equal")
        axes.set_title(f"{words}: r = {rows['correlation'].iloc[0]:.2f}")
        note = measure.format(unit=unit)
        if panel.endswith("rank"):
            note += f"; median move {(rows['before'] - rows['after']).abs().median():.0f}"
        axes.set_xlabel(f"{BEFORE} ({note})")
        axes.set_ylabel(AFTER)
    return figure
