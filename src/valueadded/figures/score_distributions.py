"""Figure: prior and outcome scores, each and together, as counts of students (Figure 1 of the source)."""

import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from valueadded.contracts.location_scale_figures import SCORE_DISTRIBUTIONS
from valueadded.figures.style import DARK, PALE, house_style, in_words, new_figure

LEAST_SHOWN = 10
"""Students below which a bin is not shown: a point of the scatter must be nobody's."""
BINS = 30
BINS_TOGETHER = 15
"""Bins of each score where both are counted together: coarser, so that few students are hidden."""


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
    edges = {"prior": np.histogram_bin_edges(prior, BINS), "outcome": np.histogram_bin_edges(outcome, BINS)}
    parts = []
    for panel, values in (("prior", prior), ("outcome", outcome)):
        counts = np.histogram(values, edges[panel])[0]
        bounds = {f"{panel}_from": edges[panel][:-1], f"{panel}_to": edges[panel][1:]}
        ends = {"at_floor": np.mean(values == values.min()), "at_ceiling": np.mean(values == values.max())}
        parts.append(_shown(panel, counts, bounds).assign(**ends))
    both, across, up = np.histogram2d(prior, outcome, BINS_TOGETHER)
    bounds = {
        "prior_from": np.repeat(across[:-1], BINS_TOGETHER),
        "prior_to": np.repeat(across[1:], BINS_TOGETHER),
        "outcome_from": np.tile(up[:-1], BINS_TOGETHER),
        "outcome_to": np.tile(up[1:], BINS_TOGETHER),
    }
    ends = {"at_floor": np.mean(outcome == outcome.min()), "at_ceiling": np.mean(outcome == outcome.max())}
    parts.append(_shown("both", both.ravel(), bounds).assign(**ends))
    found = pd.concat(parts, ignore_index=True).assign(
        domain=str(students["domain"].iloc[0]),
        year=int(students["year"].iloc[0]),
        n_students=len(complete),
        correlation=float(np.corrcoef(prior, outcome)[0, 1]),
    )
    return found[list(SCORE_DISTRIBUTIONS.columns)].astype({"domain": "str", "panel": "str"})


def _shown(panel: str, counts: NDArray[np.float64], bounds: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    names = ("prior_from", "prior_to", "outcome_from", "outcome_to")
    frame = pd.DataFrame({name: bounds.get(name, np.full(len(counts), np.nan)) for name in names})
    frame = frame.assign(panel=panel, students=counts.astype(np.int64))
    shown = frame["students"] >= LEAST_SHOWN
    hidden = int(frame.loc[~shown, "students"].sum())
    return frame[shown].assign(hidden=hidden)


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
        ends = [f"{part}: {rows[f'at_{part}'].iloc[0]:.1%}" for part in ("floor", "ceiling")]
        axes[name].set_title(f"at the {', at the '.join(ends)}")
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
    hidden = int(both["hidden"].iloc[0])
    axes["both"].set_title(
        f"r = {first['correlation']:.2f}; not shown: {hidden:,} of {first['n_students']:,} students,"
        f" in bins of fewer than {LEAST_SHOWN}"
    )
    return figure
