"""The joint model of each domain, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from valueadded.errors import ValueAddedError
from valueadded.mixed.by_cohort import Cohort, RelativeModels, fit_row, label_rows, record_rows
from valueadded.mixed.fit import Method
from valueadded.mixed.joint.structures import StructureName
from valueadded.mixed.joint.tables import compare_structures, covariance_error_table, covariance_table
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.multi_cohort import MultiCohortFit, fit_multi_cohort
from valueadded.mixed.stacking import stack


@dataclass(frozen=True)
class JointModels:
    """The joint model of every domain, as tables.

    models : its rows of fits, fixed effects, fit records and school effects, model "joint"
    school_covariance, school_covariance_error, joint_correlations, lag_profile, structures, joint_changes :
        as their contracts say
    """

    models: RelativeModels
    school_covariance: pd.DataFrame
    school_covariance_error: pd.DataFrame
    joint_correlations: pd.DataFrame
    lag_profile: pd.DataFrame
    structures: pd.DataFrame
    joint_changes: pd.DataFrame


def fit_joint_models(
    moments: Mapping[Cohort, SchoolMoments],
    formula: str,
    structures: Sequence[StructureName],
    method: Method,
    base_year: int,
    benchmark_years: Sequence[int],
    confidence: float,
) -> JointModels:
    """Return the joint model of all cohorts of each domain, unstructured, and the structures beside it.

    Changes run between `base_year` and every other year; the line is that of the `benchmark_years`, or of
    the base year without any.

    Raises
    ------
    ValueAddedError
        Naming the domain whose model cannot be fitted.
    """
    fits: dict[str, list[MultiCohortFit]] = {}
    for domain in dict.fromkeys(domain for domain, _ in moments):
        together = stack([cohort for (name, _), cohort in moments.items() if name == domain])
        try:
            fits[domain] = [
                fit_multi_cohort(together, formula, structure=structure, method=method)
                for structure in dict.fromkeys(("unstructured", *structures))
            ]
        except ValueAddedError as fault:
            raise type(fault)(f"{domain}, joint model: {fault}") from None
    free = {domain: found[0] for domain, found in fits.items()}
    years = list(benchmark_years) or [base_year]
    return JointModels(
        models=_model_rows(free, moments, confidence),
        school_covariance=_by_domain({name: covariance_table(fit) for name, fit in free.items()}),
        school_covariance_error=_by_domain({name: covariance_error_table(fit) for name, fit in free.items()}),
        joint_correlations=_by_domain({name: fit.correlations(confidence) for name, fit in free.items()}),
        lag_profile=_by_domain({name: fit.lag_profile(confidence) for name, fit in free.items()}),
        structures=_by_domain({name: compare_structures(found) for name, found in fits.items()}),
        joint_changes=_by_domain(
            {name: fit.changes(base_year, years, confidence) for name, fit in free.items()}
        ),
    )


def _model_rows(
    fits: Mapping[str, MultiCohortFit], moments: Mapping[Cohort, SchoolMoments], confidence: float
) -> RelativeModels:
    """Return the rows that the tables of every model have; the search is recorded under the last year."""
    effects = {name: fit.school_effects(confidence) for name, fit in fits.items()}
    coefficients = {name: fit.fixed_effects for name, fit in fits.items()}
    each = [(name, year, "joint") for name, fit in fits.items() for year in fit.data.cohorts]
    last = {(name, fit.data.cohorts[-1], "joint"): fit for name, fit in fits.items()}
    return RelativeModels(
        fits=pd.DataFrame(
            [
                fit_row(*key, fits[key[0]].estimates(key[1]), moments[key[0], key[1]], fits[key[0]].method)
                for key in each
            ]
        ),
        fixed_effects=label_rows({key: _of_year(coefficients[key[0]], key[1]) for key in each}),
        fit_records=label_rows({key: record_rows(fit.estimates(key[1]).record) for key, fit in last.items()}),
        school_effects=label_rows({key: _of_year(effects[key[0]], key[1]) for key in each}),
    )


def _of_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    return table[table["year"] == year].drop(columns="year")


def _by_domain(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    labelled = [table.assign(domain=domain).astype({"domain": "str"}) for domain, table in tables.items()]
    return pd.concat(labelled, ignore_index=True)
