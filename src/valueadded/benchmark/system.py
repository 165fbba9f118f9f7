"""What moved in the whole system since the benchmark: outcome given prior, prior, and both corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from valueadded.benchmark.by_cohort import fit_references
from valueadded.benchmark.comparison import Comparison, compare_cohorts, mean_score, normal_interval
from valueadded.benchmark.corrected import corrected_rows
from valueadded.benchmark.drift import BASES, Drift, compare_lines
from valueadded.benchmark.link_error import Heights, Scales, outcome_error, prior_error
from valueadded.benchmark.prior_terms import PRIOR, Roles, measure_gradient, prior_unit
from valueadded.errors import ValueAddedError
from valueadded.mixed.by_cohort import Cohort
from valueadded.mixed.moments import SchoolMoments, pool
from valueadded.mixed.stacking import stack

Row = dict[str, Any]
COLUMNS = "domain year basis std_error lower upper "
DRIFT = COLUMNS + "drift intercept_part slope_part sampling_std_error link_std_error"
PRIOR_DRIFT = COLUMNS + (
    "prior_drift link_std_error outcome_drift outcome_lower outcome_upper outcome disagree words"
)
CORRECTED = COLUMNS + "drift drift_corrected slope slope_corrected reliability source status"
TYPES = {
    "domain": "str",
    "basis": "str",
    "words": "str",
    "source": "str",
    "status": "str",
    "year": "int64",
    "disagree": "bool",
}


@dataclass(frozen=True)
class SystemDrift:
    """Movement of the whole system, as tables.

    drift, prior_drift, measurement_error : as their contracts say
    """

    drift: pd.DataFrame
    prior_drift: pd.DataFrame
    measurement_error: pd.DataFrame


def measure_system(
    moments: Mapping[Cohort, SchoolMoments],
    formula: str,
    years: Sequence[int],
    scales: Scales,
    roles: Roles,
    reliability: float | None,
    confidence: float,
) -> SystemDrift:
    """Return the movement of each (domain, year) from the benchmark `years`, on student and school basis.

    Parameters
    ----------
    scales
        Scale eras and links, whose error is part of the intervals.
    roles
        How the terms of the formula depend on the prior score.
    reliability
        Of the prior score in the benchmark cohort; the moments' own error variance goes before it.

    Raises
    ------
    ValueAddedError
        Naming the domain and year whose line cannot be fitted.
    """
    references = fit_references(moments, formula, years, "ols")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    drifts, priors, corrected = [], [], []
    for (domain, year), cohort in moments.items():
        benchmark = pool(stack([moments[domain, one] for one in years]))
        for basis in BASES:
            try:
                found = compare_cohorts(domain, year, years, cohort, benchmark, references[domain], basis)
                drifts.append(_drift_row(found, scales, roles, z))
                priors += _prior_rows(found, drifts[-1], scales, z)
                corrected += corrected_rows(found, drifts[-1], formula, roles, reliability, z)
            except ValueAddedError as fault:
                raise type(fault)(f"{domain} {year}: {fault}") from None
    return SystemDrift(_table(drifts, DRIFT), _table(priors, PRIOR_DRIFT), _table(corrected, CORRECTED))


def _drift_row(found: Comparison, scales: Scales, roles: Roles, z: float) -> Row:
    drift = compare_lines(found.before, found.after)
    link = outcome_error(found.domain, found.year, found.years, scales, _heights(found, drift, roles))
    return {
        "domain": found.domain,
        "year": found.year,
        "basis": found.basis,
        "drift": drift.drift,
        **normal_interval(drift.drift, float(np.hypot(drift.std_error, link)), z),
        "intercept_part": drift.intercept_part,
        "slope_part": drift.slope_part,
        "sampling_std_error": drift.std_error,
        "link_std_error": link,
    }


def _heights(found: Comparison, drift: Drift, roles: Roles) -> Heights:
    intake = dict(zip(found.before.terms, map(float, found.before.mean_intake), strict=True))
    gradient = measure_gradient(found.after, intake, roles)
    unit = prior_unit(found.focal, found.after.terms, roles)
    if gradient:
        gradient = None if unit is None else gradient / unit
    own_mean = float(found.after.beta @ found.after.mean_intake)
    prior = None if found.prior is None else mean_score(found.benchmark, PRIOR, found.basis)
    return Heights(
        outcome=float(found.before.beta @ found.before.mean_intake) + drift.drift,
        prior=prior,
        mean_outcome=own_mean,
        gradient=gradient,
    )


def _prior_rows(found: Comparison, drift: Row, scales: Scales, z: float) -> list[Row]:
    if found.prior is None:
        return []
    height = mean_score(found.focal, PRIOR, found.basis)
    link = prior_error(found.domain, found.year, found.years, scales, height, height)
    interval = normal_interval(found.prior.drift, float(np.hypot(found.prior.std_error, link)), z)
    prior, given = (
        _direction(interval["lower"], interval["upper"]),
        _direction(drift["lower"], drift["upper"]),
    )
    return [
        {
            "domain": found.domain,
            "year": found.year,
            "basis": found.basis,
            "prior_drift": found.prior.drift,
            **interval,
            "link_std_error": link,
            "outcome_drift": drift["drift"],
            "outcome_lower": drift["lower"],
            "outcome_upper": drift["upper"],
            "outcome": found.outcome.drift,
            "disagree": prior * given < 0,
            "words": _say(prior, given),
        }
    ]


def _direction(lower: float, upper: float) -> int:
    """Return 1 or -1 where an interval lies above or below 0, 0 where it holds 0."""
    return int(lower > 0) - int(upper < 0)


def _say(prior: int, given: int) -> str:
    if prior * given < 0:
        looks = "gain" if given > 0 else "loss"
        moved = "fell" if prior < 0 else "rose"
        way = "the outcome given the prior went the other way"
        return f"the prior {moved} and {way}: the {looks} may be the prior's"
    names = {1: "rose", 0: "did not clearly move", -1: "fell"}
    return f"the prior {names[prior]}; the outcome given the prior {names[given]}"


def _table(rows: list[Row], names: str) -> pd.DataFrame:
    """Return the rows as a table whose columns have their types even where there is no row."""
    columns = names.split()
    return pd.DataFrame(rows, columns=columns).astype({name: TYPES.get(name, "float64") for name in columns})
