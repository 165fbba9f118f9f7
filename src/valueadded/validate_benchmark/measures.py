"""How well one method did on one system."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from valueadded.numerics.places import find_places
from valueadded.validate_benchmark.estimate import Estimate

Array = NDArray[np.float64]


def measure_estimate(found: Estimate, confidence: float, negligible: float) -> dict[str, float]:
    """Return the measures of one estimate, each a mean over its units.

    bias : estimate minus truth
    squared_error : its square
    coverage : share of intervals value -+ z x error that hold the truth
    interval_width : their mean width
    rank_correlation : Spearman's, of estimates with the truth
    flagged : share of units whose interval leaves 0 out, on either side
    false_flags : share of units (of all, not of those flagged) flagged although the truth is of the
        other sign, or closer to 0 than `negligible`

    Missing where a method has no interval, or there are fewer than three units to rank.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    error = found.value - found.truth
    half = z * found.std_error
    known = not np.isnan(half).any()
    flagged = np.abs(found.value) > half
    changed = (np.abs(found.truth) >= negligible) & (np.sign(found.truth) == np.sign(found.value))
    return {
        "units": float(len(error)),
        "bias": float(error.mean()),
        "squared_error": float((error**2).mean()),
        "coverage": float((np.abs(error) <= half).mean()) if known else np.nan,
        "interval_width": float(2 * half.mean()),
        "rank_correlation": rank_correlation(found.value, found.truth),
        "flagged": float(flagged.mean()) if known else np.nan,
        "false_flags": float((flagged & ~changed).mean()) if known else np.nan,
    }


def rank_correlation(a: Array, b: Array) -> float:
    """Return Spearman's rank correlation, ties sharing their mean rank; missing if a side does not vary."""
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(find_places(a).mean, find_places(b).mean)[0, 1])
