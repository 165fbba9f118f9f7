"""What is known of the places of schools whose effects are known with error, by draws or by a curve."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # loads its parts at their first use, which most jobs have none of
from numpy.typing import NDArray

from valueadded.numerics.places import find_places
from valueadded.numerics.streams import open_stream

Array = NDArray[np.float64]
SEED = 20110
"""Seed of the draws; each domain, year and model has a stream of its own."""
BLOCK = 500
"""Draws ranked, or points of the curve found, at a time, so that memory stays small in a large state."""
KNOTS = 201
"""Points of the curve for each of five bands of effects: 1 of 200 schools between two."""


@dataclass(frozen=True)
class RankPosterior:
    """What is known of the places of J schools; rank 1 is the lowest effect.

    rank : (J,) rank of the effects themselves, equal effects sharing their mean rank
    rank_lower, rank_upper : (J,) equal-tailed interval of the rank, whole numbers
    expected_rank, rank_std_error : (J,) mean and standard deviation of the rank
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


def quintile_size(count: int) -> int:
    """Return how many of `count` schools make the highest, and the lowest, fifth: the nearest whole number.

    Of one or two schools none is in a quintile.
    """
    return round(count / 5)


def share_places(effect: Array) -> RankPosterior:
    """Return the places of J schools whose effects (J,) have no error: equal ones share all they cover."""
    count, places = len(effect), find_places(effect)
    low, high = places.low, places.high
    width = high - low + 1
    top = np.clip(high - count + quintile_size(count), 0, width) / width
    bottom = np.clip(quintile_size(count) - low + 1, 0, width) / width
    above = above_average(effect, np.zeros(count))
    return RankPosterior(
        places.mean, low, high, places.mean, np.sqrt((width**2 - 1) / 12), above, top, bottom
    )


def draw_places(effect: Array, error: Array, name: Hashable, draws: int, confidence: float) -> RankPosterior:
    """Return the places of J schools with effects and standard errors (J,), from draws of all the effects.

    `name` names the stream of random numbers. Draws belong to the schools in order of effect, so that
    neither the order of rows nor the identifiers matter.
    """
    count = len(effect)
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
    rank, above = find_places(effect).mean, above_average(effect, error)
    return RankPosterior(rank, low, high, expected, spread, above, top, bottom)


def curve_places(effect: Array, error: Array, confidence: float) -> RankPosterior:
    """Return the places of many schools with effects and standard errors (J,), without draws.

    Given its own effect x, a school's place is 1/2 + sum over all schools of P(effect below x), give or take
    the chance of the others, whose variance is the sum of p (1 - p). That sum is one increasing curve for all
    schools. Where schools are many, the others' chance hardly adds to a school's own error: it is put in
    as if the curve were straight over its width, w = sqrt(variance) / slope, so that

        P(place <= r) = Phi((x_r - effect) / sqrt(error^2 + w^2)),   curve(x_r) = r

    with w at the school's own effect. Against the places themselves this errs by a few places, whatever
    the number of schools.
    """
    count = len(effect)
    points, below, variance = _curve(effect, error)
    slope = np.interp(effect, points, np.gradient(below, points))
    chance = np.interp(effect, points, variance)
    # At the very ends less than one school can trade places: there the curve is not straight, nor w small.
    width = np.where(chance >= 1.0, np.sqrt(chance) / np.where(chance >= 1.0, slope, 1.0), 0.0)
    spread = np.hypot(error, width)
    quantile = scipy.special.ndtri(0.5 + confidence / 2)
    low, high = (
        np.clip(np.rint(np.interp(effect + side * quantile * spread, points, below) + 0.5), 1, count)
        for side in (-1, 1)
    )
    nodes, weights = scipy.special.roots_hermitenorm(32)
    weights = weights / weights.sum()
    at = effect[:, None] + error[:, None] * nodes
    own = np.interp(at, points, below)
    expected = own @ weights
    squared = ((own - expected[:, None]) ** 2 + np.interp(at, points, variance)) @ weights
    size = quintile_size(count)
    edges = np.interp([size, count - size], below, points)
    bottom, under_top = (_below(edge - effect, spread) for edge in edges)
    return RankPosterior(
        rank=find_places(effect).mean,
        rank_lower=low.astype(np.int64),
        rank_upper=high.astype(np.int64),
        expected_rank=expected + 0.5,
        rank_std_error=np.sqrt(squared),
        p_above_average=above_average(effect, error),
        p_top_quintile=1.0 - under_top,
        p_bottom_quintile=bottom,
    )


def above_average(effect: Array, error: Array) -> Array:
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
    return np.where(certain, side, scipy.special.ndtr(ratio))


def _draw_ranks(effect: Array, error: Array, name: Hashable, draws: int) -> NDArray[np.signedinteger[Any]]:
    """Return the rank of each school in each draw (J, draws)."""
    words = name if isinstance(name, tuple) else (name,)
    random = open_stream(SEED, "ranks", *(str(word) for word in words))
    count = len(effect)
    # Two bytes sort several times faster than four; many schools go by the curve and need no more.
    placed = np.empty((draws, count), dtype=np.int16)
    places = np.arange(1, count + 1, dtype=np.int16)
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        drawn = effect + error * random.standard_normal((size, count))
        # Two schools known without error may tie in every draw; they keep their order, low errors first.
        np.put_along_axis(placed[start : start + size], np.argsort(drawn, axis=1), places[None, :], axis=1)
    return np.ascontiguousarray(placed.T)


def _curve(effect: Array, error: Array) -> tuple[Array, Array, Array]:
    """Return points of the scale, and the mean and variance of the number of schools below each."""
    shares = np.linspace(0.0, 1.0, KNOTS)
    points = np.unique([np.quantile(effect + side * error, shares) for side in (-6.0, -2.0, 0.0, 2.0, 6.0)])
    below, variance = np.empty(len(points)), np.empty(len(points))
    for start in range(0, len(points), BLOCK):
        at = slice(start, start + BLOCK)
        chances = _below(points[at, None] - effect, error)
        below[at] = chances.sum(axis=1)
        variance[at] = below[at] - np.einsum("ij,ij->i", chances, chances)
    return points, below, variance


def _below(distance: Array, error: Array) -> Array:
    """Return P(normal error below a distance); without error 0, 1/2 or 1."""
    sides = np.where(distance == 0, 0.0, np.copysign(np.inf, distance))
    return scipy.special.ndtr(np.divide(distance, error, out=sides, where=error > 0))
