"""One year's true school effects given those of other years, from the joint model's covariance (K9).

The slopes of a regression among true effects are functions of their covariance alone; no effect is predicted,
so that no shrinkage enters. That is what the Stata command and the R package reffadjust compute.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import FitError

Array = NDArray[np.float64]
Label = int | str

DRAWS = 10_000
# Below this smallest eigenvalue of their correlation matrix, one year's effects nearly follow from the
# others': slopes hang on the last digits of the covariance, whose estimates are not near normal there.
NEAR_SINGULAR = 0.01


@dataclass(frozen=True)
class Association:
    """The slope of one year's true effects on another's, other years held fixed.

    estimate, std_error : the slope and its delta-method standard error
    lower, upper : the delta-method interval
    median, lower_simulated, upper_simulated : median and percentiles of the slope over draws of the
        covariance
    n_draws_refused : draws that are no covariance (not positive definite), left out of the percentiles
    near_singular : whether one of the years' effects nearly follows from the others: no interval is to be
        trusted
    """

    estimate: float
    std_error: float
    lower: float
    upper: float
    median: float
    lower_simulated: float
    upper_simulated: float
    n_draws_refused: int
    near_singular: bool


def adjust_association(
    covariance: pd.DataFrame | Array,
    vech_covariance: pd.DataFrame | Array,
    outcome: Label,
    on: Label,
    given: Sequence[Label] = (),
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> Association:
    """Return the slope of the true effects `outcome` on those `on`, adjusting for `given`.

    Parameters
    ----------
    covariance
        Joint covariance (T, T) of true effects; years or subjects as labels, 0 to T - 1 for an array.
    vech_covariance
        Covariance of its estimates: rows and columns labelled by pairs, as `covariance_error` of a fit has
        them, or in the order (1,1), (1,2), ..., (1,T), (2,2), ...
    outcome, on, given
        Labels of the years or subjects.
    confidence
        Confidence of both intervals.
    draws, seed
        Draws from the normal distribution of the estimates, and the seed of their stream.

    Raises
    ------
    FitError
        If a label is unknown or named twice, or the covariances do not fit each other.
    """
    labels = list(covariance.index) if isinstance(covariance, pd.DataFrame) else list(range(len(covariance)))
    chosen = [outcome, on, *given]
    unknown = [label for label in chosen if label not in labels]
    if unknown or len(set(chosen)) < len(chosen):
        raise FitError(f"effects {chosen}: expected different ones among {labels}")
    matrix = np.asarray(covariance, dtype=np.float64)
    if isinstance(vech_covariance, pd.DataFrame) and vech_covariance.index.nlevels == 2:
        vech_covariance = _in_order(vech_covariance, labels)
    error = np.asarray(vech_covariance, dtype=np.float64)
    size = len(labels) * (len(labels) + 1) // 2
    if error.shape != (size, size):
        raise FitError(f"covariance of estimates: found {error.shape}; expected {(size, size)}")
    kept = [labels.index(label) for label in chosen]
    matrix, error = _select(matrix, error, kept)
    return _associate(matrix, error, confidence, draws, np.random.default_rng(seed))


def _in_order(error: pd.DataFrame, labels: list[Label]) -> pd.DataFrame:
    """Return the covariance of estimates labelled by pairs in the order of the upper triangle."""
    known = set(error.index)
    rows, columns = np.triu_indices(len(labels))
    wanted = [(labels[a], labels[b]) for a, b in zip(rows, columns, strict=True)]
    found = [pair if pair in known else pair[::-1] for pair in wanted]
    absent = [pair for pair in found if pair not in known]
    if absent:
        raise FitError(f"covariance of estimates: no row for {absent[0]}; expected every pair of {labels}")
    return error.loc[found, found]


def measure_associations(
    covariance: pd.DataFrame, errors: pd.DataFrame, confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    """Return the associations within every three consecutive cohorts of each domain.

    The last cohort's effects are taken on each of the two before, adjusting for the other, and on the one
    before without adjusting (`given` "none").

    Parameters
    ----------
    covariance, errors
        Tables of the contracts `school_covariance` and `school_covariance_error`.
    confidence, draws, seed
        As in `adjust_association`; each domain and outcome year has a stream of its own.
    """
    rows = []
    for domain, table in covariance.groupby("domain", sort=True):
        years = sorted({*table["year_a"].astype(int), *table["year_b"].astype(int)})
        matrix = _square(table, years)
        error = _vech_covariance(errors[errors["domain"] == domain], years)
        for first, second, third in zip(years, years[1:], years[2:], strict=False):
            for on, given in ((second, [first]), (first, [second]), (second, [])):
                kept = [years.index(year) for year in (third, on, *given)]
                stream = np.random.default_rng(
                    np.random.SeedSequence(seed, spawn_key=(zlib.crc32(str(domain).encode()), third))
                )
                found = _associate(*_select(matrix, error, kept), confidence, draws, stream)
                label = " ".join(map(str, given)) or "none"
                key = {"domain": str(domain), "outcome_year": third, "year": on, "given": label}
                rows.append({**key, **vars(found)})
    names = ["domain", "outcome_year", "year", "given", *Association.__dataclass_fields__]
    types = {"domain": "str", "outcome_year": "int64", "year": "int64", "given": "str"}
    numbers = dict.fromkeys(names[4:-2], "float64")
    kinds = {**types, **numbers, "n_draws_refused": "int64", "near_singular": "bool"}
    return pd.DataFrame(rows, columns=names).astype(kinds)


def adjusted_slopes(covariance: Array) -> Array:
    """Return the slopes (..., p) of the first effect on the p others: inverse(Omega_xx) omega_xy."""
    towards = covariance[..., 1:, :1]
    return np.asarray(np.linalg.solve(covariance[..., 1:, 1:], towards)[..., 0], dtype=np.float64)


def slopes_jacobian(covariance: Array) -> Array:
    """Return the derivative (p, q) of the p slopes in the q different elements of the covariance."""
    size = len(covariance)
    slopes = adjusted_slopes(covariance)
    contrast = np.append(1.0, -slopes)
    columns = []
    for a, b in zip(*np.triu_indices(size), strict=True):
        change = np.zeros((size, size))
        change[a, b] = change[b, a] = 1.0
        columns.append(change[1:] @ contrast)
    return np.asarray(np.linalg.solve(covariance[1:, 1:], np.column_stack(columns)), dtype=np.float64)


def _associate(
    covariance: Array, error: Array, confidence: float, draws: int, stream: np.random.Generator
) -> Association:
    """Return the association of the first effect with the second, the others held fixed."""
    near = _weakest_direction(covariance) < NEAR_SINGULAR
    if _weakest_direction(covariance[1:, 1:]) <= 1e-12 or not np.isfinite(covariance).all():
        return _without_intervals(np.nan, draws, near=True)
    estimate = float(adjusted_slopes(covariance)[0])
    if not np.isfinite(error).all():
        return _without_intervals(estimate, draws, near)
    row = slopes_jacobian(covariance)[0]
    std_error = float(np.sqrt(max(row @ error @ row, 0.0)))
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * std_error
    drawn = _draw_covariances(covariance, error, draws, stream)
    sound = np.linalg.eigvalsh(drawn)[:, 0] > 0
    slopes = adjusted_slopes(drawn[sound])[:, 0] if sound.any() else np.array([np.nan])
    tail = (1 - confidence) / 2
    lower, median, upper = (float(value) for value in np.quantile(slopes, [tail, 0.5, 1 - tail]))
    refused = int(draws - sound.sum())
    return Association(
        estimate, std_error, estimate - half, estimate + half, median, lower, upper, refused, near
    )


def _without_intervals(estimate: float, draws: int, near: bool) -> Association:
    nan = np.nan
    return Association(estimate, nan, nan, nan, nan, nan, nan, n_draws_refused=draws, near_singular=near)


def _draw_covariances(covariance: Array, error: Array, draws: int, stream: np.random.Generator) -> Array:
    """Return draws (D, T, T) of a covariance whose different elements have the covariance `error`."""
    values, vectors = np.linalg.eigh(error)
    # A direction the data say nothing more of has a variance of 0, give or take its rounding.
    root = vectors * np.sqrt(np.clip(values, 0, None))
    upper = np.triu_indices(len(covariance))
    elements = covariance[upper] + stream.standard_normal((draws, len(error))) @ root.T
    drawn = np.empty((draws, *covariance.shape))
    drawn[:, upper[0], upper[1]] = drawn[:, upper[1], upper[0]] = elements
    return drawn


def _weakest_direction(covariance: Array) -> float:
    """Return the smallest eigenvalue of the correlation matrix; 0 where a variance is 0."""
    scale = np.sqrt(np.clip(np.diag(covariance), 0, None))
    if (scale == 0).any() or not np.isfinite(covariance).all():
        return 0.0
    return float(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0])


def _select(covariance: Array, error: Array, kept: list[int]) -> tuple[Array, Array]:
    """Return a covariance and the covariance of its estimates for some of the effects, in their order."""
    number = np.empty(covariance.shape, dtype=np.intp)
    upper = np.triu_indices(len(covariance))
    number[upper] = number[upper[1], upper[0]] = np.arange(len(upper[0]))
    chosen = number[np.ix_(kept, kept)][np.triu_indices(len(kept))]
    return covariance[np.ix_(kept, kept)], error[np.ix_(chosen, chosen)]


def _square(table: pd.DataFrame, years: list[int]) -> Array:
    """Return the covariance (T, T) a table of pairs of years holds."""
    upper = table.pivot(index="year_a", columns="year_b", values="covariance")
    square = upper.reindex(index=years, columns=years).to_numpy(dtype=np.float64)
    return np.where(np.isnan(square), square.T, square)


def _vech_covariance(errors: pd.DataFrame, years: list[int]) -> Array:
    """Return the covariance of the estimates, in the order of the upper triangle; missing where not given."""
    rows, columns = np.triu_indices(len(years))
    number = {(years[a], years[b]): k for k, (a, b) in enumerate(zip(rows, columns, strict=True))}
    found = np.full((len(rows), len(rows)), np.nan)
    for row in errors.to_dict("records"):
        first, second = number[row["year_a"], row["year_b"]], number[row["year_c"], row["year_d"]]
        found[first, second] = found[second, first] = row["covariance"]
    return found
