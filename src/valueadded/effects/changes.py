"""Each school's change since the benchmark year (B16)."""

from statistics import NormalDist

import numpy as np
import pandas as pd

from valueadded.effects.stability import refuse_repeats
from valueadded.mixed.joint.changes import probability_above_zero


def measure_changes(
    effects: pd.DataFrame, base_year: int, confidence: float = 0.95, joint: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the change of each school's effect between `base_year` and every other year.

    Parameters
    ----------
    effects
        Table of school effects; every model but the joint one is treated alike.
    base_year
        The benchmark year; for years before it the change runs from that year to the benchmark year.
    confidence
        Confidence of the interval.
    joint
        Changes of the joint model, as `mixed/joint_changes.parquet` has them, from the same base year.

    Notes
    -----
    A relative change is a change of position among schools; a benchmark change contains the movement of the
    system. Rows of model "joint" are relative changes whose standard error holds the covariance of both
    years: the ones to read. For every other model it is sqrt(se_a^2 + se_b^2), as if the two years were
    estimated apart: it leaves out that a school's true effects are alike between years and that both
    years share the line's error.
    """
    refuse_repeats(effects)
    columns = ["domain", "model", "school_id"]
    apart = effects[effects["model"] != "joint"] if "model" in effects else effects
    values = apart[[*columns, "year", "effect", "std_error"]]
    base = values[values["year"] == base_year]
    other = values[values["year"] != base_year]
    pairs = other.merge(base, on=columns, suffixes=("", "_base"), validate="many_to_one")
    later = (pairs["year"] > base_year).to_numpy()
    difference = pairs["effect"].to_numpy() - pairs["effect_base"].to_numpy()
    change = np.where(later, difference, -difference)
    error = np.hypot(pairs["std_error"].to_numpy(), pairs["std_error_base"].to_numpy())
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    found = pd.DataFrame(
        {
            "domain": pairs["domain"],
            "school_id": pairs["school_id"],
            "year_from": np.where(later, base_year, pairs["year"]),
            "year_to": np.where(later, pairs["year"], base_year),
            "model": pairs["model"],
            "change": change,
            "std_error": error,
            "lower": change - z * error,
            "upper": change + z * error,
            "p_improved": probability_above_zero(change, error),
        }
    )
    return found if joint is None else pd.concat([found, _joint_rows(joint)], ignore_index=True)


def _joint_rows(joint: pd.DataFrame) -> pd.DataFrame:
    """Return the relative changes of the joint model in the columns of every other model's."""
    prefix = "relative_"
    names = {f"{prefix}{name}": name for name in ("change", "std_error", "lower", "upper", "p_improved")}
    kept = joint[["domain", "school_id", "year_from", "year_to", *names]].rename(columns=names)
    return kept.assign(model="joint").astype({"model": "str"})
