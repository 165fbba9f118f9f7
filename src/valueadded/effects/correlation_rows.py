"""Rows of the table of correlations, and what each method estimates in words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

ESTIMATES = {
    "shrunken": (
        "correlation of the shrunken effects themselves; as an estimate of how school effects persist it is"
        " biased towards 0, because each year's error shrinks and blurs it"
    ),
    "unshrunken": (
        "correlation of deviations divided by their reliability (for a random intercept the school mean"
        " residuals); biased towards 0 as an estimate of how school effects persist, because sampling error"
        " is left in"
    ),
    "reflated_global": (
        "correlation of deviations rescaled to the model's spread; a rescaling changes no correlation, so it"
        " is biased towards 0 like that of shrunken deviations"
    ),
    "reflated_school": (
        "correlation of deviations divided by the root of their reliability; biased towards 0 as an estimate"
        " of how school effects persist"
    ),
    "disattenuated": (
        "correlation of shrunken deviations divided by its expected attenuation; estimates the correlation of"
        " the true school effects if errors are independent between years; it may exceed 1"
    ),
    "moment": (
        "covariance of school mean residuals over the roots of their variances less sampling error; estimates"
        " the correlation of the true school effects if errors are independent between years, whatever their"
        " distribution; it may exceed 1"
    ),
    "joint": "correlation of true school effects from the joint model of all years; the headline",
}
# Where the drift is inside the effect and shrunk with it, school size alone makes two years alike.
SHRUNKEN_DRIFT = (
    "correlation of the shrunken effects themselves, which hold the system's drift, shrunk by school size in"
    " the same pattern every year; biased either way as an estimate of how school effects persist"
)
DRIFT_WITHIN = ("benchmark_offset", "benchmark_frozen")
# Each prediction borrows from the other years, which makes years alike (K6).
JOINT_PREDICTIONS = (
    "correlation of the joint model's predicted effects, each of which borrows from the other years; biased"
    " away from 0 as an estimate of how school effects persist"
)
BETWEEN_MODELS = (
    "correlation of two models' shrunken effects for the same students; says how alike the models rank"
    " schools, nothing of stability over time"
)


@dataclass(frozen=True)
class Correlation:
    """A correlation with its interval; missing where it cannot be formed."""

    correlation: float
    lower: float
    upper: float
    n_schools: int


def in_words(method: str, model: str) -> str:
    """Return what a correlation between two years of one model estimates."""
    if method == "shrunken" and model in DRIFT_WITHIN:
        return SHRUNKEN_DRIFT
    if method == "shrunken" and model == "joint":
        return JOINT_PREDICTIONS
    return ESTIMATES[method]


def correlation_row(
    domain: str,
    years: tuple[int, int],
    models: tuple[str, str],
    method: str,
    found: Correlation,
    estimates: str,
) -> dict[str, object]:
    """Return one row; what the method is expected to show is not known yet."""
    return {
        "domain": domain,
        "year_a": years[0],
        "year_b": years[1],
        "model_a": models[0],
        "model_b": models[1],
        "method": method,
        "correlation": found.correlation,
        "lower": found.lower,
        "upper": found.upper,
        "n_schools": found.n_schools,
        "estimates": estimates,
        "expected": np.nan,
    }


def correlation_frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return rows as a table, in the types of its contract even if there are none."""
    names = ["domain", "year_a", "year_b", "model_a", "model_b", "method"]
    columns = [*names, "correlation", "lower", "upper", "n_schools", "estimates", "expected"]
    texts = dict.fromkeys(["domain", "model_a", "model_b", "method", "estimates"], "str")
    whole = dict.fromkeys(["year_a", "year_b", "n_schools"], "int64")
    numbers = dict.fromkeys(["correlation", "lower", "upper", "expected"], "float64")
    return pd.DataFrame(rows, columns=columns).astype({**texts, **whole, **numbers})
