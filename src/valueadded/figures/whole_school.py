"""What the figures of one whole school share: its rows, their places, words where there is no result."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from valueadded.errors import ContractError
from valueadded.figures.style import DARK, FADED, MIDDLE, MUTED
from valueadded.intake_adjusted.guard import HOW_TO_READ

BAND_COLOURS = {"higher": DARK, "similar": MUTED, "lower": MIDDLE}
BAND_WORDS = {"higher": "above similar schools", "similar": "similar", "lower": "below similar schools"}
WINDOWS = ("LY", "4Y")
# Distance of a window from the place of its outcome, in rows.
OFFSETS = {"LY": -0.2, "4Y": 0.2}


def rows_of_school(
    performance: pd.DataFrame,
    outcomes: Mapping[str, tuple[str, str]],
    school_id: str,
    limit: float,
) -> pd.DataFrame:
    """Return every outcome of a school in every window, domains of outcome together, with its place.

    Parameters
    ----------
    performance
        As `adjust_outcomes` returns it.
    outcomes
        Outcome -> its domain and its words, in the order of the registry.
    limit
        Residuals up to this are similar.

    Raises
    ------
    ContractError
        If the school is not in `performance`, or an outcome has no words.
    """
    rows = performance[performance["school_id"] == school_id]
    if rows.empty:
        raise ContractError(f"performance: school '{school_id}' has no rows; expected its outcomes")
    unknown = sorted(set(rows["outcome"]) - set(outcomes))
    if unknown:
        raise ContractError(f"performance: outcome '{unknown[0]}' has no words; expected them of the registry")
    areas = list(dict.fromkeys(area for area, _ in outcomes.values()))
    shown = sorted(set(rows["outcome"]), key=lambda name: areas.index(outcomes[name][0]))
    ordered = [name for area in areas for name in outcomes if name in shown and outcomes[name][0] == area]
    place = {name: number for number, name in enumerate(ordered, start=1)}
    words = {name: text for name, (_, text) in outcomes.items()}
    found = rows.assign(
        place=rows["outcome"].map(place).astype("int64"),
        area=rows["outcome"].map({name: area for name, (area, _) in outcomes.items()}).astype("str"),
        words=rows["outcome"].map(words).astype("str"),
        limit=float(limit),
        window=rows["window"].astype("str"),
    )
    # The latest year stands above the mean of years.
    order = found["window"].map({name: number for number, name in enumerate(WINDOWS)})
    return found.assign(order=order).sort_values(["place", "order"], ignore_index=True).drop(columns="order")


def window_words(row: pd.Series) -> str:
    """Return the window in words."""
    if row["calendar_year"] == 0:
        return "no year"
    if row["window"] == "LY":
        return f"latest year {row['calendar_year']}"
    years = int(row["years_used"])
    return f"{years} year{'' if years == 1 else 's'} to {row['calendar_year']}"


def outcome_words(row: pd.Series) -> str:
    """Return the outcome in words, with a mark where a high value is a poor result."""
    return f"{row['words']} (high is poor)" if row["higher_is_worse"] else str(row["words"])


def write_status(axes: Axes, row: pd.Series, height: float) -> None:
    """Write at the middle why there is no result."""
    words = f"{row['status']}: {row['reason']}" if row["reason"] else str(row["status"])
    axes.text(
        0.0,
        height,
        f" {words} ",
        color=FADED,
        fontsize=6.5,
        fontstyle="italic",
        horizontalalignment="center",
        verticalalignment="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        zorder=5,
    )


def name_outcomes(axes: Axes, plotted: pd.DataFrame) -> None:
    """Name outcomes and windows at the left, and write each domain of outcome above its rows."""
    first = plotted.drop_duplicates("place").set_index("place")
    axes.set_yticks(list(first.index), [outcome_words(row) for _, row in first.iterrows()])
    axes.tick_params(axis="y", length=0)
    for place, row in first[first["area"] != first["area"].shift()].iterrows():
        top = float(str(place)) - 0.5
        axes.axhline(top, color=FADED, linewidth=0.5, zorder=1)
    axes.set_ylim(len(first) + 0.5, 0.5)


def say_how_to_read(figure: Figure) -> None:
    """Write at the foot of a figure how it is to be read (V24)."""
    figure.supxlabel(_fold(HOW_TO_READ), x=0.01, horizontalalignment="left", fontsize=6.5, color=FADED)


def _fold(words: str, width: int = 135) -> str:
    from textwrap import fill

    return fill(words, width)
