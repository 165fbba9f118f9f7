"""Movement of the whole system since the benchmark, and the identity that ties both models (B14)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.benchmark.line import Basis, Line, fit_line
from valueadded.benchmark.reference import BenchmarkReference
from valueadded.mixed.formula import formula_columns
from valueadded.mixed.moments import INTERCEPT, SchoolMoments, restrict
from valueadded.mixed.posterior import mean_residuals

Array = NDArray[np.float64]
BASES: tuple[Basis, ...] = ("student", "school")


@dataclass(frozen=True)
class Drift:
    """Movement of the system between the benchmark cohort and a focal cohort.

    drift : x0'(b_t - b_0) at the benchmark cohort's mean intake x0, the sum of the two parts
    intercept_part, slope_part : its share from the intercept and from the other coefficients
    std_error : clustered on schools, the same school in both cohorts being one cluster
    """

    drift: float
    intercept_part: float
    slope_part: float
    std_error: float


def measure_drift(moments: SchoolMoments, reference: BenchmarkReference, basis: Basis) -> Drift:
    """Return the drift of a focal cohort from the benchmark cohort.

    Both lines are fitted on the same basis: each student counts once, or each school counts once. The same
    schools stand in both cohorts, so their pulls are subtracted school by school before they are squared;
    adding the two variances would give intervals that are too wide.
    """
    before, after = fit_both_lines(moments, reference, basis)
    return compare_lines(before, after)


def fit_both_lines(moments: SchoolMoments, reference: BenchmarkReference, basis: Basis) -> tuple[Line, Line]:
    """Return the least squares lines of the benchmark and of a focal cohort on one basis."""
    before = reference.line if _is_ols(reference, basis) else fit_line(reference.moments, basis=basis)
    focal = restrict(moments, formula_columns(reference.formula, moments.formulas)[0])
    return before, fit_line(focal, basis=basis)


def compare_lines(before: Line, after: Line) -> Drift:
    """Return the movement between two lines at the mean intake of the first, clustered on schools."""
    # A level nobody has in the focal year cannot have moved by itself: it moves with the intercept.
    shared = [term for term in before.terms if term in after.terms]
    x0 = before.mean_intake[_places(before, shared)]
    change = after.beta[_places(after, shared)] - before.beta[_places(before, shared)]
    pull = after.influence[:, _places(after, shared)] @ x0
    pull_before = before.influence[:, _places(before, shared)] @ x0
    schools, codes = np.unique(
        np.concatenate([after.school_id, before.school_id]).astype(str), return_inverse=True
    )
    together = np.bincount(codes, np.concatenate([pull, -pull_before]), len(schools))
    variance = len(schools) / (len(schools) - 1) * float((together**2).sum())
    return Drift(
        drift=float(change @ x0),
        intercept_part=float(change[0]),
        slope_part=float(change[1:] @ x0[1:]),
        std_error=float(np.sqrt(variance)),
    )


def decompose(
    moments: SchoolMoments, own_line: dict[str, float], reference: BenchmarkReference
) -> pd.DataFrame:
    """Return for each school: mean benchmark residual = mean relative residual + intercept part + slope part.

    r_jB = r_jR + x_j'(b_t - b_0), an identity of arithmetic (B14); `own_line` holds the focal year's
    coefficients b_t, and x_j is the school's own mean intake.
    """
    frozen = reference.coefficients
    means = moments.mean[:, :-1] + moments.centre[:-1]
    slopes = np.array([own_line.get(term, 0.0) - frozen.get(term, 0.0) for term in moments.terms])
    return pd.DataFrame(
        {
            "school_id": pd.array(moments.school_id, dtype="str"),
            "mean_residual_relative": mean_residuals(moments, own_line),
            "mean_residual_benchmark": mean_residuals(moments, frozen),
            "intercept_part": own_line.get(INTERCEPT, 0.0) - frozen.get(INTERCEPT, 0.0),
            "slope_part": means @ slopes,
        }
    )


def _places(line: Line, terms: Sequence[str]) -> list[int]:
    return [line.terms.index(term) for term in terms]


def _is_ols(reference: BenchmarkReference, basis: Basis) -> bool:
    return reference.kind == "ols" and basis == "student"
