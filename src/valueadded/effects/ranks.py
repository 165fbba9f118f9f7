"""Ranks of schools with their uncertainty, from draws of the effects given the fit (N7)."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from valueadded.effects.stability import refuse_repeats
from valueadded.errors import ContractError
from valueadded.numerics.places import find_places
from valueadded.numerics.streams import open_stream

Array = NDArray[np.float64]
SEED = 20110
"""Seed of the draws; each domain, year and model has a stream of its own."""
BLOCK = 500
"""Draws ranked at a time, so that memory stays small in a large state."""
KEY = ["domain", "year", "model"]


@dataclass(frozen=True)
class RankPosterior:
    """What is known of the places of J schools; rank 1 is the lowest effect.

    rank : (J,) rank of the effects themselves, equal effects sharing their mean rank
    rank_lower, rank_upper : (J,) equal-tailed interval of the rank, whole numbers
    expected_rank, rank_std_error : (J,) mean and standard deviation of the rank over the draws
    p_above_average : (J,) probability of an effect above the mean effect of all J schools, in closed form
    p_top_quintile, p_bottom_quintile : (J,) probability of a place among the highest or lowest fifth
    """

    rank: Array
    rank_lower: NDArray[np.int64]
    rank_upper: NDArray[np.int64]
    expected_rank: Array
    rank_std_error: Array
    p_above_average: Array
    p_top_quintile: Array
    p_bottom_quintile: Array


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
        Draws of all the schools' effects.
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

    `name` names the stream of random numbers. Draws belong to the schools in order of effect, so that
    neither the order of rows nor the identifiers matter. Where no effect has any error (a school variance
    of 0), nothing is drawn: schools with equal effects share all the places they cover.
    """
    count = len(effect)
    places = find_places(effect)
    rank = places.mean
    above = _above_average(effect, error)
    if not error.any():
        low, high = places.low, places.high
        width = high - low + 1
        top = np.clip(high - count + quintile_size(count), 0, width) / width
        bottom = np.clip(quintile_size(count) - low + 1, 0, width) / width
        return RankPosterior(rank, low, high, rank, np.sqrt((width**2 - 1) / 12), above, top, bottom)
    order = np.lexsort((error, effect))
    placed = _draw_ranks(effect[order], error[order], name, draws)
    back = np.empty(count, dtype=np.intp)
    back[order] = np.arange(count)
    placed = placed[back]
    top = (placed > count - quintile_size(count)).mean(axis=1)
    bottom = (placed <= quintile_size(count)).mean(axis=1)
    expected, spread = placed.mean(axis=1), placed.std(axis=1)
    placed.sort(axis=1, kind="stable")
    tail = int((0.5 - confidence / 2) * draws)
    low, high = placed[:, tail].astype(np.int64), placed[:, draws - 1 - tail].astype(np.int64)
    return RankPosterior(rank, low, high, expected, spread, above, top, bottom)


def quintile_size(count: int) -> int:
    """Return how many of `count` schools make the highest, and the lowest, fifth: the nearest whole number.

    Of one or two schools none is in a quintile.
    """
    return round(count / 5)


def _above_average(effect: Array, error: Array) -> Array:
    """Return P(effect above the mean of all) (J,): both are normal, and the school is part of the mean."""
    count = len(effect)
    variance = error**2 * (1.0 - 2.0 / count) + (error**2).sum() / count**2
    distance = effect - effect.mean()
    # Rounding of the mean must not decide between 0, 1/2 and 1.
    tiny = 1e-12 * max(float(np.abs(effect).max()), 1.0)
    spread = np.sqrt(np.clip(variance, 0.0, None))
    certain = spread <= tiny
    ratio = np.divide(distance, spread, out=np.zeros(count), where=~certain)
    side = np.where(np.abs(distance) <= tiny, 0.5, (distance > 0).astype(float))
    return np.where(certain, side, ndtr(ratio))


def _draw_ranks(effect: Array, error: Array, name: Hashable, draws: int) -> NDArray[np.signedinteger[Any]]:
    """Return the rank of each school in each draw (J, draws)."""
    words = name if isinstance(name, tuple) else (name,)
    random = open_stream(SEED, "ranks", *(str(word) for word in words))
    count = len(effect)
    # Two bytes sort several times faster than four; they hold 32,767 ranks.
    kind = np.int16 if count <= np.iinfo(np.int16).max else np.int32
    placed = np.empty((draws, count), dtype=kind)
    places = np.arange(1, count + 1, dtype=kind)
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        drawn = effect + error * random.standard_normal((size, count))
        # Two schools known without error may tie in every draw; they keep their order, low errors first.
        np.put_along_axis(placed[start : start + size], np.argsort(drawn, axis=1), places[None, :], axis=1)
    return np.ascontiguousarray(placed.T)
