"""Tables of the correlations over cohorts: pair by pair, and by lag."""

from statistics import NormalDist

import numpy as np
import pandas as pd

from valueadded.mixed.joint.design import JointData
from valueadded.mixed.joint.fit import JointEstimates, vech_covariance
from valueadded.mixed.joint.profile import correlation_gradient, correlation_intervals


def correlation_frame(
    data: JointData, estimates: JointEstimates, structure: str, reml: bool, confidence: float
) -> pd.DataFrame:
    """Return `year_a`, `year_b`, `lag`, `correlation`, the intervals and the schools in both years."""
    years = data.cohorts
    entries = vech_covariance(estimates)
    present = data.n > 0
    rows = []
    for b in range(len(years)):
        for a in range(b):
            row: dict[str, float] = {
                "year_a": years[a],
                "year_b": years[b],
                "lag": years[b] - years[a],
                "n_schools": int((present[:, a] & present[:, b]).sum()),
            }
            if structure == "unstructured":
                found = correlation_intervals(data, estimates, entries, (a, b), reml, confidence)
                row |= {"correlation": found.correlation, "std_error": found.std_error}
                for suffix, interval in (
                    ("", found.profile),
                    ("_delta", found.delta),
                    ("_fisher", found.fisher),
                ):
                    row |= {f"lower{suffix}": interval[0], f"upper{suffix}": interval[1]}
            else:
                covariance = estimates.covariance
                spread = np.sqrt(covariance[a, a] * covariance[b, b])
                row |= {"correlation": covariance[a, b] / spread if spread > 0 else np.nan}
            rows.append(row)
    columns = ["year_a", "year_b", "lag", "correlation", "lower", "upper", "std_error"]
    beside = ["lower_delta", "upper_delta", "lower_fisher", "upper_fisher", "n_schools"]
    return pd.DataFrame(rows, columns=[*columns, *beside]).sort_values(
        ["year_a", "year_b"], ignore_index=True
    )


def lag_frame(data: JointData, estimates: JointEstimates, confidence: float) -> pd.DataFrame:
    """Return `lag`, `pairs`, the mean `correlation` of the pairs at that lag, `std_error`, `lower`, `upper`.

    The standard error is that of the mean by the delta method, the interval is on the scale of Fisher's z;
    both are approximate where the covariance is singular. A pair with a variance of 0 does not count.
    """
    years, covariance = np.array(data.cohorts), estimates.covariance
    entries, variance = vech_covariance(estimates)
    spread = np.sqrt(np.diag(covariance))
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    lags = np.abs(np.subtract.outer(years, years))
    rows = []
    for lag in np.unique(lags[lags > 0]):
        pairs = [
            (a, b)
            for b in range(len(years))
            for a in range(b)
            if lags[a, b] == lag and spread[a] * spread[b] > 0
        ]
        if not pairs:
            continue
        gradients = np.array([correlation_gradient(covariance, entries, a, b) for a, b in pairs])
        # A correlation of 1 may come out a rounding error above it.
        each = np.clip([covariance[a, b] / (spread[a] * spread[b]) for a, b in pairs], -1.0, 1.0)
        mean = float(each.mean())
        slope = gradients.mean(axis=0)
        known = abs(mean) < 1
        error = float(np.sqrt(slope @ variance @ slope)) if known else np.nan
        centre, half = (np.arctanh(mean), z * error / (1 - mean**2)) if known else (np.nan, np.nan)
        rows.append(
            {
                "lag": int(lag),
                "pairs": len(pairs),
                "correlation": mean,
                "std_error": error,
                "lower": float(np.tanh(centre - half)),
                "upper": float(np.tanh(centre + half)),
            }
        )
    return pd.DataFrame(rows)
