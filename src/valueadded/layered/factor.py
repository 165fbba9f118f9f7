"""The factor of C = I + L Z'R^-1 Z L: its pattern once, then determinant, solutions and inverse entries.

Dense by LAPACK, or sparse by SuperLU with the recursion of Takahashi, Fagan and Chin (1973) for the entries
of the inverse. Dense wins up to a few thousand effects, and wherever students who move fill the factor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from valueadded.errors import FitError
from valueadded.layered.design import LayeredDesign

Array = NDArray[np.float64]
Index = NDArray[np.intp]


# Measured: below this number of effects, or above this share of the square, dense is faster.
FEWEST_SPARSE = 3_000
FULLEST_SPARSE = 1 / 15


@dataclass(frozen=True)
class Layout:
    """Where C has entries.

    rows, columns : (E,) the distinct places of the lower triangle
    slots : for each pattern (n, pairs) the place to which each pair of links adds
    pairs : for each pattern the two link positions (pairs,) of each pair, first >= second
    size : q
    sparse : whether a sparse factor is used
    """

    rows: Index
    columns: Index
    slots: tuple[Index, ...]
    pairs: tuple[tuple[Index, Index], ...]
    size: int
    sparse: bool


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
    rows, columns = places // max(size, 1), places % max(size, 1)
    return Layout(rows, columns, slots, tuple(pairs), size, _fills_little(rows, columns, size))


def _fills_little(rows: Index, columns: Index, size: int) -> bool:
    """Return whether a factor of this pattern is sparse enough; a matrix of ones, its diagonal dominant."""
    if size < FEWEST_SPARSE or 2 * len(rows) > FULLEST_SPARSE * size**2:
        return False
    values = np.where(rows == columns, 0.0, -1.0)
    matrix = _symmetric(rows, columns, values, size)
    matrix.setdiag(1.0 - matrix.sum(axis=0))
    return bool(_factorise(matrix).L.nnz <= FULLEST_SPARSE * size**2)


def _symmetric(rows: Index, columns: Index, values: Array, size: int) -> sparse.csc_array:
    lower = sparse.csc_array((values, (rows, columns)), shape=(size, size))
    return sparse.csc_array(lower + sparse.tril(lower, -1).T)


def _factorise(matrix: sparse.csc_array):  # type: ignore[no-untyped-def]
    """Return SuperLU's L and U of a symmetric definite matrix, in one order of rows and columns."""
    from scipy.sparse.linalg import splu

    return splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def factorise(layout: Layout, values: Array) -> "DenseFactor | SparseFactor":
    """Return the factor of C from its entries (E,) at the layout's places, less the unit diagonal."""
    return SparseFactor(layout, values) if layout.sparse else DenseFactor(layout, values)


class SparseFactor:
    """C = P'LDL'P by SuperLU."""

    def __init__(self, layout: Layout, values: Array) -> None:
        matrix = _symmetric(layout.rows, layout.columns, values, layout.size)
        self._factor = _factorise(sparse.csc_array(matrix + sparse.eye_array(layout.size)))
        self._layout = layout
        self._diagonal = self._factor.U.diagonal()
        if (self._diagonal <= 0).any() or (self._factor.perm_r != self._factor.perm_c).any():
            raise FitError("the equations of the effects are not positive definite")
        self.log_determinant = float(np.log(self._diagonal).sum())

    def solve(self, right: Array) -> Array:
        """Return C^-1 times right (q, m)."""
        return np.asarray(self._factor.solve(np.ascontiguousarray(right)))

    def inverse_entries(self) -> Array:
        """Return the (E,) entries of C^-1 at the layout's places.

        From the last column to the first, Z[i, j] = -Z[i, i] L[i, j] over the rows i > j where L has entries:
        the entries needed of Z are always known.
        """
        lower = sparse.csc_array(self._factor.L)
        lower.sort_indices()
        start, row, value = lower.indptr, lower.indices, lower.data
        inverse = np.zeros(len(value))
        for column in range(self._layout.size - 1, -1, -1):
            # The first entry of a column is its unit diagonal.
            below = slice(start[column] + 1, start[column + 1])
            among = row[below]
            block = np.zeros((len(among), len(among)))
            for place, other in enumerate(among):
                inside = slice(start[other], start[other + 1])
                found = np.searchsorted(row[inside], among[place:])
                block[place:, place] = block[place, place:] = inverse[inside][found]
            inverse[below] = -block @ value[below]
            inverse[start[column]] = 1.0 / self._diagonal[column] - value[below] @ inverse[below]
        return self._at_places(start, row, inverse)

    def _at_places(self, start: Index, row: Index, inverse: Array) -> Array:
        order = np.asarray(self._factor.perm_c, dtype=np.intp)
        one, other = order[self._layout.rows], order[self._layout.columns]
        left, below = np.minimum(one, other), np.maximum(one, other)
        size = self._layout.size
        key = np.repeat(np.arange(size), np.diff(start)) * size + row
        return np.asarray(inverse[np.searchsorted(key, left * size + below)])


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
