"""Figure: prior and outcome scores, each and together, as counts of students (Figure 1 of the source)."""

import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from valueadded.contracts.location_scale_figures import SCORE_DISTRIBUTIONS
from valueadded.figures.style import DARK, PALE, house_style, in_words, new_figure

Array = NDArray[np.float64]

LEAST_SHOWN = 10
"""Students below which a bin is not shown: a point of the scatter must be nobody's."""
STUDENTS_IN_A_BIN = 30
"""Students in a typical bin: fewer bins where there are fewer students, so that few of them are hidden."""
MOST_BINS = 30
MOST_BINS_TOGETHER = 15
"""Of each score where both are counted together."""


def select_score_distributions(students: pd.DataFrame, prior_term: str) -> pd.DataFrame:
    """Return counts of the students of one cohort by bins of both scores, small bins left out.

    Parameters
    ----------
    students
        `domain`, `year`, `score` and the prior term, a row for each student.
    prior_term
        Column of the prior score.
    """
    complete = students.dropna(subset=["score", prior_term])
    prior, outcome = (complete[name].to_numpy(np.float64) for name in (prior_term, "score"))
    room = len(complete) / STUDENTS_IN_A_BIN
    bins = int(np.clip(room, 1, MOST_BINS))
    together = int(np.clip(np.sqrt(room), 1, MOST_BINS_TOGETHER))
    parts = []
    for panel, values in (("prior", prior), ("outcome", outcome)):
        edges = _round_edges(values, bins)
        counts = np.histogram(values, edges)[0]
        bounds = {f"{panel}_from": edges[:-1], f"{panel}_to": edges[1:]}
        parts.append(_shown(panel, counts, bounds).assign(**_at_ends(values)))
    across, up = _round_edges(prior, together), _round_edges(outcome, together)
    both = np.histogram2d(prior, outcome, [across, up])[0]
    bounds = {
        "prior_from": np.repeat(across[:-1], len(up) - 1),
        "prior_to": np.repeat(across[1:], len(up) - 1),
        "outcome_from": np.tile(up[:-1], len(across) - 1),
        "outcome_to": np.tile(up[1:], len(across) - 1),
    }
    parts.append(_shown("both", both.ravel(), bounds).assign(**_at_ends(outcome)))
    found = pd.concat(parts, ignore_index=True).assign(
        domain=str(students["domain"].iloc[0]),
        year=int(students["year"].iloc[0]),
        n_students=len(complete),
        correlation=float(np.corrcoef(prior, outcome)[0, 1]),
    )
    return found[list(SCORE_DISTRIBUTIONS.columns)].astype({"domain": "str", "panel": "str"})


def _round_edges(values: Array, bins: int) -> Array:
    """Return edges at round numbers: the ends of the data are single students' scores."""
    return np.asarray(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]).tick_values(values.min(), values.max()))


def _at_ends(values: Array) -> dict[str, float]:
    """Return the shares at the lowest and at the highest score, missing where of too few students."""
    counts = {"at_floor": np.sum(values == values.min()), "at_ceiling": np.sum(values == values.max())}
    return {
        end: float(count) / len(values) if count >= LEAST_SHOWN else np.nan for end, count in counts.items()
    }


def _shown(panel: str, counts: Array, bounds: dict[str, Array]) -> pd.DataFrame:
    """Return the bins that may be shown, and how many students are in those that may not.

    One hidden bin, or few students in all of them, would follow from the total: then the smallest of the
    others are hidden too.
    """
    names = ("prior_from", "prior_to", "outcome_from", "outcome_to")
    frame = pd.DataFrame({name: bounds.get(name, np.full(len(counts), np.nan)) for name in names})
    frame = frame.assign(panel=panel, bin=np.arange(1, len(counts) + 1), students=counts.astype(np.int64))
    frame = frame[frame["students"] > 0]
    smallest_first = frame["students"].sort_values(kind="stable")
    few = int((smallest_first < LEAST_SHOWN).sum())
    while 0 < few < len(frame) and (few == 1 or smallest_first.iloc[:few].sum() < LEAST_SHOWN):
        few += 1
    hidden = smallest_first.index[:few]
    return frame.drop(index=hidden).assign(hidden=int(smallest_first.iloc[:few].sum()))


@house_style()
def draw_score_distributions(plotted: pd.DataFrame, words: dict[str, str]) -> Figure:
    """Return the figure: both histograms, and counts of students by both scores.

    `words` has the name of each axis, `prior` and `outcome`.
    """
    first = plotted.iloc[0]
    figure = new_figure(13.0, f"{in_words(first['domain'])} {first['year']}: prior and outcome scores")
    axes = figure.subplot_mosaic([["prior", "outcome"], ["both", "both"]], height_ratios=[1, 1.6])
    for name in ("prior", "outcome"):
        rows = plotted[plotted["panel"] == name]
        axes[name].bar(
            rows[f"{name}_from"],
            rows["students"],
            rows[f"{name}_to"] - rows[f"{name}_from"],
            align="edge",
            color=DARK,
            edgecolor="white",
            linewidth=0.3,
        )
        axes[name].set_xlabel(words[name])
        axes[name].set_ylabel("students")
        axes[name].yaxis.set_major_formatter("{x:,.0f}")
        axes[name].set_title(", ".join(_end_words(rows, end) for end in ("floor", "ceiling")))
    both = plotted[plotted["panel"] == "both"]
    shades = LinearSegmentedColormap.from_list("counts", [PALE, DARK])
    corners = both[["prior_from", "outcome_from", "prior_to", "outcome_to"]].to_numpy()
    tiles = PatchCollection(
        [Rectangle((x, y), right - x, top - y) for x, y, right, top in corners], cmap=shades, linewidths=0
    )
    tiles.set_array(both["students"].to_numpy())
    axes["both"].add_collection(tiles)
    axes["both"].autoscale_view()
    figure.colorbar(tiles, ax=axes["both"], label="students in a bin")
    axes["both"].set_xlabel(words["prior"])
    axes["both"].set_ylabel(words["outcome"])
    hidden = int(first["n_students"] - both["students"].sum())
    axes["both"].set_title(
        f"r = {first['correlation']:.2f}; not shown: {hidden:,} of {first['n_students']:,} students,"
        f" in bins of fewer than {LEAST_SHOWN}"
    )
    return figure


def _end_words(rows: pd.DataFrame, end: str) -> str:
    share = float(rows[f"at_{end}"].iloc[0])
    few = LEAST_SHOWN / float(rows["n_students"].iloc[0])
    return f"at the {end}: " + (f"below {few:.1%}" if np.isnan(share) else f"{share:.1%}")
