"""Figure: the mean and the variance of every school (Figure 3 of the source)."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from valueadded.contracts.location_scale_figures import MEANS_AGAINST_VARIANCES
from valueadded.figures.location_scale import latest, one_estimator, shown_model
from valueadded.figures.style import (
    DARK,
    INK,
    MIDDLE,
    MOST_VECTOR_MARKS,
    MUTED,
    house_style,
    in_words,
    new_figure,
)

BOUNDARY = 0.9999
"""A correlation of this size is one of 1."""

# separated on the mean, separated on the variance: colour, marker, words
LOOKS = {
    (False, False): (MUTED, "o", "neither separated from average"),
    (True, False): (DARK, "^", "mean separated"),
    (False, True): (MIDDLE, "s", "variance separated"),
    (True, True): (INK, "D", "both separated"),
}


def select_means_against_variances(
    effects: pd.DataFrame, covariance: pd.DataFrame, fits: pd.DataFrame, domain: str
) -> pd.DataFrame:
    """Return mean and variance of the schools of the latest cohort, by the model with both."""
    model = shown_model(effects, domain)
    rows = latest(one_estimator(effects), domain, [model])
    pairs = latest(one_estimator(covariance), domain, [model])
    pair = pairs[(pairs["effect_a"] == "intercept") & (pairs["effect_b"] == "log_variance")]
    fit = latest(fits, domain, [model])
    return rows.assign(
        average_variance=float(fit["mean_school_variance"].iloc[0]),
        correlation=float(pair["correlation"].iloc[0]),
    ).sort_values("school_id", ignore_index=True)[list(MEANS_AGAINST_VARIANCES.columns)]


@house_style()
def draw_means_against_variances(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: a point for each school, with lines at the average mean and variance."""
    first = plotted.iloc[0]
    title = f"{in_words(first['domain'])} {first['year']}: means and variances of schools ({first['model']})"
    figure = new_figure(11.0, title)
    axes = figure.subplots()
    axes.axvline(0, color=INK, linewidth=0.7, zorder=1)
    axes.axhline(first["average_variance"], color=INK, linewidth=0.7, zorder=1)
    entries = []
    for (mean, variance), (colour, marker, words) in LOOKS.items():
        part = plotted[(plotted["separated_mean"] == mean) & (plotted["separated_variance"] == variance)]
        axes.plot(
            part["mean_effect"],
            part["school_variance"],
            marker,
            color=colour,
            markersize=3.2,
            markeredgewidth=0.5,
            markerfacecolor="white" if marker == "o" else colour,
            zorder=2,
            rasterized=len(plotted) > MOST_VECTOR_MARKS,
        )
        label = f"{words}: {len(part):,}"
        entries.append(Line2D([], [], color=colour, marker=marker, markersize=4, linewidth=0, label=label))
        if marker == "o":
            entries[-1].set_markerfacecolor("white")
    axes.set_xlabel(f"effect on the school mean ({unit})")
    axes.set_ylabel(f"student variance (squared {unit})")
    words = "estimated correlation of the effects on mean and log variance"
    if abs(first["correlation"]) > BOUNDARY:
        words = "at a boundary, variances say nothing that means do not: correlation"
    axes.set_title(f"{words} {first['correlation']:.2f}")
    figure.legend(handles=entries, loc="outside lower center", ncols=2)
    return figure
