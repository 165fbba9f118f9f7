"""Pairs of schools: which of two is higher, and how sure that is (N7)."""

from collections.abc import Collection
from statistics import NormalDist

import numpy as np
import pandas as pd

from valueadded.effects.ranks import KEY, own_errors
from valueadded.effects.stability import refuse_repeats
from valueadded.mixed.joint.changes import probability_above_zero

COLUMNS = [*KEY, "school_a", "school_b", "difference", "std_error", "lower", "upper", "p_higher"]


def compare_schools(
    effects: pd.DataFrame,
    fits: pd.DataFrame,
    schools: Collection[str] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return every pair of schools of each domain, year and model: first minus second, in text order.

    Parameters
    ----------
    effects, fits
        Tables of school effects and of fits, as `rank_schools` takes them.
    schools
        The schools to pair; None pairs all of them, J (J - 1) / 2 rows for each domain, year and model.
    confidence
        Confidence of the interval of the difference.

    Notes
    -----
    Given the fit two schools' effects are independent, so the variance of the difference is the sum of both
    own variances, and P(first > second) = Phi(difference / standard error). Two intervals that overlap do
    not say that schools are alike; this does the comparison proper.
    """
    refuse_repeats(effects)
    rows = effects.assign(own_error=own_errors(effects, fits))
    if schools is not None:
        rows = rows[rows["school_id"].isin(list(schools))]
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    parts = [pd.DataFrame(columns=COLUMNS).astype(dict.fromkeys(COLUMNS[5:], "float64") | {"year": "int64"})]
    for key, group in rows.sort_values([*KEY, "school_id"]).groupby(KEY, sort=True):
        first, second = np.triu_indices(len(group), 1)
        if not len(first):
            continue
        names, effect = group["school_id"].to_numpy(), group["effect"].to_numpy()
        error = group["own_error"].to_numpy()
        difference, spread = effect[first] - effect[second], np.hypot(error[first], error[second])
        pairs = {
            **dict(zip(KEY, key, strict=True)),
            "school_a": names[first],
            "school_b": names[second],
            "difference": difference,
            "std_error": spread,
            "lower": difference - z * spread,
            "upper": difference + z * spread,
            "p_higher": probability_above_zero(difference, spread),
        }
        parts.append(pd.DataFrame(pairs))
    filled = [part for part in parts if len(part)] or parts
    texts = dict.fromkeys(["domain", "model", "school_a", "school_b"], "str")
    return pd.concat(filled, ignore_index=True).astype(texts)
