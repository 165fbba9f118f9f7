"""The ladder of location-scale models of every cohort, as tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_type_hints

import numpy as np
import pandas as pd

from valueadded.errors import DesignError, FitError, ValueAddedError
from valueadded.location_scale.audit import autocorrelate, trace_draws
from valueadded.location_scale.ladder import ModelSpecification, compare_row
from valueadded.location_scale.ladder_plan import SCHOOL, LadderPlan, Ready, prepare_cohort
from valueadded.location_scale.model import LocationScaleFit, fit_location_scale
from valueadded.location_scale.plan import PosteriorPlan, draw_posterior
from valueadded.location_scale.sampled import Evidence, Posterior
from valueadded.location_scale.tables import (
    coefficient_rows,
    covariance_rows,
    effect_rows,
    posterior_coefficient_rows,
    posterior_covariance_rows,
    posterior_effect_rows,
)
from valueadded.mixed.by_cohort import Cohort, label_rows, record_rows

TRACE = {"parameter": "str", "chain": "int64", "draw": "int64", "value": "float64"}
LAGS = {"parameter": "str", "chain": "int64", "lag": "int64", "correlation": "float64"}
CRITERIA = ("dic", "p_d", "waic", "p_waic", "loo", "p_loo", "loo_bad_share")


@dataclass(frozen=True)
class LocationScaleModels:
    """Every location-scale model of a study, as tables.

    fits, coefficients, covariance, school_effects, comparison, posteriors, traces, autocorrelations,
        fit_records : as their contracts say
    """

    fits: pd.DataFrame
    coefficients: pd.DataFrame
    covariance: pd.DataFrame
    school_effects: pd.DataFrame
    comparison: pd.DataFrame
    posteriors: pd.DataFrame
    traces: pd.DataFrame
    autocorrelations: pd.DataFrame
    fit_records: pd.DataFrame


def fit_ladders(
    cohorts: Mapping[Cohort, pd.DataFrame], plan: LadderPlan, posterior: PosteriorPlan | None = None
) -> LocationScaleModels:
    """Return the models of each (domain, year), and their posteriors if asked for.

    A model that a cohort does not determine, as with terms that are one there, has a row in `fits` that says
    so and none elsewhere; a posterior that failed has a row in `posteriors` and none elsewhere.

    Raises
    ------
    DesignError
        Naming the domain and year whose columns do not fit the plan.
    """
    fits: list[dict[str, object]] = []
    found: dict[tuple[str, int, str], LocationScaleFit] = {}
    drawn: dict[tuple[str, int, str], Posterior] = {}
    evidence: list[dict[str, object]] = []
    for (domain, year), frame in cohorts.items():
        try:
            ready = prepare_cohort(frame, plan)
            for model in plan.specifications:
                key = (domain, year, model.name)
                label = {"domain": domain, "year": year, "model": model.name}
                fit = _fit(ready, model)
                fits.append(label | _fit_row(ready, fit))
                if isinstance(fit, str):
                    continue
                found[key] = fit
                if posterior is None:
                    continue
                try:
                    sampled = draw_posterior(fit, posterior)
                except FitError as fault:
                    evidence.append(label | _failed(posterior.method, str(fault)))
                    continue
                evidence.append(label | vars(sampled.evidence))
                if sampled.evidence.trustworthy:
                    drawn[key] = sampled
        except ValueAddedError as fault:
            raise type(fault)(f"location_scale, {domain} {year}: {fault}") from None
    return _gather(fits, found, drawn, evidence, plan.confidence)


def _fit(ready: Ready, model: ModelSpecification) -> LocationScaleFit | str:
    """Return the fit, or in words why there is none."""
    try:
        return fit_location_scale(
            ready.students, model.location, model.scale, SCHOOL, model.random_slope, model.random_scale
        )
    except (DesignError, FitError) as fault:
        # Such as terms that cannot be told apart in this cohort; absent columns were refused before.
        return f"not fitted: {fault}"


def _fit_row(ready: Ready, fit: LocationScaleFit | str) -> dict[str, object]:
    of_cohort = {
        "n_students": len(ready.students),
        "n_schools": ready.students[SCHOOL].nunique(),
        "n_left_out": ready.n_left_out,
        "score_centre": ready.centre,
        "score_scale": ready.scale,
    }
    if isinstance(fit, str):
        none = {"n_parameters": 0, "log_likelihood": np.nan, "mean_school_variance": np.nan}
        return of_cohort | none | {"converged": False, "boundary": False, "evaluations": 0, "status": fit}
    return of_cohort | {
        "n_parameters": fit.n_parameters,
        "log_likelihood": fit.log_likelihood,
        "mean_school_variance": fit.mean_school_variance,
        "converged": fit.record.converged,
        "boundary": fit.record.boundary,
        "evaluations": fit.record.evaluations,
        "status": fit.record.status,
    }


def _failed(method: str, words: str) -> dict[str, object]:
    """Return the evidence of a posterior that could not be drawn."""
    missing = dict.fromkeys(("pareto_k", "effective_size", "r_hat", "ess"), np.nan)
    return {"method": method, "draws": 0, "divergences": 0, "trustworthy": False, "status": words} | missing


def _gather(
    fits: list[dict[str, object]],
    found: Mapping[tuple[str, int, str], LocationScaleFit],
    drawn: Mapping[tuple[str, int, str], Posterior],
    evidence: list[dict[str, object]],
    confidence: float,
) -> LocationScaleModels:
    if not found:
        reasons = sorted({str(row["status"]) for row in fits})
        raise FitError(f"location_scale: no model of any cohort could be fitted: {'; '.join(reasons)}")
    coefficients, covariance, effects, comparison, records = {}, {}, {}, {}, {}
    traces = {key: trace_draws(posterior) for key, posterior in drawn.items() if posterior.chain.any()}
    for key, fit in found.items():
        tables = [
            [coefficient_rows(fit, confidence)],
            [covariance_rows(fit)],
            [effect_rows(fit, confidence)],
        ]
        row = compare_row(key[2], fit)
        posterior = drawn.get(key)
        if posterior is not None:
            tables[0].append(posterior_coefficient_rows(posterior, confidence))
            tables[1].append(posterior_covariance_rows(posterior, confidence))
            tables[2].append(posterior_effect_rows(posterior, confidence))
        criteria = vars(posterior.criteria) if posterior is not None else dict.fromkeys(CRITERIA, np.nan)
        coefficients[key], covariance[key], effects[key] = (
            pd.concat(parts, ignore_index=True) for parts in tables
        )
        comparison[key] = pd.DataFrame([row | {name: float(criteria[name]) for name in CRITERIA}])
        records[key] = record_rows(fit.record)
    return LocationScaleModels(
        fits=pd.DataFrame(fits).astype({"domain": "str", "model": "str", "status": "str"}),
        coefficients=label_rows(coefficients),
        covariance=label_rows(covariance),
        school_effects=label_rows(effects),
        comparison=label_rows(comparison),
        posteriors=_evidence_rows(evidence),
        traces=_chain_rows(traces, TRACE),
        autocorrelations=_chain_rows({key: autocorrelate(table) for key, table in traces.items()}, LAGS),
        fit_records=label_rows(records),
    )


def _chain_rows(
    tables: Mapping[tuple[str, int, str], pd.DataFrame], columns: Mapping[str, str]
) -> pd.DataFrame:
    """Return rows of chains, in their types also without rows."""
    types = {"domain": "str", "year": "int64", "model": "str", **columns}
    return label_rows(tables)[list(types)] if tables else pd.DataFrame(columns=list(types)).astype(types)


def _evidence_rows(evidence: list[dict[str, object]]) -> pd.DataFrame:
    """Return the evidence of the posteriors, in its types also without rows."""
    types = {"domain": "str", "year": "int64", "model": "str"} | {
        name: {str: "str", int: "int64", float: "float64", bool: "bool"}[kind]
        for name, kind in get_type_hints(Evidence).items()
    }
    return pd.DataFrame(evidence, columns=list(types)).astype(types)
