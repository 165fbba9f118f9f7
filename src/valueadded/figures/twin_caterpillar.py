"""Figure: means and variances of schools, each in rank order (Figure 4 of the source)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from valueadded.contracts.location_scale_figures import TWIN_CATERPILLAR
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

# separation: colour, words
LOOKS = {
    "above": (DARK, "interval above the average"),
    "not_separated": (MUTED, "interval holds the average"),
    "below": (MIDDLE, "interval below the average"),
}
PANEL_WIDTH_POINTS = 400.0
# quantity: column, words of the axis, what the average is
QUANTITIES = {
    "mean": ("mean_effect", "effect on the mean\n({unit})"),
    "variance": ("school_variance", "student variance\n(squared {unit})"),
}


def select_twin_caterpillar(effects: pd.DataFrame, fits: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return the schools of the latest cohort twice, ranked by mean and by variance."""
    model = shown_model(effects, domain)
    rows = latest(one_estimator(effects), domain, [model])
    averages = {"mean": 0.0, "variance": float(latest(fits, domain, [model])["mean_school_variance"].iloc[0])}
    parts = []
    for quantity, (column, _) in QUANTITIES.items():
        part = rows.assign(
            quantity=quantity,
            value=rows[column],
            lower=rows[f"{column}_lower"],
            upper=rows[f"{column}_upper"],
            average=averages[quantity],
        ).sort_values(["value", "school_id"], ignore_index=True)
        part["rank"] = np.arange(1, len(part) + 1)
        apart = part[f"separated_{quantity}"].to_numpy()
        above = part["value"].to_numpy() > averages[quantity]
        place = np.select([apart & above, apart], ["above", "below"], "not_separated")
        part["separation"] = pd.Series(place, dtype="str")
        parts.append(part)
    return pd.concat(parts, ignore_index=True)[list(TWIN_CATERPILLAR.columns)].astype({"quantity": "str"})


@house_style()
def draw_twin_caterpillar(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: means above, variances below, each from the lowest school to the highest."""
    first = plotted.iloc[0]
    title = f"{in_words(first['domain'])} {first['year']}: schools in rank order ({first['model']})"
    figure = new_figure(14.0, title)
    for axes, (quantity, (_, words)) in zip(figure.subplots(2, 1), QUANTITIES.items(), strict=True):
        _draw_schools(axes, plotted[plotted["quantity"] == quantity])
        axes.set_ylabel(words.format(unit=unit))
        axes.set_xlabel(f"rank of the school (1 = lowest {quantity})")
    entries = [Line2D([], [], color=colour, linewidth=2, label=words) for colour, words in LOOKS.values()]
    figure.legend(handles=entries, loc="outside lower center", ncols=3)
    return figure


def _draw_schools(axes: Axes, rows: pd.DataFrame) -> None:
    room = PANEL_WIDTH_POINTS / len(rows)
    as_picture = len(rows) > MOST_VECTOR_MARKS
    for separation, (colour, _) in LOOKS.items():
        part = rows[rows["separation"] == separation]
        axes.vlines(
            part["rank"],
            part["lower"],
            part["upper"],
            color=colour,
            linewidth=float(np.clip(0.5 * room, 0.2, 1.4)),
            zorder=2,
            rasterized=as_picture,
        )
    axes.plot(
        rows["rank"],
        rows["value"],
        "o",
        color=INK,
        markersize=float(np.clip(0.5 * room, 0.8, 2.4)),
        markeredgewidth=0,
        zorder=3,
        rasterized=as_picture,
    )
    axes.axhline(rows["average"].iloc[0], color=INK, linewidth=0.8, zorder=4)
    apart = int((rows["separation"] != "not_separated").sum())
    axes.set_title(f"{apart:,} of {len(rows):,} schools ({apart / len(rows):.0%}) separated from the average")
    axes.set_xlim(0, len(rows) + 1)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter("{x:,.0f}")
