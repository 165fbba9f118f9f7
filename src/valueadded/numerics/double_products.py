"""Sums of products as if in twice the working precision, from float64 alone."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# 2^27 + 1 splits a float64 into halves of 26 bits, whose products are exact.
SPLITTER = 134217729.0


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the rounded sum and what rounding left of it: a + b exactly (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def two_product(a: Array, b: Array | float) -> tuple[Array, Array]:
    """Return the rounded product and what rounding left of it: a b exactly (Dekker 1971).

    Numbers above about 1e300 overflow.
    """
    product = a * b
    high, tall = SPLITTER * a, SPLITTER * np.asarray(b, dtype=np.float64)
    high, tall = high - (high - a), tall - (tall - b)
    low, short = a - high, b - tall
    return product, low * short - (((product - high * tall) - low * tall) - high * short)


def dot_products(columns: Array, vector: Array) -> Array:
    """Return columns'vector (p,) for columns (n, p) and a vector (n,), summed in twice the precision.

    Products are added in pairs, and so are their sums; what rounding left is kept and added last.
    """
    total, left = two_product(columns, vector[:, None])
    error = left.sum(axis=0)
    while len(total) > 1:
        half = len(total) // 2
        odd = total[2 * half :]
        total, lost = two_sum(total[:half], total[half : 2 * half])
        error += lost.sum(axis=0)
        total = np.concatenate([total, odd])
    return np.asarray(total[0] + error)


def subtract_products(start: Array, columns: Array, high: Array, low: Array) -> Array:
    """Return start - columns (high + low), each (n,) for columns (n, p), summed in twice the precision.

    high, low (p,) are coefficients as unevaluated sums (Ogita, Rump and Oishi 2005, algorithm 5.3).
    """
    total, error = start, np.zeros_like(start)
    for column, large, small in zip(columns.T, high, low, strict=True):
        product, left = two_product(column, float(large))
        total, lost = two_sum(total, -product)
        error += lost - left - column * small
    return total + error
