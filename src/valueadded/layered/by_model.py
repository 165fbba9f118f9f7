"""The layered models of one set of scores and links, as tables."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from valueadded.layered.join import frame_of, on_calendar
from valueadded.layered.model import LayeredFit, fit_layered

PARAMETERS = ["layer", "domain", "period"]


@dataclass(frozen=True)
class LayeredPlan:
    """Which models, of what.

    models : persistence of each: "complete", "zero", "variable" or "fixed"
    fixed_persistence : of the last
    method, student_covariance, unscored, covariates, schools : as for `fit_layered`
    time : "year_level" or "calendar_year", what the periods are
    confidence : of every interval
    """

    models: list[str]
    fixed_persistence: float | None
    method: str
    student_covariance: str
    unscored: str
    covariates: list[str]
    schools: bool
    time: str
    confidence: float


@dataclass(frozen=True)
class LayeredTables:
    """What was fitted; columns as in the contracts of the same names."""

    fits: pd.DataFrame
    fixed_effects: pd.DataFrame
    variances: pd.DataFrame
    covariance: pd.DataFrame
    persistence: pd.DataFrame
    effects: pd.DataFrame
    notes: pd.DataFrame


def fit_models(scores: pd.DataFrame, links: pd.DataFrame, plan: LayeredPlan) -> LayeredTables:
    """Return every model of the plan, fitted to joined scores and links."""
    frame = frame_of(scores, links)
    fits = {
        name: fit_layered(
            frame,
            persistence=plan.fixed_persistence if name == "fixed" else name,  # type: ignore[arg-type]
            student_covariance=plan.student_covariance,
            covariates=plan.covariates,
            method=plan.method,
            unscored=plan.unscored,
            schools=plan.schools,
        )
        for name in plan.models
    }
    z = NormalDist().inv_cdf(0.5 + plan.confidence / 2)
    return LayeredTables(
        fits=pd.DataFrame([_summary(name, fit, plan) for name, fit in fits.items()]),
        fixed_effects=_of_all(fits, lambda fit: fit.fixed_effects.rename(columns={"year": "period"})),
        variances=_of_all(fits, lambda fit: fit.teacher_variances.rename(columns={"year": "period"})),
        covariance=_of_all(fits, _covariance),
        persistence=_of_all(fits, lambda fit: _persistence(fit, z)),
        effects=_of_all(fits, lambda fit: _effects(fit, plan)),
        notes=_of_all(fits, _notes),
    )


def _of_all(fits: dict[str, LayeredFit], table: object) -> pd.DataFrame:
    parts = [table(fit).assign(model=name) for name, fit in fits.items()]  # type: ignore[operator]
    return pd.concat(parts, ignore_index=True).astype({"model": "str"})


def _summary(name: str, fit: LayeredFit, plan: LayeredPlan) -> dict[str, object]:
    effects = fit.design.effects
    units = effects.groupby("layer")["unit"].nunique()
    n_students = len(fit.design.student_id)
    deviance = -2 * fit.log_likelihood
    return {
        "model": name,
        "method": plan.method,
        "time": plan.time,
        "student_covariance": plan.student_covariance,
        "unscored": plan.unscored,
        "n_students": n_students,
        "n_scores": fit.design.n_scores,
        "n_cohorts": fit.records.scores["cohort"].nunique(),
        "n_teachers": int(units.get("teacher", 0)),
        "n_schools": int(units.get("school", 0)),
        "n_effects": len(effects),
        "n_components": int(fit.tracks.max()),
        "n_parameters": fit.n_parameters,
        "log_likelihood": fit.log_likelihood,
        "aic": deviance + 2 * fit.n_parameters,
        "bic": deviance + np.log(n_students) * fit.n_parameters,
        "converged": bool(fit.converged),
        "boundary": bool(fit.estimates.boundary.any()),
    }


def _covariance(fit: LayeredFit) -> pd.DataFrame:
    """Return each pair of cells once, with the error of its parameter."""
    label = fit.numbering.covariance_label
    errors = fit.student_covariance_errors["std_error"].to_numpy()
    values = fit.student_covariance.to_numpy()
    spread = np.sqrt(np.diag(values))
    rows = []
    for a, (domain_a, period_a) in enumerate(fit.design.cells):
        for b, (domain_b, period_b) in enumerate(fit.design.cells[: a + 1]):
            error = errors[label[a, b]] if label[a, b] >= 0 else np.nan
            correlation = np.clip(values[a, b] / (spread[a] * spread[b]), -1.0, 1.0)
            rows.append((domain_b, period_b, domain_a, period_a, values[a, b], correlation, error))
    names = ["domain_a", "period_a", "domain_b", "period_b", "covariance", "correlation", "std_error"]
    return pd.DataFrame(rows, columns=names)


def _persistence(fit: LayeredFit, z: float) -> pd.DataFrame:
    frame = fit.persistence.rename(columns={"year": "period", "score_year": "score_period"})
    free = (fit.numbering.persistence_label >= 0).any()
    return frame.assign(
        lower=frame["persistence"] - z * frame["std_error"],
        upper=frame["persistence"] + z * frame["std_error"],
        estimated=bool(free),
    ).astype({"period": "int64", "score_period": "int64", "lag": "int64", "std_error": "float64"})


def _effects(fit: LayeredFit, plan: LayeredPlan) -> pd.DataFrame:
    effects = fit.teacher_effects(plan.confidence).rename(columns={"track": "component"})
    return on_calendar(effects, plan.time)


def _notes(fit: LayeredFit) -> pd.DataFrame:
    notes = pd.DataFrame({"note": pd.array(list(fit.notes), dtype="str")})
    return notes.assign(number=np.arange(1, len(notes) + 1))
