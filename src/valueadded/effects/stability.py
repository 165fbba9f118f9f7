"""Correlations of school effects between years and between models, and what each one estimates."""

from itertools import combinations
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.effects.correlation_rows import (
    BETWEEN_MODELS,
    Correlation,
    correlation_frame,
    correlation_row,
    in_words,
)
from valueadded.effects.joint_rows import JointTables, add_expected, joint_correlation_rows
from valueadded.effects.moment import correlate_moments
from valueadded.effects.reflation import reflate, reliabilities
from valueadded.errors import FitError

Array = NDArray[np.float64]

METHODS = ("shrunken", "unshrunken", "reflated_global", "reflated_school", "disattenuated")


def correlate_years(
    effects: pd.DataFrame, method: str = "shrunken", confidence: float = 0.95
) -> pd.DataFrame:
    """Return the correlation of school effects for each pair of years, within each domain and model.

    Parameters
    ----------
    effects
        Columns `year`, `school_id`, `effect`, optionally `domain`, `model`, `deviation` and (but for
        "shrunken" and "reflated_global") `reliability`.
    method
        "shrunken", "unshrunken" (effect / reliability), "reflated_global", "reflated_school"
        (effect / root reliability) or "disattenuated" (K8).
    confidence
        Confidence of the Fisher interval, which treats schools as a sample and reliabilities as known.

    Returns
    -------
    Frame as `effects/year_correlations.parquet`; `estimates` says in words what the number estimates.

    Notes
    -----
    With independent errors Corr(u1, u2) = rho sum(l1 l2) / sqrt(sum l1 sum l2), l the reliabilities; K8
    divides by that factor. For subjects of the same students errors are not independent and it does not
    apply. The covariance of a joint model over years is the estimate without these faults.

    Raises
    ------
    FitError
        If the method is unknown.
    """
    if method not in METHODS:
        raise FitError(f"method '{method}': expected one of {list(METHODS)}")
    labelled = {"domain": "", "model": "relative", **{name: effects[name] for name in effects.columns}}
    table = pd.DataFrame({**labelled, "reliability": reliabilities(effects)}, index=effects.index)
    if "deviation" not in table:
        table["deviation"] = table["effect"]
    refuse_repeats(table)
    rows = []
    for (domain, model), group in table.groupby(["domain", "model"], sort=True):
        value = "effect" if method == "shrunken" else "deviation"
        effect = group.pivot(index="school_id", columns="year", values=value)
        reliability = group.pivot(index="school_id", columns="year", values="reliability")
        label = in_words(method, str(model))
        for year_a, year_b in combinations(effect.columns.astype(int).tolist(), 2):
            pair = [year_a, year_b]
            found = correlate_pair(effect[pair].to_numpy(), reliability[pair].to_numpy(), method, confidence)
            years, models = (year_a, year_b), (str(model), str(model))
            rows.append(correlation_row(str(domain), years, models, method, found, label))
    return correlation_frame(rows)


def refuse_repeats(effects: pd.DataFrame) -> None:
    """Refuse a table that holds a school twice in one domain, year and model.

    Raises
    ------
    FitError
        Naming the first such school.
    """
    repeated = effects[effects.duplicated(["domain", "model", "year", "school_id"])]
    if len(repeated):
        first = repeated.iloc[0]
        raise FitError(
            f"school '{first['school_id']}' has two effects of model {first['model']} in {first['year']};"
            " expected one for each school, year, domain and model"
        )


def correlate_models(effects: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return the correlation of each benchmark model with the relative one in the same year (B12)."""
    rows = []
    for (domain, year), group in effects.groupby(["domain", "year"], sort=True):
        focal = int(str(year))
        effect = group.pivot(index="school_id", columns="model", values="effect")
        if "relative" not in effect:
            continue
        for model in [name for name in effect.columns if name.startswith("benchmark_")]:
            pair = effect[["relative", model]].to_numpy()
            found = correlate_pair(pair, np.ones_like(pair), "shrunken", confidence)
            years, models = (focal, focal), ("relative", str(model))
            rows.append(correlation_row(str(domain), years, models, "shrunken", found, BETWEEN_MODELS))
    return correlation_frame(rows)


def correlate_school_effects(
    effects: pd.DataFrame,
    minimum_students: int,
    confidence: float,
    fits: pd.DataFrame | None = None,
    joint: JointTables | None = None,
) -> pd.DataFrame:
    """Return every correlation between years (all methods) and between models, of schools large enough.

    Parameters
    ----------
    effects
        Table of school effects.
    minimum_students
        Smaller schools are left out.
    confidence
        Confidence of every interval but the joint model's, which has its own.
    fits
        Table of fits; with it, the moment estimates of relative effects are among the rows.
    joint
        The joint model; with it, its own correlations lead and `expected` says what each other method is
        expected to show if they are true. The joint model's predictions are correlated as they are only
        (K6): no rescaling is meant for them.
    """
    large = effects[effects["n_students"] >= minimum_students]
    apart = large[large["model"] != "joint"]
    parts = [correlate_years(apart, method, confidence) for method in METHODS]
    parts.append(correlate_years(large[large["model"] == "joint"], "shrunken", confidence))
    parts.append(correlate_models(large, confidence))
    if fits is not None:
        parts.append(correlate_moments(large, fits, confidence))
    if joint is not None:
        parts.append(joint_correlation_rows(joint.joint_correlations))
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    if fits is None or joint is None:
        return found
    return add_expected(found, joint.school_covariance, fits, large)


def correlate_pair(effect: Array, reliability: Array, method: str, confidence: float) -> Correlation:
    """Return the correlation of two columns of effects (J, 2) over the schools that have both."""
    needed = effect if method in ("shrunken", "reflated_global") else np.column_stack([effect, reliability])
    complete = ~np.isnan(needed).any(axis=1)
    a, b = (effect[complete] - effect[complete].mean(axis=0)).T
    reliable_a, reliable_b = reliability[complete].T
    n_schools = int(complete.sum())
    if n_schools < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return Correlation(np.nan, np.nan, np.nan, n_schools)
    factor = 1.0
    if method == "unshrunken":
        a, b = reflate(a, reliable_a, 1.0, "unshrunken"), reflate(b, reliable_b, 1.0, "unshrunken")
    elif method == "reflated_school":
        a, b = reflate(a, reliable_a, 1.0, "school"), reflate(b, reliable_b, 1.0, "school")
    elif method == "reflated_global":
        a, b = reflate(a, reliable_a, 1.0, "global"), reflate(b, reliable_b, 1.0, "global")
    elif method == "disattenuated":
        factor = float(np.sqrt(reliable_a.sum() * reliable_b.sum()) / (reliable_a * reliable_b).sum())
    plain = float(np.corrcoef(a, b)[0, 1])
    lower, upper = fisher_interval(plain, n_schools, confidence)
    return Correlation(plain * factor, lower * factor, upper * factor, n_schools)


def fisher_interval(correlation: float, n: int, confidence: float) -> tuple[float, float]:
    """Return tanh(atanh(r) -+ z / sqrt(n - 3)) (Fisher 1921); missing for n <= 3."""
    if n <= 3:
        return np.nan, np.nan
    centre = np.arctanh(np.clip(correlation, -1 + 1e-15, 1 - 1e-15))
    half = NormalDist().inv_cdf(0.5 + confidence / 2) / np.sqrt(n - 3)
    return float(np.tanh(centre - half)), float(np.tanh(centre + half))
