"""The drift between two lines that are both corrected for the error of the prior score (N8)."""

from typing import Any

import numpy as np

from valueadded.benchmark.comparison import Comparison, normal_interval
from valueadded.benchmark.drift import compare_lines
from valueadded.benchmark.measurement_error import correct_line, mean_squared_error, prior_variance
from valueadded.benchmark.prior_terms import Roles, prior_unit
from valueadded.mixed.formula import formula_columns
from valueadded.mixed.moments import SchoolMoments, restrict


def corrected_rows(
    found: Comparison, naive: dict[str, Any], formula: str, roles: Roles, reliability: float | None, z: float
) -> list[dict[str, Any]]:
    """Return the corrected drift beside the naive one.

    No row without prior scores, or where nothing is known of their error. Where it is known and no correction
    can be made, a row without corrected numbers, whose `status` says why.
    """
    if found.prior is None:
        return []
    errors = [_error_of(moments, found, reliability) for moments in (found.benchmark, found.focal)]
    before, after = errors
    if before is None or after is None:
        return []
    row: dict[str, Any] = {
        "domain": found.domain,
        "year": found.year,
        "basis": found.basis,
        "drift": naive["drift"],
        "reliability": 1.0 - after / prior_variance(found.focal),
        "source": "scores" if mean_squared_error(found.focal) is not None else "configured",
    }
    unit = prior_unit(found.benchmark, found.before.terms, roles)
    linear = [term for term in found.before.terms if roles.get(term) == "power_1"]
    if unit is None or len(linear) != 1 or linear[0] not in found.after.terms:
        return [row | {"status": "not corrected: the formula needs the prior score once, to the power 1"}]
    row["slope"] = found.after.coefficients[linear[0]]
    lines = []
    for moments, error in ((found.benchmark, before), (found.focal, after)):
        own = restrict(moments, formula_columns(formula, moments.formulas)[0])
        line = correct_line(own, roles, error / unit**2, found.basis)
        if line is None:
            return [
                row
                | {"status": "not corrected: a term without a known correction, or more error than variation"}
            ]
        lines.append(line)
    drift = compare_lines(*lines)
    std_error = float(np.hypot(drift.std_error, naive["link_std_error"]))
    corrected = {
        "drift_corrected": drift.drift,
        **normal_interval(drift.drift, std_error, z),
        "slope_corrected": lines[1].coefficients[linear[0]],
        "status": "corrected",
    }
    return [row | corrected]


def _error_of(moments: SchoolMoments, found: Comparison, reliability: float | None) -> float | None:
    """Return the error variance of a cohort's prior score (squared points): its own, or as configured."""
    own = mean_squared_error(moments)
    if own is None and reliability is not None:
        return (1.0 - reliability) * prior_variance(found.benchmark)
    return own
