"""From sets of records to what holds over all of them, with its Monte Carlo error."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

GROUP = ["scenario", "model", "teachers"]
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Recovery:
    """What was found over all sets.

    effects : contract `RECOVERY`
    persistence : contract `RECOVERY_PERSISTENCE`
    """

    effects: pd.DataFrame
    persistence: pd.DataFrame


def summarise_recovery(effects: pd.DataFrame, persistence: pd.DataFrame) -> Recovery:
    """Return means over sets; teachers of one set, and pairs of years of one lag, are averaged first."""
    by = effects.groupby(GROUP)
    judged = pd.DataFrame(
        {
            "sets": by.size(),
            "root_mean_square_error": np.sqrt(by["square_error"].mean()),
            "coverage": by["coverage"].mean(),
            "coverage_error": by["coverage"].sem(),
            "correlation": by["correlation"].mean(),
            "omitted_slope": by["omitted_slope"].mean(),
            "omitted_slope_error": by["omitted_slope"].sem(),
            "teacher_variance": by["teacher_variance"].mean(),
        }
    ).reset_index()
    # A variance of effects of 0 leaves its persistence open: such sets have no error and are left out.
    known = persistence[persistence["std_error"].notna()]
    error = (known["estimate"] - known["planted"]).abs()
    known = known.assign(covered=(error <= Z * known["std_error"]).astype(float))
    values = ["planted", "estimate", "std_error", "covered"]
    sets = known.groupby(["scenario", "lag", "replicate"])[values].mean()
    over = sets.groupby(level=["scenario", "lag"])
    single = known.groupby(["scenario", "lag"])
    found = pd.DataFrame(
        {
            "planted": over["planted"].mean(),
            "sets": over.size(),
            "mean_estimate": over["estimate"].mean(),
            "mean_estimate_error": over["estimate"].sem(),
            "spread": single["estimate"].std(),
            "mean_std_error": over["std_error"].mean(),
            "coverage": over["covered"].mean(),
            "coverage_error": over["covered"].sem(),
        }
    ).reset_index()
    return Recovery(judged, found)
