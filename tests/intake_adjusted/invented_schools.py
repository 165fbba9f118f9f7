"""Invented yearly values of schools for any registry."""

import numpy as np
import pandas as pd

from valueadded.intake_adjusted.policy import Policy


def invent(policy: Policy, schools: int, years: int, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `annual` and `schools`: every measure of the registry for every school and year."""
    random = np.random.default_rng(seed)
    ids = np.array([f"{place:05d}" for place in range(schools)])
    types = sorted({t for group in policy.groups.values() for t in group.school_types})
    table = pd.DataFrame({"school_id": ids, "school_type": np.array(types)[np.arange(schools) % len(types)]})
    advantage = random.normal(size=schools)
    sizes = {group.size for group in policy.groups.values()}
    parts = []
    for measure in policy.measures:
        entry = policy.measure(measure)
        own = 0.6 * advantage + 0.8 * random.normal(size=schools)
        yearly = own[:, None] + 0.3 * random.normal(size=(schools, years))
        low, high = entry.lowest, entry.highest
        if measure in sizes or entry.above is not None:
            value = np.exp(4.9 + 0.6 * yearly)
        elif low is not None and high is not None:
            value = low + (high - low) / (1 + np.exp(-yearly))
        else:
            value = (20 if low is None else low + 20) * np.exp(0.1 * yearly)
        parts.append(
            pd.DataFrame(
                {
                    "school_id": np.repeat(ids, years),
                    "measure": measure,
                    "calendar_year": np.tile(np.arange(2011 - years, 2011), schools),
                    "value": value.ravel(),
                    "n_students": 40.0,
                }
            )
        )
    return pd.concat(parts, ignore_index=True), table
