"""The drift between two lines that are both corrected for the error of the prior score (N8)."""

from typing import Any

import numpy as np

from valueadded.benchmark.comparison import Comparison, normal_interval
from valueadded.benchmark.drift import compare_lines
from valueadded.benchmark.measurement_error import correct_line, mean_squared_error, prior_variance
from valueadded.benchmark.prior_terms import Roles, prior_unit
from valueadded.mixed.formula import formula_columns
from valueadded.mixed.moments import restrict


def corrected_rows(
    found: Comparison, naive: dict[str, Any], formula: str, roles: Roles, reliability: float | None, z: float
) -> list[dict[str, Any]]:
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
            **normal_interval(drift.drift, std_error, z),
            "slope": found.after.coefficients[linear[0]],
            "slope_corrected": lines[1].coefficients[linear[0]],
            "reliability": 1.0 - errors[1] / prior_variance(found.focal),
            "source": "scores" if mean_squared_error(found.focal) is not None else "configured",
        }
    ]
