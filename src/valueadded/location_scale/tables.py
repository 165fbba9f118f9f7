"""One fitted model as rows of the tables of results, by maximum likelihood and from its posterior."""

from statistics import NormalDist

import numpy as np
import pandas as pd

from valueadded.location_scale.model import LocationScaleFit
from valueadded.location_scale.sampled import Posterior, coefficient_draws, covariance_draws, summarise

# The slope's term has a name of its own in every study; its effect has one name in all of them.
SLOPE = "slope"
RANKS = [f"{name}_rank{end}" for name in ("mean", "variance") for end in ("", "_lower", "_upper")]
SLOPE_COLUMNS = [f"slope_effect{part}" for part in ("", "_std_error", "_lower", "_upper")]


def coefficient_rows(fit: LocationScaleFit, confidence: float) -> pd.DataFrame:
    """Return the coefficients with intervals of this confidence."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    table = fit.coefficients
    return _by("ml", table).assign(
        lower=table["estimate"] - z * table["std_error"], upper=table["estimate"] + z * table["std_error"]
    )


def posterior_coefficient_rows(posterior: Posterior, confidence: float) -> pd.DataFrame:
    """Return posterior means, standard deviations and quantiles of the coefficients."""
    named = posterior.coefficients[["function", "term"]]
    return _by(
        "posterior",
        named.assign(**summarise(coefficient_draws(posterior), posterior.weights, confidence)),
    )


def covariance_rows(fit: LocationScaleFit) -> pd.DataFrame:
    """Return the covariance of the school effects, a row for each pair."""
    values = fit.covariance.to_numpy(np.float64)
    a, b = np.triu_indices(len(values))
    spread = np.sqrt(np.diag(values))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = values[a, b] / (spread[a] * spread[b])
    return _pairs("ml", list(fit.covariance.index), fit.design.slope).assign(
        covariance=values[a, b],
        # Rounding may carry a correlation of 1 beyond it.
        correlation=np.clip(correlation, -1.0, 1.0),
        **dict.fromkeys(("std_error", "lower", "upper", "correlation_lower", "correlation_upper"), np.nan),
    )


def posterior_covariance_rows(posterior: Posterior, confidence: float) -> pd.DataFrame:
    """Return posterior means, standard deviations and quantiles of the covariance."""
    names, values = covariance_draws(posterior)
    a, b = np.triu_indices(len(names))
    spread = np.sqrt(np.einsum("sdd->sd", values))
    found = summarise(values[:, a, b], posterior.weights, confidence)
    correlation = summarise(values[:, a, b] / (spread[:, a] * spread[:, b]), posterior.weights, confidence)
    return _pairs("posterior", names, posterior.target.design.slope).assign(
        covariance=found["estimate"],
        std_error=found["std_error"],
        lower=found["lower"],
        upper=found["upper"],
        correlation=correlation["estimate"],
        correlation_lower=correlation["lower"],
        correlation_upper=correlation["upper"],
    )


def effect_rows(fit: LocationScaleFit, confidence: float) -> pd.DataFrame:
    """Return the schools, estimates of the model taken as known; ranks need a posterior."""
    return _by("ml", _with_missing(fit.school_effects(confidence), RANKS))


def posterior_effect_rows(posterior: Posterior, confidence: float) -> pd.DataFrame:
    """Return the schools and their ranks, the uncertainty of the estimates included."""
    ranks = posterior.school_ranks(confidence).astype(dict.fromkeys(RANKS, np.float64))
    return _by("posterior", posterior.school_effects(confidence).merge(ranks, on="school_id"))


def _by(estimator: str, table: pd.DataFrame) -> pd.DataFrame:
    if "mean_effect" in table.columns:
        table = _with_missing(table, SLOPE_COLUMNS)
    return table.assign(estimator=estimator).astype({"estimator": "str"})


def _with_missing(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the table with the columns it lacks, all missing."""
    return table.assign(**{name: np.nan for name in columns if name not in table.columns})


def _pairs(estimator: str, names: list[str], slope: str | None) -> pd.DataFrame:
    """Return the pairs of effects, the earlier in the order of the effects first."""
    plain = [SLOPE if name == slope else name for name in names]
    a, b = np.triu_indices(len(names))
    pairs = {"effect_a": [plain[k] for k in a], "effect_b": [plain[k] for k in b]}
    return _by(estimator, pd.DataFrame(pairs).astype("str"))
