"""The joint model in the table of correlations: the headline, and what it says of every other row."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.effects.correlation_rows import Correlation, correlation_frame, correlation_row, in_words
from valueadded.effects.expected_bias import (
    SEPARATE,
    expected_correlation,
    expected_joint_predictions,
    mean_residual_covariances,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointTables:
    """What the joint model of all years says of each domain.

    joint_correlations, school_covariance : as their contracts say
    """

    joint_correlations: pd.DataFrame
    school_covariance: pd.DataFrame


@dataclass(frozen=True)
class _Domain:
    """One model in one domain, over T years.

    model : "relative" or "joint"
    years : (T,) of the joint model
    school_covariance, residual_covariance : (T, T)
    n, reliability : (J, T), missing where a school has no effect
    """

    model: str
    years: list[int]
    school_covariance: Array
    residual_covariance: Array
    n: Array
    reliability: Array


def joint_correlation_rows(correlations: pd.DataFrame) -> pd.DataFrame:
    """Return the joint model's correlations as rows of `year_correlations`, with the profile interval.

    Parameters
    ----------
    correlations
        Table of the contract `joint_correlations`.
    """
    return correlation_frame(
        [
            correlation_row(
                row["domain"],
                (row["year_a"], row["year_b"]),
                ("joint", "joint"),
                "joint",
                Correlation(row["correlation"], row["lower"], row["upper"], row["n_schools"]),
                in_words("joint", "joint"),
            )
            for row in correlations.to_dict("records")
        ]
    )


def add_expected(
    correlations: pd.DataFrame, covariance: pd.DataFrame, fits: pd.DataFrame, effects: pd.DataFrame
) -> pd.DataFrame:
    """Return the correlations with `expected`: what each method shows if the joint covariance is true.

    Parameters
    ----------
    correlations
        Table of `year_correlations`.
    covariance
        Table of the contract `school_covariance`.
    fits
        Table of fits, for the residual variance of each year.
    effects
        The school effects that were correlated: sizes and reliabilities are theirs.

    Notes
    -----
    Filled for the models the closed forms are about: `relative`, and `joint`, whose predictions are biased
    the other way (K6); for those shown and expected are one at the maximum of the likelihood, and no check. A
    benchmark effect also holds what the line's slopes make of intake, so that the
    joint model of relative effects does not say what its correlation should be; missing there.
    """
    domains = {
        (str(domain), model): _read_domain(str(domain), model, table, fits, effects)
        for domain, table in covariance.groupby("domain", sort=True)
        for model in ("relative", "joint")
    }
    expected = []
    for row in correlations.to_dict("records"):
        known = domains.get((row["domain"], row["model_a"])) if row["model_a"] == row["model_b"] else None
        if row["method"] == "joint":
            expected.append(float(row["correlation"]))
        else:
            expected.append(_expected_of(known, (row["year_a"], row["year_b"]), row["method"]))
    return correlations.assign(expected=np.array(expected, dtype=np.float64))


def _read_domain(
    domain: str, model: str, covariance: pd.DataFrame, fits: pd.DataFrame, effects: pd.DataFrame
) -> _Domain | None:
    """Return what the closed forms need; None where the model has no fits or effects."""
    years = sorted({*covariance["year_a"].astype(int), *covariance["year_b"].astype(int)})
    own = fits[(fits["domain"] == domain) & (fits["model"] == model)].set_index("year")["residual_variance"]
    schools = effects[(effects["domain"] == domain) & (effects["model"] == model)]
    if schools.empty or not set(years) <= set(own.index):
        return None
    upper = covariance.pivot(index="year_a", columns="year_b", values="covariance")
    square = upper.reindex(index=years, columns=years).to_numpy()
    sizes, reliability = (
        schools.pivot(index="school_id", columns="year", values=name).reindex(columns=years).to_numpy()
        for name in ("n_students", "reliability")
    )
    return _Domain(
        model=model,
        years=years,
        school_covariance=np.where(np.isnan(square), square.T, square),
        residual_covariance=np.diag(own.loc[years].to_numpy(dtype=np.float64)),
        n=sizes,
        reliability=reliability,
    )


def _expected_of(domain: _Domain | None, years: tuple[int, int], method: str) -> float:
    """Return what one method is expected to show for two years; missing where no closed form applies."""
    if domain is None or not set(years) <= set(domain.years):
        return np.nan
    pair = (domain.years.index(years[0]), domain.years.index(years[1]))
    school = domain.school_covariance[np.ix_(pair, pair)]
    known = ~np.isnan(domain.n[:, pair]).any(axis=1)
    if not known.any():
        return np.nan
    if method == "moment":
        product = school[0, 0] * school[1, 1]
        return float(school[0, 1] / np.sqrt(product)) if product > 0 else np.nan
    residual = domain.residual_covariance
    if domain.model == "joint":
        n = np.nan_to_num(domain.n)
        shrunken = method == "shrunken"
        return expected_joint_predictions(domain.school_covariance, residual, n, pair) if shrunken else np.nan
    if method not in SEPARATE:
        return np.nan
    total = mean_residual_covariances(school, residual[np.ix_(pair, pair)], domain.n[known][:, pair])
    return expected_correlation(method, domain.reliability[known][:, pair], total)
