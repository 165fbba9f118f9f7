"""Each school's change between two years, with the covariance of both years in its error."""

from statistics import NormalDist

import numpy as np
import pandas as pd
import scipy  # loads its parts at their first use, which most jobs have none of
from numpy.typing import NDArray

from valueadded.mixed.joint.design import JointData
from valueadded.mixed.joint.fit import JointEstimates
from valueadded.mixed.joint.posterior import (
    JointPosterior,
    Reference,
    contrast_errors,
    joint_posterior,
    line_height,
)

Array = NDArray[np.float64]


def change_frame(
    data: JointData, estimates: JointEstimates, base_year: int, reference: Reference, confidence: float
) -> pd.DataFrame:
    """Return each school's change between `base_year` and every other year, forward in time.

    A row for each school with students in both years; columns as the contract `joint_changes` without the
    domain. "relative" is the school's place among schools; "benchmark" adds how far the whole line moved at
    the reference intake. Effects with an interval carry the error of the coefficients too.
    """
    posterior = joint_posterior(estimates)
    base = data.cohorts.index(base_year)
    pairs = [(min(base, t), max(base, t)) for t in range(len(data.cohorts)) if t != base]
    parts = [_pair_frame(data, estimates, posterior, pair, reference, confidence) for pair in pairs]
    return pd.concat(parts, ignore_index=True)


def _pair_frame(
    data: JointData,
    estimates: JointEstimates,
    posterior: JointPosterior,
    pair: tuple[int, int],
    reference: Reference,
    confidence: float,
) -> pd.DataFrame:
    earlier, later = pair
    both = np.flatnonzero((data.n[:, earlier] > 0) & (data.n[:, later] > 0))
    heights = [line_height(data, estimates, data.cohorts[t], reference) for t in pair]
    unit = np.eye(len(data.cohorts))
    step = unit[later] - unit[earlier]
    nothing = np.zeros(data.starts[-1])
    columns: dict[str, object] = {
        "school_id": pd.array(data.school_id[both], dtype="str"),
        "year_from": np.full(len(both), data.cohorts[earlier]),
        "year_to": np.full(len(both), data.cohorts[later]),
        "n_students_from": data.n[both, earlier].astype(np.int64),
        "n_students_to": data.n[both, later].astype(np.int64),
    }
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    for name, (low, high), (line_to, line_step) in (
        ("relative", (0.0, 0.0), (nothing, nothing)),
        (
            "benchmark",
            (heights[0].value, heights[1].value),
            (heights[1].weights, heights[1].weights - heights[0].weights),
        ),
    ):
        before = posterior.effect[both, earlier] + low
        after = posterior.effect[both, later] + high
        error = contrast_errors(data, estimates, step, line_step)[both]
        error_after = contrast_errors(data, estimates, unit[later], line_to)[both]
        change = after - before
        columns |= {
            f"{name}_from": before,
            f"{name}_to": after,
            f"{name}_to_lower": after - z * error_after,
            f"{name}_to_upper": after + z * error_after,
            f"{name}_change": change,
            f"{name}_std_error": error,
            f"{name}_lower": change - z * error,
            f"{name}_upper": change + z * error,
            f"{name}_p_improved": probability_above_zero(change, error),
        }
    return pd.DataFrame(columns)


def probability_above_zero(value: Array, error: Array) -> Array:
    """Return the normal probability that what `value` (J,) estimates with `error` (J,) is above 0."""
    ratio = np.divide(value, error, out=np.zeros_like(value), where=error > 0)
    certain = np.where(value > 0, 1.0, np.where(value < 0, 0.0, 0.5))
    return np.where(error > 0, scipy.special.ndtr(ratio), certain)
