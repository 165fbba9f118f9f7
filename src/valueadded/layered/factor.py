"""The factor of C = I + L Z'R^-1 Z L: its pattern once, then determinant, solutions and inverse entries."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from valueadded.errors import FitError
from valueadded.layered.design import LayeredDesign

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Layout:
    """Where C has entries.

    rows, columns : (E,) the distinct places of the lower triangle
    slots : for each pattern (n, pairs) the place to which each pair of links adds
    pairs : for each pattern the two link positions (pairs,) of each pair, first >= second
    size : q
    """

    rows: Index
    columns: Index
    slots: tuple[Index, ...]
    pairs: tuple[tuple[Index, Index], ...]
    size: int


def lay_out(design: LayeredDesign) -> Layout:
    """Return the places of C that students with two effects, or one, fill."""
    size = len(design.effects)
    pairs, keys = [], []
    for pattern in design.patterns:
        first, second = np.tril_indices(pattern.links.shape[1])
        one, other = pattern.links[:, first], pattern.links[:, second]
        pairs.append((first, second))
        keys.append(np.maximum(one, other) * size + np.minimum(one, other))
    flat = np.concatenate([key.ravel() for key in keys])
    places, slot = np.unique(flat, return_inverse=True)
    ends = np.cumsum([key.size for key in keys])[:-1]
    slots = tuple(
        part.reshape(key.shape) for part, key in zip(np.split(slot.ravel(), ends), keys, strict=True)
    )
    return Layout(places // max(size, 1), places % max(size, 1), slots, tuple(pairs), size)


class DenseFactor:
    """A Cholesky factor of C by LAPACK, in one (q, q) array that `inverse_entries` overwrites."""

    def __init__(self, layout: Layout, values: Array) -> None:
        matrix = np.zeros((layout.size, layout.size), order="F")
        matrix[layout.rows, layout.columns] = values
        matrix[np.diag_indices(layout.size)] += 1.0
        self._layout = layout
        self._lower = np.zeros((0, 0))
        self.log_determinant = 0.0
        if layout.size:
            self._lower, info = lapack.dpotrf(matrix, lower=1, overwrite_a=1, clean=0)
            if info:
                raise FitError("the equations of the effects are not positive definite")
            self.log_determinant = 2.0 * float(np.log(np.diag(self._lower)).sum())

    def solve(self, right: Array) -> Array:
        """Return C^-1 times right (q, m)."""
        if not self._layout.size or not right.shape[1]:
            return np.zeros_like(right)
        solution, _ = lapack.dpotrs(self._lower, np.asfortranarray(right), lower=1)
        return np.asarray(solution)

    def inverse_entries(self) -> Array:
        """Return the (E,) entries of C^-1 at the layout's places; nothing can be solved afterwards."""
        if not self._layout.size:
            return np.zeros(0)
        inverse, _ = lapack.dpotri(self._lower, lower=1, overwrite_c=1)
        self._lower = np.zeros((0, 0))
        return np.asarray(inverse[self._layout.rows, self._layout.columns])
