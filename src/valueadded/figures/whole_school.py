"""What the figures of one whole school share: its rows, their places, words where there is no result."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from valueadded.errors import ContractError
from valueadded.figures.style import DARK, FADED, MIDDLE, MUTED, in_words
from valueadded.intake_adjusted.guard import HOW_TO_READ
from valueadded.intake_adjusted.policy import Policy

BAND_COLOURS = {"higher": DARK, "similar": MUTED, "lower": MIDDLE}
BAND_WORDS = {"higher": "above similar schools", "similar": "similar", "lower": "below similar schools"}
WINDOWS = ("LY", "4Y")
# Distance of a window from the place of its outcome, in rows.
OFFSETS = {"LY": -0.2, "4Y": 0.2}
HEADING = 0.5
"""Height of the heading of a domain of outcome, in rows."""
FOOT_WIDTH = 128
"""Characters in a line at the foot."""


def outcome_words_of(policy: Policy) -> dict[str, tuple[str, str]]:
    """Return outcome -> its domain and its words, in the order of the registry."""
    return {name: (entry.area, entry.name) for name, entry in policy.outcomes.items()}


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
        raise ContractError(
            f"performance: school '{school_id}' has no rows; expected a school of the data: change "
            "intake_adjusted.figures.schools, or the file that was asked for"
        )
    unknown = sorted(set(rows["outcome"]) - set(outcomes))
    if unknown:
        raise ContractError(
            f"performance: outcome '{unknown[0]}' has no words; expected them of the registry"
        )
    areas = list(dict.fromkeys(area for area, _ in outcomes.values()))
    # A school of two groups that share an outcome has a row in each.
    pairs = rows[["outcome", "group"]].drop_duplicates()
    shared = set(pairs.loc[pairs["outcome"].duplicated(), "outcome"])
    of_outcome = pairs.groupby("outcome", sort=False)["group"].agg(list)
    ordered = [
        (name, group)
        for area in areas
        for name in outcomes
        if name in of_outcome and outcomes[name][0] == area
        for group in of_outcome[name]
    ]
    place = {pair: number for number, pair in enumerate(ordered, start=1)}
    found = rows.assign(
        place=[place[pair] for pair in zip(rows["outcome"], rows["group"], strict=True)],
        area=[outcomes[name][0] for name in rows["outcome"]],
        words=[
            f"{outcomes[name][1]}, among {in_words(group).lower()}" if name in shared else outcomes[name][1]
            for name, group in zip(rows["outcome"], rows["group"], strict=True)
        ],
        limit=float(limit),
    ).astype({"place": "int64", "area": "str", "words": "str", "window": "str"})
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
    words = fill(str(row["words"]), 36)
    return f"{words}\n(high is poor)" if row["higher_is_worse"] else words


def heights(plotted: pd.DataFrame) -> dict[int, float]:
    """Return place -> height of its row, with room for a heading above each domain of outcome."""
    first = plotted.drop_duplicates("place")
    headings = (first["area"] != first["area"].shift()).cumsum()
    return dict(zip(first["place"].tolist(), (first["place"] + HEADING * headings).tolist(), strict=True))


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


def name_rows(axes: Axes, plotted: pd.DataFrame) -> None:
    """Name outcomes at the left, windows at the right, domains of outcome above their rows."""
    at = heights(plotted)
    first = plotted.drop_duplicates("place")
    axes.set_yticks(list(at.values()), [outcome_words(row) for _, row in first.iterrows()])
    axes.tick_params(axis="y", length=0)
    across = axes.get_yaxis_transform()
    for area, rows in first.groupby("area", sort=False):
        top = at[int(rows["place"].iloc[0])] - 0.5
        axes.axhline(top - HEADING, color=FADED, linewidth=0.5, zorder=1)
        axes.text(
            0.01,
            top - HEADING / 2,
            in_words(str(area)),
            transform=across,
            fontsize=7,
            fontweight="bold",
            verticalalignment="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
            zorder=6,
        )
    axes.set_ylim(max(at.values()) + 0.5, 0.5)


def name_windows(axes: Axes, plotted: pd.DataFrame) -> None:
    """Write the years of each window at the right."""
    at = heights(plotted)
    for _, row in plotted.iterrows():
        axes.text(
            1.02,
            at[row["place"]] + OFFSETS[row["window"]],
            window_words(row),
            transform=axes.get_yaxis_transform(),
            fontsize=6.5,
            verticalalignment="center",
        )


def add_foot(figure: Figure, entries: Sequence[Artist], ncols: int, first: str = "") -> None:
    """Write how the figure is to be read (V24) at its foot, and the legend below; `first` stands before."""
    legend = figure.legend(
        handles=list(entries),
        loc="outside lower left",
        ncols=ncols,
        title=fill(f"{first} {HOW_TO_READ}".strip(), FOOT_WIDTH),
        title_fontsize=6.5,
        alignment="left",
    )
    legend.get_title().set_color(FADED)
