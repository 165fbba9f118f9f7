"""Tracks: groups of teachers that share no student, directly or through others (L11)."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from valueadded.layered.design import LayeredDesign


def tracks_of_effects(design: LayeredDesign) -> NDArray[np.int64]:
    """Return (q,) the track of each effect, numbered from 1 by its first effect.

    Two effects are connected if a student has both. Between tracks nothing but the overall means compares
    teachers: their weights (Q2) are independent blocks.
    """
    size = len(design.effects)
    first, second = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.intp)]
    for pattern in design.patterns:
        if pattern.links.shape[1]:
            first.append(np.repeat(pattern.links[:, 0], pattern.links.shape[1]))
            second.append(pattern.links.ravel())
    one, other = np.concatenate(first), np.concatenate(second)
    graph = sparse.coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    _, order, number = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(order), dtype=np.int64)
    rank[np.argsort(order)] = np.arange(1, len(order) + 1)
    return rank[number]


def note_on_tracks(design: LayeredDesign) -> list[str]:
    """Return a sentence if there is more than one track."""
    tracks = tracks_of_effects(design)
    if not len(tracks) or tracks.max() == 1:
        return []
    sizes = np.bincount(tracks)[1:]
    return [
        f"The effects fall into {tracks.max()} tracks without a common student (of {sizes.max()} to "
        f"{sizes.min()} effects): effects of different tracks are compared through the overall means only."
    ]
