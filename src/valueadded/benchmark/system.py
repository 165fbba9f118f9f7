"""What moved in the whole system since the benchmark: outcome given prior, prior, and both corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from valueadded.benchmark.by_cohort import fit_references
from valueadded.benchmark.drift import BASES, Drift, compare_lines, fit_both_lines
from valueadded.benchmark.line import Basis, Line, fit_line
from valueadded.benchmark.link_error import Heights, Scales, outcome_error, prior_error
from valueadded.benchmark.measurement_error import correct_line, mean_squared_error, prior_variance
from valueadded.benchmark.prior_terms import PRIOR, Roles, measure_gradient, prior_unit
from valueadded.benchmark.reference import BenchmarkReference
from valueadded.errors import ValueAddedError
from valueadded.mixed.by_cohort import Cohort
from valueadded.mixed.formula import formula_columns
from valueadded.mixed.moments import SchoolMoments, pool, restrict, stack

Row = dict[str, Any]
COLUMNS = "domain year basis std_error lower upper "
DRIFT = COLUMNS + "drift intercept_part slope_part sampling_std_error link_std_error"
PRIOR_DRIFT = COLUMNS + (
    "prior_drift link_std_error outcome_drift outcome_lower outcome_upper outcome disagree words"
)
CORRECTED = COLUMNS + "drift drift_corrected slope slope_corrected reliability source"
TYPES = {
    "domain": "str",
    "basis": "str",
    "words": "str",
    "source": "str",
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


@dataclass(frozen=True)
class Comparison:
    """One focal cohort beside the benchmark cohort of its domain, on one basis.

    domain, year, years : domain, outcome year, benchmark years
    focal, benchmark : all moments of both, one row for each school
    before, after : least squares lines of the formula
    outcome : movement of the raw mean outcome; prior : of the mean prior score, None without prior scores
    """

    domain: str
    year: int
    years: Sequence[int]
    basis: Basis
    focal: SchoolMoments
    benchmark: SchoolMoments
    before: Line
    after: Line
    outcome: Drift
    prior: Drift | None


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
                found = _compare(domain, year, years, cohort, benchmark, references[domain], basis)
                drifts.append(_drift_row(found, scales, roles, z))
                priors += _prior_rows(found, drifts[-1], scales, z)
                corrected += _corrected_rows(found, drifts[-1], formula, roles, reliability, z)
            except ValueAddedError as fault:
                raise type(fault)(f"{domain} {year}: {fault}") from None
    return SystemDrift(_table(drifts, DRIFT), _table(priors, PRIOR_DRIFT), _table(corrected, CORRECTED))


def _compare(
    domain: str,
    year: int,
    years: Sequence[int],
    focal: SchoolMoments,
    benchmark: SchoolMoments,
    reference: BenchmarkReference,
    basis: Basis,
) -> Comparison:
    before, after = fit_both_lines(focal, reference, basis)
    outcome, prior = (
        compare_lines(
            fit_line(_mean_of(benchmark, name), basis=basis), fit_line(_mean_of(focal, name), basis=basis)
        )
        if name in focal.columns and name in benchmark.columns
        else None
        for name in (focal.columns[-1], PRIOR)
    )
    assert outcome is not None
    return Comparison(domain, year, years, basis, focal, benchmark, before, after, outcome, prior)


def _drift_row(found: Comparison, scales: Scales, roles: Roles, z: float) -> Row:
    drift = compare_lines(found.before, found.after)
    link = outcome_error(found.domain, found.year, found.years, scales, _heights(found, drift, roles))
    return {
        "domain": found.domain,
        "year": found.year,
        "basis": found.basis,
        "drift": drift.drift,
        **_interval(drift.drift, float(np.hypot(drift.std_error, link)), z),
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
    prior = None if found.prior is None else _mean(found.benchmark, PRIOR, found.basis)
    return Heights(
        outcome=float(found.before.beta @ found.before.mean_intake) + drift.drift,
        prior=prior,
        mean_outcome=own_mean,
        gradient=gradient,
    )


def _prior_rows(found: Comparison, drift: Row, scales: Scales, z: float) -> list[Row]:
    if found.prior is None:
        return []
    height = _mean(found.focal, PRIOR, found.basis)
    link = prior_error(found.domain, found.year, found.years, scales, height, height)
    interval = _interval(found.prior.drift, float(np.hypot(found.prior.std_error, link)), z)
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


def _corrected_rows(
    found: Comparison, naive: Row, formula: str, roles: Roles, reliability: float | None, z: float
) -> list[Row]:
    """Return the corrected drift beside the naive one; no row where the error or a correction is unknown."""
    unit = prior_unit(found.benchmark, found.before.terms, roles)
    linear = [term for term in found.before.terms if roles.get(term) == "power_1"]
    if unit is None or len(linear) != 1 or linear[0] not in found.after.terms:
        return []
    lines, errors = [], []
    for moments in (found.benchmark, found.focal):
        error = mean_squared_error(moments)
        if error is None and reliability is not None:
            error = (1.0 - reliability) * prior_variance(found.benchmark)
        if error is None:
            return []
        own = restrict(moments, formula_columns(formula, moments.formulas)[0])
        line = correct_line(own, roles, error / unit**2, found.basis)
        if line is None:
            return []
        lines.append(line)
        errors.append(error)
    drift = compare_lines(*lines)
    std_error = float(np.hypot(drift.std_error, naive["link_std_error"]))
    return [
        {
            "domain": found.domain,
            "year": found.year,
            "basis": found.basis,
            "drift": naive["drift"],
            "drift_corrected": drift.drift,
            **_interval(drift.drift, std_error, z),
            "slope": found.after.coefficients[linear[0]],
            "slope_corrected": lines[1].coefficients[linear[0]],
            "reliability": 1.0 - errors[1] / prior_variance(found.focal),
            "source": "scores" if mean_squared_error(found.focal) is not None else "configured",
        }
    ]


def _interval(value: float, std_error: float, z: float) -> dict[str, float]:
    return {"std_error": std_error, "lower": value - z * std_error, "upper": value + z * std_error}


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


def _mean_of(moments: SchoolMoments, column: str) -> SchoolMoments:
    """Return the moments of one column as the response of a model without terms."""
    keep = [moments.columns.index(column)]
    return replace(
        moments,
        columns=(column,),
        centre=moments.centre[keep],
        mean=moments.mean[:, keep],
        scatter=moments.scatter[:, keep][:, :, keep],
    )


def _table(rows: list[Row], names: str) -> pd.DataFrame:
    """Return the rows as a table whose columns have their types even where there is no row."""
    columns = names.split()
    return pd.DataFrame(rows, columns=columns).astype({name: TYPES.get(name, "float64") for name in columns})


def _mean(moments: SchoolMoments, column: str, basis: Basis) -> float:
    return float(fit_line(_mean_of(moments, column), basis=basis).beta[0])
