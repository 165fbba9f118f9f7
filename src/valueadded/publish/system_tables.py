"""Release tables of the whole system: drift, and correlations between years."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from valueadded.publish.disclosure import PUBLISHED, band_counts, choose_status
from valueadded.publish.rounding import round_columns, round_to

# Correlations of a few hundred schools have standard errors of some hundredths.
CORRELATION_STEP = 0.01


def publish_drift(drift: pd.DataFrame, rounding: float) -> pd.DataFrame:
    """Return the movement of the system, rounded; the benchmark year's own, 0 without error, as it is."""
    numbers = ["drift", "std_error", "lower", "upper"]
    rows = round_columns(drift, numbers, ["domain", "basis"], "std_error", rounding)
    rows = rows.assign(status=pd.Series(PUBLISHED, rows.index, dtype="str"))
    return rows[["domain", "year", "basis", "status", *numbers]].reset_index(drop=True)


def publish_correlations(
    correlations: pd.DataFrame, models: Sequence[str], bands: Sequence[int]
) -> pd.DataFrame:
    """Return correlations within one model; of fewer schools than the least band starts at, none.

    With few schools, their effects and the correlation give back what is hidden of one of them.
    """
    within = correlations["model_a"].eq(correlations["model_b"]) & correlations["model_a"].isin(
        [*models, "joint"]
    )
    rows = correlations[within].rename(columns={"model_a": "model"})
    rows = rows.assign(
        status=choose_status(rows["correlation"].isna(), rows["n_schools"].lt(bands[0])),
        schools=band_counts(rows["n_schools"], bands),
    )
    numbers = ["correlation", "lower", "upper"]
    for name in numbers:
        rounded = round_to(rows[name].to_numpy(np.float64), CORRELATION_STEP)
        rows[name] = np.where(rows["status"] == PUBLISHED, rounded, np.nan)
    key = ["domain", "year_a", "year_b", "model", "method"]
    return rows[[*key, "status", *numbers, "schools", "estimates"]].reset_index(drop=True)
