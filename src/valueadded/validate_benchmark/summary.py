"""Replicates in, one number and its Monte Carlo error out for each scenario, target, method and measure."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

MEANS = ("bias", "coverage", "interval_width", "rank_correlation", "flagged", "false_flags")
KEY = ["scenario", "target", "method"]


def summarise_replicates(replicates: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each measure over replicates, the root for squared errors, with Monte Carlo errors.

    A replicate is one draw whatever its number of schools: the error of a mean is sd / sqrt(replicates), and
    that of a root of a mean follows from it by the delta method (Morris, White and Crowther 2019). A measure
    that a method does not have has no row.
    """
    rows = []
    for key, group in replicates.groupby(KEY, sort=True):
        found = {name: _mean(group[name].to_numpy()) for name in MEANS}
        squared, error, count = _mean(group["squared_error"].to_numpy())
        root = np.sqrt(squared)
        found["rmse"] = (root, error / (2 * root) if root > 0 else 0.0, count)
        for measure, (value, error, count) in found.items():
            if count:
                named = dict(zip(KEY, key, strict=True))
                rows.append(
                    named
                    | {"measure": measure, "value": value, "monte_carlo_error": error, "replicates": count}
                )
    return pd.DataFrame(rows).astype({name: "str" for name in [*KEY, "measure"]})


def _mean(values: Array) -> tuple[float, float, int]:
    """Return the mean of the known values, its standard error, and how many there are."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return float(known.mean()) if len(known) else np.nan, np.nan, len(known)
    return float(known.mean()), float(known.std(ddof=1) / np.sqrt(len(known))), len(known)
