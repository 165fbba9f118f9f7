"""Figure: which teachers passed students to which, by year level, tracks side by side."""

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee

from valueadded.contracts.layered_figures import TRACK_GRAPH
from valueadded.errors import ContractError
from valueadded.figures.style import (
    DARK,
    FADED,
    INK,
    MIDDLE,
    MOST_VECTOR_MARKS,
    house_style,
    in_words,
    new_figure,
)

Array = NDArray[np.float64]
Index = NDArray[np.intp]

MOST_TEACHERS = 300
"""Teachers drawn: whole tracks from the largest on, the last one in part if it has no room."""
COLOURS = (DARK, MIDDLE, FADED)
SWEEPS = 12
"""Rounds in which every teacher moves to where the neighbours stand."""
GAP = 2.0
"""Room between tracks (teachers)."""
NODE = ["teacher_id", "year", "year_level"]
NEXT = ["next_teacher_id", "next_year", "next_year_level"]


def select_track_graph(effects: pd.DataFrame, links: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return the teachers of a domain as points with a place, and the lines between them.

    A point is a teacher in one year and year level. Tracks are stacked from the largest down; within a track
    each year level orders its teachers by where their neighbours stand.

    Raises
    ------
    ContractError
        If the domain has no teacher.
    """
    mine = effects[(effects["domain"] == domain) & (effects["layer"] == "teacher")]
    if mine.empty:
        raise ContractError(f"layered_effects: no teacher in domain '{domain}'; expected one or more")
    nodes = mine[[*NODE, "component"]].drop_duplicates(NODE).sort_values(NODE, ignore_index=True)
    number = pd.Series(nodes.index, index=pd.MultiIndex.from_frame(nodes[NODE]))
    lines = links[links["domain"] == domain].sort_values([*NODE, *NEXT], ignore_index=True)
    ends = np.array(
        [number.reindex(pd.MultiIndex.from_frame(lines[side])).to_numpy() for side in (NODE, NEXT)]
    ).reshape(2, len(lines))
    known = np.isfinite(ends).all(axis=0)
    ends, students = ends[:, known].astype(np.intp), lines.loc[known, "n_students"].to_numpy()
    # Which track has no number of its own in one domain: those of the largest come first.
    size = nodes.groupby("component")["teacher_id"].transform("size")
    order = _neighbours_together(len(nodes), ends)
    rank = np.empty(len(nodes), dtype=np.intp)
    rank[order] = np.arange(len(nodes))
    nodes = nodes.assign(rank=rank, size=size)
    nodes = nodes.sort_values(["size", "component", "rank"], ascending=[False, True, True])
    kept = nodes.index.to_numpy()[:MOST_TEACHERS]
    nodes = nodes.sort_index()
    place = _place(nodes, kept, ends, students)
    drawn = np.isin(ends, kept).all(axis=0)
    start, stop = ends[:, drawn]
    alone = np.setdiff1d(kept, ends[:, drawn])
    level = nodes["year_level"].to_numpy()
    component = nodes["component"].to_numpy()
    missing = np.full(len(alone), np.nan)
    table = pd.DataFrame(
        {
            "domain": pd.array([domain] * (len(start) + len(alone)), dtype="str"),
            "component": np.concatenate([component[start], component[alone]]),
            "stage": np.concatenate([level[start], level[alone]]),
            "place": np.concatenate([place[start], place[alone]]),
            "next_stage": np.concatenate([level[stop].astype(float), missing]),
            "next_place": np.concatenate([place[stop], missing]),
            "n_students": np.concatenate([students[drawn], np.zeros(len(alone), dtype=np.int64)]),
            "n_components": nodes["component"].nunique(),
            "n_teachers": len(nodes),
        }
    )
    return table.assign(line=np.arange(1, len(table) + 1))[list(TRACK_GRAPH.columns)]


@house_style()
def draw_track_graph(plotted: pd.DataFrame) -> Figure:
    """Return the figure: year levels from left to right, a colour for each track, width by students."""
    points = pd.concat(
        [
            plotted[["component", "stage", "place"]].astype(float),
            plotted[["component", "next_stage", "next_place"]]
            .set_axis(["component", "stage", "place"], axis=1)
            .dropna()
            .astype(float),
        ]
    ).drop_duplicates()
    n_components, n_teachers = int(plotted["n_components"].iloc[0]), int(plotted["n_teachers"].iloc[0])
    shown = "" if len(points) == n_teachers else f" ({len(points):,} drawn)"
    tracks = "one track" if n_components == 1 else f"{n_components:,} tracks that share no student"
    title = f"{in_words(plotted['domain'].iloc[0])}: {n_teachers:,} teachers{shown}, {tracks}"
    rows_high = np.ptp(points["place"]) + 1
    height_cm = float(np.clip(3 + 0.25 * rows_high, 6, 20))
    figure = new_figure(height_cm, title)
    axes = figure.subplots()
    # A line as wide as the room between two teachers at most.
    widest = float(np.clip(0.5 * (height_cm - 3) / 2.54 * 72 / rows_high, 0.4, 3.0))
    lines = plotted.dropna(subset="next_stage")
    most = lines["n_students"].max() if len(lines) else 1
    colours = {one: COLOURS[k % len(COLOURS)] for k, one in enumerate(points["component"].drop_duplicates())}
    ends = lines[["stage", "place", "next_stage", "next_place"]].to_numpy(float).reshape(-1, 2, 2)
    axes.add_collection(
        LineCollection(
            list(ends),
            colors=[colours[one] for one in lines["component"]],
            linewidths=np.clip(widest * lines["n_students"] / most, 0.1, None),
            alpha=0.6,
            rasterized=len(lines) > MOST_VECTOR_MARKS,
        )
    )
    size = float(np.clip(250 / len(points), 1.5, 5.0))
    for component, rows in points.groupby("component", sort=False):
        axes.plot(rows["stage"], rows["place"], "o", color=colours[component], markersize=size, zorder=3)
        if n_components > 1 and np.ptp(rows["place"]) >= GAP:
            axes.annotate(
                f"track {component:.0f}",
                (points["stage"].max(), float(rows["place"].mean())),
                xytext=(10, 0),
                textcoords="offset points",
                fontsize=7,
                color=INK,
                verticalalignment="center",
                annotation_clip=False,
            )
    stages = sorted(points["stage"].unique())
    axes.set_xticks(stages, [f"{stage:.0f}" for stage in stages])
    axes.margins(x=0.06, y=0.02)
    axes.set_xlabel(f"year level (widest line: {most:,} students)")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return figure


def _neighbours_together(n_nodes: int, ends: Index) -> Index:
    """Return an order of the points in which those with common students stand close (Cuthill-McKee)."""
    graph = sparse.coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(n_nodes, n_nodes))
    return np.asarray(reverse_cuthill_mckee(sparse.csr_array(graph + graph.T), symmetric_mode=True), np.intp)


def _place(nodes: pd.DataFrame, kept: Index, ends: Index, students: Index) -> Array:
    """Return (points,) the height of each point that is kept, tracks from the top down."""
    height = np.full(len(nodes), np.nan)
    one_way = sparse.coo_array((students.astype(float), (ends[0], ends[1])), shape=(len(nodes),) * 2)
    weight = sparse.csr_array(one_way + one_way.T)
    shown = nodes.loc[kept]
    top = 0.0
    for _, track in shown.groupby(["size", "component"], sort=False):
        mine = track.index.to_numpy()
        stages = [np.asarray(stage) for _, stage in sorted(track.groupby("year_level").indices.items())]
        tallest = max(map(len, stages))
        place = _order_stages(weight[mine][:, mine], stages, track["rank"].to_numpy(float))
        height[mine] = top - place * tallest
        top -= tallest + GAP
    return height


def _order_stages(weight: sparse.csr_array, stages: list[Index], start: Array) -> Array:
    """Return (points,) heights between 0 and 1, the points of a stage evenly spread.

    Sugiyama's sweeps: from the first stage to the last and back, each stage takes the order of the mean
    heights of its neighbours in the stages passed before.
    """
    place = np.empty(len(start))
    for stage in stages:
        place[stage] = _evenly(start[stage])
    for turn in range(SWEEPS):
        passed = np.zeros(len(start), dtype=bool)
        for stage in stages if turn % 2 == 0 else reversed(stages):
            near = weight[stage][:, passed]
            total = np.asarray(near.sum(axis=1))
            pulled = np.divide(near @ place[passed], total, out=place[stage], where=total > 0)
            place[stage] = _evenly(pulled)
            passed[stage] = True
    return place


def _evenly(values: Array) -> Array:
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray((rank + 0.5) / len(values))
