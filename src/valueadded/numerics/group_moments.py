"""Means and cross-products of columns within groups, in one pass over sorted rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GroupMoments:
    """Moments of K columns within J groups.

    n : (J,) rows in each group
    centre : (K,) value subtracted from each column before anything is summed
    mean : (J, K) group mean minus `centre`
    scatter : (J, K, K) cross-products about the group mean
    """

    n: Array
    centre: Array
    mean: Array
    scatter: Array


def summarise_groups(values: Array, codes: NDArray[np.intp], n_groups: int) -> GroupMoments:
    """Return the moments of `values` (N, K) within the groups numbered by `codes` (N,).

    Every group 0 ... n_groups - 1 must have a row. Columns are centred first, so that a large common
    offset costs no digits, and means are corrected by the mean of the deviations (Chan, Golub and
    LeVeque 1983, the corrected two-pass algorithm). Rows are summed by group in the order given, pairwise
    within a group, so that threads never change a digit.
    """
    # Small numbers are sorted by their digits, nine times as fast.
    narrow = codes.astype(np.uint16) if n_groups <= np.iinfo(np.uint16).max else codes
    order = np.argsort(narrow, kind="stable")
    starts = np.searchsorted(narrow[order], np.arange(n_groups))
    sorted_columns = np.ascontiguousarray(values[order].T)
    centre = _plain_centre(sorted_columns)
    deviations = sorted_columns - centre[:, None]
    counts = np.diff(np.append(starts, len(codes)))
    n = counts.astype(np.float64)
    mean = np.add.reduceat(deviations, starts, axis=1) / n
    deviations -= np.repeat(mean, counts, axis=1)
    correction = np.add.reduceat(deviations, starts, axis=1) / n
    mean += correction
    n_columns = len(deviations)
    scatter = np.empty((n_groups, n_columns, n_columns))
    for a in range(n_columns):
        for b in range(a + 1):
            products = np.add.reduceat(deviations[a] * deviations[b], starts)
            scatter[:, a, b] = scatter[:, b, a] = products - n * correction[a] * correction[b]
    return GroupMoments(n, centre, np.ascontiguousarray(mean.T), scatter)


def _plain_centre(columns: Array) -> Array:
    """Return a value near the mean of each column that is exact in few bits.

    Subtracting a number with few bits from data with a large offset is exact; the mean itself would
    round every deviation.
    """
    means = columns.mean(axis=1)
    spread = np.maximum(np.ptp(columns, axis=1), np.abs(means) * 1e-12)
    step = np.exp2(np.floor(np.log2(np.where(spread > 0, spread, 1.0))) - 3)
    return np.round(means / step) * step


def pool_groups(
    n: Array, mean: Array, scatter: Array, codes: NDArray[np.intp], n_groups: int
) -> GroupMoments:
    """Return moments with the groups that share a code merged into one.

    n (J,), mean (J, K) about a common centre, scatter (J, K, K); exact up to rounding (Chan et al. 1983).
    The `centre` of the result is 0 because means stay relative to the caller's.
    """
    pooled_n: Array = np.bincount(codes, n, n_groups).astype(np.float64)
    n_columns = mean.shape[1]
    pooled_mean = np.empty((n_groups, n_columns))
    for k in range(n_columns):
        pooled_mean[:, k] = np.bincount(codes, n * mean[:, k], n_groups) / pooled_n
    apart = mean - pooled_mean[codes]
    inside = scatter + n[:, None, None] * apart[:, :, None] * apart[:, None, :]
    pooled_scatter = np.empty((n_groups, n_columns, n_columns))
    for a in range(n_columns):
        for b in range(n_columns):
            pooled_scatter[:, a, b] = np.bincount(codes, inside[:, a, b], n_groups)
    return GroupMoments(pooled_n, np.zeros(n_columns), pooled_mean, pooled_scatter)


def add_groups(total: GroupMoments, part: GroupMoments, rows: NDArray[np.intp]) -> None:
    """Add the moments of further rows to `total`, in place; exact up to rounding (Chan et al. 1983).

    `rows` (J',) are the groups of `total` that the groups of `part` belong to, each at most once. A group of
    `total` may have no rows yet, with moments of 0.
    """
    n = total.n[rows] + part.n
    apart = part.mean + (part.centre - total.centre) - total.mean[rows]
    between = (total.n[rows] * part.n / n)[:, None, None] * apart[:, :, None] * apart[:, None, :]
    total.mean[rows] += apart * (part.n / n)[:, None]
    total.scatter[rows] += part.scatter + between
    total.n[rows] = n
