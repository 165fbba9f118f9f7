"""Figure: the lines of all schools, with one slope and with slopes of their own (Figure 5 of the source)."""

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from valueadded.contracts.location_scale_figures import SCHOOL_LINES
from valueadded.figures.location_scale import (
    by_key,
    complete_years,
    draw_nothing,
    empty_rows,
    latest,
    one_estimator,
)
from valueadded.figures.style import (
    DARK,
    INK,
    MOST_VECTOR_MARKS,
    crowd_width,
    house_style,
    in_words,
    new_figure,
)

LINES = ("Model 1", "Model 4")
WORDS = {"Model 1": "Model 1: one slope for all schools", "Model 4": "Model 4: a slope for each school"}


def select_school_lines(
    effects: pd.DataFrame, coefficients: pd.DataFrame, prior: pd.Series, prior_term: str, domain: str
) -> pd.DataFrame:
    """Return each school's line by Models 1 and 4 over the middle 98 per cent of the prior term (N,).

    A school's effect on the mean is that of a student with the average prior term, where its slope turns.
    """
    if not complete_years(effects, domain, LINES):
        return empty_rows(SCHOOL_LINES)
    rows = latest(one_estimator(effects), domain, LINES)
    table = latest(one_estimator(coefficients), domain, LINES)
    found = by_key(table, ["model", "function", "term"], "estimate")
    values = prior.dropna().to_numpy(np.float64)
    average, (low, high) = float(values.mean()), np.quantile(values, [0.01, 0.99])
    slope_effect = rows["slope_effect"].fillna(0.0)
    intercept = rows["model"].map({model: found[model, "mean", "Intercept"] for model in LINES})
    slope = rows["model"].map({model: found[model, "mean", prior_term] for model in LINES})
    level = intercept + rows["mean_effect"]
    rows = rows.assign(
        prior_from=low,
        prior_to=high,
        expected_from=level + slope * low + slope_effect * (low - average),
        expected_to=level + slope * high + slope_effect * (high - average),
    )
    return rows.sort_values(["model", "school_id"], ignore_index=True)[list(SCHOOL_LINES.columns)]


@house_style()
def draw_school_lines(plotted: pd.DataFrame, prior_words: str, unit: str) -> Figure:
    """Return the figure: a panel for each model, a line for each school and the average line in bold."""
    if plotted.empty:
        return draw_nothing(LINES)
    first = plotted.iloc[0]
    figure = new_figure(9.0, f"{in_words(first['domain'])} {first['year']}: lines of schools")
    panels = figure.subplots(1, len(LINES), sharex=True, sharey=True)
    for axes, model in zip(panels, LINES, strict=True):
        rows = plotted[plotted["model"] == model]
        segments = (
            rows[["prior_from", "expected_from", "prior_to", "expected_to"]].to_numpy().reshape(-1, 2, 2)
        )
        axes.add_collection(
            LineCollection(
                list(segments),
                colors=DARK,
                linewidths=crowd_width(len(rows)),
                rasterized=len(rows) > MOST_VECTOR_MARKS,
            )
        )
        average = segments.mean(axis=0)
        axes.plot(average[:, 0], average[:, 1], color=INK, linewidth=1.6)
        axes.autoscale_view()
        axes.set_title(WORDS[model])
        axes.set_xlabel(prior_words)
    panels[0].set_ylabel(f"expected outcome ({unit})")
    return figure
