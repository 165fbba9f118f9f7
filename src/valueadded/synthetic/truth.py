"""The planted truth: school effects that persist, and the drift of the whole system."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valueadded.config.synthetic import Synthetic
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.streams import draw_correlated

GAP_YEARS = 2

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """Planted truth for T consecutive calendar years, D domains and J schools.

    first_year : first of the T years; untested years among them have effects like any other
    effects : (T, D, J) true school effects in scale points; each year and domain has mean 0 over schools
    log_variance : (D, J) true effects on the log of the residual variance, the same in every year; the
        variances of schools have the domain's as their mean
    drift : (T, D) movement of every outcome given prior and intake, in scale points
    """

    first_year: int
    effects: Array
    log_variance: Array
    drift: Array


def plant_truth(settings: Synthetic) -> Truth:
    """Return the school effects and the drift of every year from the first tested to the last."""
    years = range(min(settings.tested_years), max(settings.tested_years) + 1)
    spread = np.array([domain.school_sd for domain in settings.domains.values()])
    shocks = np.stack(
        [
            draw_correlated(
                open_stream(settings.seed, "school effects", year),
                settings.schools,
                len(settings.domains),
                settings.domain_correlation,
            ).T
            for year in years
        ]
    )
    # A lower-triangular factor makes a year depend on earlier years only: adding a later one changes nothing.
    effects = np.einsum("ts,sdj->tdj", factor_correlations(settings.correlations_by_lag()), shocks)
    effects = (effects - effects.mean(axis=2, keepdims=True)) * spread[:, None]
    scales = open_stream(settings.seed, "school variances").standard_normal(
        (len(settings.domains), settings.schools)
    )
    log_variance = scales * np.array([[part.school_log_variance_sd] for part in settings.domains.values()])
    log_variance -= np.log(np.exp(log_variance).mean(axis=1, keepdims=True))
    drift = np.array(
        [[domain.drift.get(year, 0.0) for domain in settings.domains.values()] for year in years], dtype=float
    )
    return Truth(years[0], effects, log_variance, drift)


def factor_correlations(by_lag: list[float]) -> Array:
    """Return the lower-triangular square root (T, T) of the Toeplitz matrix of `by_lag`.

    A singular matrix is allowed: a year that earlier years determine has no part of its own.
    """
    size = len(by_lag)
    lags = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    rest = np.asarray(by_lag, dtype=float)[lags]
    factor = np.zeros((size, size))
    for column in range(size):
        pivot = rest[column, column]
        if pivot > 1e-9:
            factor[column:, column] = rest[column:, column] / np.sqrt(pivot)
            rest = rest - np.outer(factor[:, column], factor[:, column])
    return factor


def tabulate_schools(settings: Synthetic, truth: Truth, school_ids: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Return the true effects of each school in each tested outcome year."""
    drift = _drift_since_reference(settings, truth)
    frames = [
        pd.DataFrame(
            {
                "domain": domain,
                "year": year,
                "school_id": school_ids,
                "effect": truth.effects[year - truth.first_year, column],
                "location": truth.effects[year - truth.first_year, column]
                + drift[year - truth.first_year, column],
                "log_variance": truth.log_variance[column],
            }
        )
        for column, domain in enumerate(settings.domains)
        for year in settings.tested_years
    ]
    return pd.concat(frames, ignore_index=True).astype({"domain": "str", "school_id": "str"})


def tabulate_system(settings: Synthetic, truth: Truth) -> pd.DataFrame:
    """Return the drift of each tested outcome year and the line that holds in all of them."""
    drift = _drift_since_reference(settings, truth)
    rows = [
        {
            "domain": domain,
            "year": year,
            "drift": float(drift[year - truth.first_year, column]),
            "school_sd": float(part.school_sd),
            "residual_sd": float(part.residual_sd),
            "prior_centre": float(part.prior_centre),
            "prior_scale": float(part.prior_scale),
            **{
                term: float(
                    value
                    + (
                        truth.drift[_reference(settings) - truth.first_year, column]
                        if term == "intercept"
                        else 0
                    )
                )
                for term, value in part.line.model_dump().items()
            },
        }
        for column, (domain, part) in enumerate(settings.domains.items())
        for year in settings.tested_years
    ]
    return pd.DataFrame(rows).astype({"domain": "str"})


def _drift_since_reference(settings: Synthetic, truth: Truth) -> Array:
    return truth.drift - truth.drift[_reference(settings) - truth.first_year]


def _reference(settings: Synthetic) -> int:
    """Return the first outcome year that can be a benchmark: its prior year was tested as well."""
    tested = settings.tested_years
    return min((year for year in tested if year - GAP_YEARS in tested), default=min(tested))
