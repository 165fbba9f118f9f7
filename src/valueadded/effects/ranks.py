"""Ranks of schools with their uncertainty, given the fit (N7)."""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.effects.rank_posterior import RankPosterior, curve_places, draw_places, share_places
from valueadded.effects.stability import refuse_repeats
from valueadded.errors import ContractError

Array = NDArray[np.float64]
MANY = 1000
"""Schools above which ranks come from the curve of places: it errs by less than the chance of 4,000 draws."""
KEY = ["domain", "year", "model"]


def rank_schools(
    effects: pd.DataFrame, fits: pd.DataFrame, draws: int = 4000, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the rank of every school within each domain, year and model, with its uncertainty.

    Parameters
    ----------
    effects
        Table of school effects.
    fits
        Table of fits, for the school variance of the drift model (see `own_errors`).
    draws
        Draws of all the schools' effects, where schools are few enough (see `rank_effects`).
    confidence
        Confidence of the rank intervals.

    Notes
    -----
    Given the fit, effects are independent and normal about the shrunken effect. What a ranking needs is
    the school's own part of its error. Uncertainty of the variances and of the coefficients is left out.
    """
    refuse_repeats(effects)
    ordered = effects.assign(own_error=own_errors(effects, fits)).sort_values([*KEY, "school_id"])
    parts = []
    for key, rows in ordered.groupby(KEY, sort=True):
        found = rank_effects(rows["effect"].to_numpy(), rows["own_error"].to_numpy(), key, draws, confidence)
        columns = rows[[*KEY, "school_id", "effect", "own_error"]]
        parts.append(columns.assign(**vars(found)))
    return pd.concat(parts, ignore_index=True)


def own_errors(effects: pd.DataFrame, fits: pd.DataFrame) -> Array:
    """Return the standard error of each school's own part (rows,), free of what all schools share.

    In the drift model the error of the drift is in every school's standard error. It moves all schools
    together and hardly any of it can change their order, so its own part is the textbook
    sqrt(tau2 (1 - lambda)) of B8, as in the other models, whose standard errors are taken as they are.

    Raises
    ------
    ContractError
        If a drift model has effects but no row in the fits.
    """
    tau2 = effects[KEY].merge(fits[[*KEY, "school_variance"]], on=KEY, how="left", validate="many_to_one")
    drift = (effects["model"] == "benchmark_drift").to_numpy()
    variance = tau2["school_variance"].to_numpy(float)
    if np.isnan(variance[drift]).any():
        missing = effects[KEY][drift & np.isnan(variance)].iloc[0].tolist()
        raise ContractError(f"fits: no row for {missing}; expected one for each model with school effects")
    own = np.sqrt(np.where(drift, variance, 0.0) * (1.0 - effects["reliability"].to_numpy()))
    return np.where(drift, own, effects["std_error"].to_numpy())


def rank_effects(
    effect: Array, error: Array, name: Hashable, draws: int = 4000, confidence: float = 0.95
) -> RankPosterior:
    """Return the places of J schools with effects (J,) and standard errors (J,).

    Up to `MANY` schools are ranked by draws, in the stream of random numbers that `name` names; more by
    the curve of places. Where no effect has any error (a school variance of 0), schools with equal effects
    share all the places they cover.
    """
    if not error.any():
        return share_places(effect)
    if len(effect) <= MANY:
        return draw_places(effect, error, name, draws, confidence)
    return curve_places(effect, error, confidence)
