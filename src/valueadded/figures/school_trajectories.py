"""Figure: each school's effect over the years, with the drift of the whole system."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from valueadded.contracts.figures import SCHOOL_TRAJECTORIES
from valueadded.errors import ConfigError
from valueadded.figures.selection import MODEL_WORDS, benchmark_model, effects_of
from valueadded.figures.style import (
    BRIGHT,
    DARK,
    INK,
    MIDDLE,
    MOST_VECTOR_MARKS,
    MUTED,
    PALE,
    crowd_width,
    house_style,
    in_words,
    new_figure,
)
from valueadded.figures.years import draw_year_axis, join_years

# Named schools in turn: colour, marker. Lightness and shape both differ.
LOOKS = ((DARK, "^"), (BRIGHT, "o"), (MIDDLE, "v"), (DARK, "s"), (BRIGHT, "P"), (MIDDLE, "D"))


def select_school_trajectories(
    effects: pd.DataFrame,
    drift: pd.DataFrame,
    domain: str,
    benchmark_years: Collection[int],
    named_schools: list[str],
) -> pd.DataFrame:
    """Return the effects of every school, those to draw in bold, and the drift (each student counting once).

    Effects are those of the benchmark model, or of the relative model where there is none. Where the
    configuration names no school, the schools with the highest, the median and the lowest change from
    the first year to the last are drawn in bold, without their names.

    Raises
    ------
    ConfigError
        If a named school has no effect in any domain.
    """
    unknown = sorted(set(named_schools) - set(effects["school_id"]))
    if unknown:
        raise ConfigError(f"figures.named_schools: found {unknown}; expected schools with a school effect")
    model = benchmark_model(effects, domain) or "relative"
    schools = effects_of(effects, domain, [model])
    bold = {school: f"school {school}" for school in named_schools} or pick_by_change(schools)
    system = drift[(drift["domain"] == domain) & (drift["basis"] == "student")]
    schools = schools.assign(
        label=[bold.get(school, "") for school in schools["school_id"]], lower=np.nan, upper=np.nan
    )
    schools["line"] = ["named" if label else "school" for label in schools["label"]]
    system = system.assign(
        effect=system["drift"], school_id="", model=model, line="system", label="drift of the whole system"
    )
    rows = pd.concat([schools, system] if len(system) else [schools], ignore_index=True)
    rows["benchmark_year"] = rows["year"].isin(list(benchmark_years))
    rows = rows.sort_values(["line", "school_id", "year"], kind="stable", ignore_index=True)
    return rows[list(SCHOOL_TRAJECTORIES.columns)]


def pick_by_change(schools: pd.DataFrame) -> dict[str, str]:
    """Return the schools of highest, median and lowest change from the first to the last year, with words.

    Only schools with an effect in both years count; a tie goes to the first identifier in text order.
    """
    first, last = int(schools["year"].min()), int(schools["year"].max())
    wide = schools.pivot(index="school_id", columns="year", values="effect").sort_index()
    change = (wide[last] - wide[first]).dropna()
    if first == last or change.empty:
        return {}
    picked = {
        "highest": change.idxmax(),
        "median": (change - change.median()).abs().idxmin(),
        "lowest": change.idxmin(),
    }
    words: dict[str, str] = {}
    for name, school in picked.items():
        words.setdefault(str(school), f"{name} change, {first} to {last}")
    return words


@house_style()
def draw_school_trajectories(plotted: pd.DataFrame, unit: str) -> Figure:
    """Return the figure: thin lines for schools, bold ones for some, the drift with its interval.

    A dotted stretch spans years in which there was no effect.
    """
    model = plotted["model"].iloc[0]
    figure = new_figure(11.0, f"{in_words(plotted['domain'].iloc[0])}: school effects over the years")
    axes = figure.subplots()
    axes.set_title(MODEL_WORDS[model])
    draw_year_axis(
        axes, sorted(set(plotted["year"])), sorted(set(plotted.loc[plotted["benchmark_year"], "year"]))
    )
    axes.axhline(0, color=INK, linewidth=0.9, zorder=3)
    background = plotted[plotted["line"] == "school"]
    thin = crowd_width(background["school_id"].nunique())
    _draw_lines(axes, background, MUTED, thin, 2)
    alone = background[~background["school_id"].duplicated(keep=False)]
    axes.plot(alone["year"], alone["effect"], ".", color=MUTED, markersize=2, zorder=2)
    entries: list[Line2D | Patch] = [Line2D([], [], color=MUTED, linewidth=0.7, label="each school")]
    named = plotted[plotted["line"] == "named"]
    # The legend follows the lines from top to bottom at their right ends.
    ends = named.drop_duplicates("school_id", keep="last").sort_values(
        "effect", ascending=False, kind="stable"
    )
    order = list(ends["school_id"])
    for school, (colour, marker) in zip(order, LOOKS, strict=False):
        points = named[named["school_id"] == school]
        _draw_lines(axes, points, colour, 1.8, 4)
        look: dict[str, Any] = {
            "color": colour,
            "marker": marker,
            "markersize": 5,
            "markeredgecolor": INK,
            "markeredgewidth": 0.6,
        }
        axes.plot(points["year"], points["effect"], linestyle="none", zorder=5, **look)
        entries.append(Line2D([], [], linewidth=1.8, label=points["label"].iloc[0], **look))
    entries += _draw_system(axes, plotted[plotted["line"] == "system"])
    if plotted["benchmark_year"].any():
        entries.append(Patch(facecolor=PALE, label="benchmark year"))
    axes.set_ylabel(f"school effect ({unit})")
    axes.set_xlabel("year of the outcome test")
    figure.legend(handles=entries, loc="outside lower center", ncols=2)
    return figure


def _draw_lines(axes: Axes, points: pd.DataFrame, colour: str, width: float, layer: int) -> None:
    as_picture = len(points) > MOST_VECTOR_MARKS
    for segments, dashes in zip(join_years(points), ("solid", (0, (1, 1.5))), strict=True):
        look: dict[str, Any] = {"colors": colour, "linewidths": width, "linestyles": dashes, "zorder": layer}
        axes.add_collection(LineCollection(list(segments), rasterized=as_picture, **look))
    axes.autoscale_view()


def _draw_system(axes: Axes, system: pd.DataFrame) -> list[Line2D]:
    if system.empty:
        return []
    _draw_lines(axes, system, INK, 2.2, 6)
    below, above = system["effect"] - system["lower"], system["upper"] - system["effect"]
    axes.errorbar(
        system["year"],
        system["effect"],
        [below, above],
        fmt="o",
        color=INK,
        markersize=4,
        markerfacecolor="white",
        capsize=3,
        elinewidth=1.2,
        zorder=7,
    )
    return [
        Line2D(
            [],
            [],
            color=INK,
            linewidth=2.2,
            marker="o",
            markerfacecolor="white",
            markersize=4,
            label=system["label"].iloc[0] + ", with interval",
        )
    ]
