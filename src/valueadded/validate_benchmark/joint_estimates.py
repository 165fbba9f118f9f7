"""Drift and changes from models that see several cohorts at once."""

import numpy as np

from valueadded.mixed import MultiCohortFit, fit_multi_cohort
from valueadded.mixed.joint.posterior import Reference, line_height
from valueadded.mixed.joint.structures import StructureName
from valueadded.mixed.moments import student_means
from valueadded.mixed.stacking import stack
from valueadded.validate_benchmark.draw import FORMULA, System
from valueadded.validate_benchmark.estimate import Estimate, of_system

METHODS: dict[str, StructureName] = {"joint": "unstructured", "two_cohort_ar1": "ar1"}
"""Method -> structure of the school covariance: of all cohorts, and of the benchmark and the focal one only.

The second is the temporal model of the R package modernVA (its function tdVA with model = 1): the focal
effect is a multiple of the earlier one plus news of its own. It is fitted here by maximum likelihood, there
by simulation of a posterior.
"""


def estimate_jointly(system: System, school: list[str]) -> list[Estimate]:
    """Return drift, changes and changes of place by the models of several cohorts.

    `school` are the schools in the first and the last cohort, in the order of the estimates.
    """
    years = sorted(system.moments)
    found = []
    for method, structure in METHODS.items():
        seen = years if method == "joint" else [years[0], years[-1]]
        fit = fit_multi_cohort(stack([system.moments[year] for year in seen]), FORMULA, structure=structure)
        found.append(_drift(method, fit, system, years))
        table = fit.changes(years[0])
        rows = table[table["year_to"] == years[-1]].set_index("school_id").loc[school]
        truth = np.array([system.true_change[name] for name in school])
        for target, kind, true in [
            ("school", "benchmark", truth),
            ("place", "relative", truth - system.true_drift),
        ]:
            value, error = (rows[f"{kind}_{name}"].to_numpy() for name in ("change", "std_error"))
            found.append(Estimate(method, target, value, error, true))
    return found


def _drift(method: str, fit: MultiCohortFit, system: System, years: list[int]) -> Estimate:
    """Return how far the focal line stands above the benchmark's at the benchmark cohort's mean intake."""
    reference = Reference(student_means(system.moments[years[0]]), {years[0]: 1.0})
    height = line_height(fit.data, fit.joint, years[-1], reference)
    variance = height.weights @ fit.joint.solution.system.inverse() @ height.weights
    return of_system(method, height.value, float(np.sqrt(variance)), system.true_drift)
