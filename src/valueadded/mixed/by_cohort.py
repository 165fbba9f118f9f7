"""The relative models of every cohort, as tables (B3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.errors import ValueAddedError
from valueadded.mixed.fit import Estimates, Method
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.random_intercept import RandomInterceptFit, fit_random_intercept
from valueadded.mixed.random_slope import RandomSlopeFit, fit_random_slope
from valueadded.numerics.search import SearchRecord

Cohort = tuple[str, int]


@dataclass(frozen=True)
class RelativeModels:
    """The relative models of every cohort, as tables.

    fits, fixed_effects, fit_records, school_effects : as their contracts say
    """

    fits: pd.DataFrame
    fixed_effects: pd.DataFrame
    fit_records: pd.DataFrame
    school_effects: pd.DataFrame


def fit_relative_models(
    moments: Mapping[Cohort, SchoolMoments],
    formula: str,
    slope: str | None,
    method: Method,
    confidence: float,
) -> RelativeModels:
    """Return the relative model of each (domain, year), and the random-slope model if `slope` is given.

    Raises
    ------
    ValueAddedError
        Naming the domain and year whose model cannot be fitted.
    """
    fits: dict[tuple[str, int, str], RandomInterceptFit | RandomSlopeFit] = {}
    for (domain, year), cohort in moments.items():
        try:
            fits[domain, year, "relative"] = fit_random_intercept(cohort, formula, method=method)
            if slope is not None:
                fits[domain, year, "relative_slope"] = fit_random_slope(cohort, formula, slope, method=method)
        except ValueAddedError as fault:
            raise type(fault)(f"{domain} {year}: {fault}") from None
    return RelativeModels(
        fits=pd.DataFrame(
            [fit_row(*key, fit.estimates, fit.moments, fit.method) for key, fit in fits.items()]
        ),
        fixed_effects=label_rows({key: fit.fixed_effects for key, fit in fits.items()}),
        fit_records=label_rows({key: record_rows(fit.estimates.record) for key, fit in fits.items()}),
        school_effects=label_rows({key: fit.school_effects(confidence) for key, fit in fits.items()}),
    )


def fit_row(
    domain: str, year: int, model: str, estimates: Estimates, moments: SchoolMoments, method: str
) -> dict[str, object]:
    """Return the row of the fits table for one model."""
    covariance = estimates.random_covariance
    slope = len(covariance) == 2
    return {
        "domain": domain,
        "year": year,
        "model": model,
        "method": method,
        "n_students": moments.n_students,
        "n_schools": moments.n_schools,
        "school_variance": float(covariance[0, 0]),
        "slope_variance": float(covariance[1, 1]) if slope else np.nan,
        "slope_covariance": float(covariance[0, 1]) if slope else np.nan,
        "residual_variance": estimates.residual_variance,
        "log_likelihood": -estimates.deviance / 2,
        "converged": estimates.record.converged,
        "boundary": estimates.record.boundary,
        "evaluations": estimates.record.evaluations,
        "n_left_out": moments.n_left_out,
    }


def record_rows(record: SearchRecord) -> pd.DataFrame:
    """Return the path of one search, a row for each visit and parameter."""
    visits, size = record.path.shape
    return pd.DataFrame(
        {
            "iteration": np.repeat(np.arange(visits), size),
            "parameter": pd.array(list(record.parameters) * visits, dtype="str"),
            "value": record.path.ravel(),
            "deviance": np.repeat(record.deviances, size),
            "status": pd.array([record.status] * (visits * size), dtype="str"),
        }
    )


def label_rows(tables: Mapping[tuple[str, int, str], pd.DataFrame]) -> pd.DataFrame:
    """Return tables one below the other, each led by its domain, year and model."""
    labelled: Sequence[pd.DataFrame] = [
        table.assign(domain=domain, year=year, model=model).astype({"domain": "str", "model": "str"})
        for (domain, year, model), table in tables.items()
    ]
    return pd.concat(labelled, ignore_index=True)
