"""A line corrected for the error of measurement in the prior score (N8), from moments alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from valueadded.benchmark.line import Basis, Line
from valueadded.benchmark.prior_terms import PRIOR, Roles, role_of, total_products
from valueadded.mixed.moments import INTERCEPT, SchoolMoments

Array = NDArray[np.float64]
PRIOR_ERROR = "prior_error_variance"
CORRECTABLE = ("power_1", "power_2", "school_mean")


def correct_line(moments: SchoolMoments, roles: Roles, error: float, basis: Basis) -> Line | None:
    """Return the least squares line with the error of the prior score taken out of its cross-products.

    Parameters
    ----------
    moments
        Moments of the line's terms and the response, one row for each school.
    roles
        How terms depend on the prior score.
    error
        Variance of the error in the linear prior term, in its squared unit.
    basis
        Whether each student or each school counts once.

    Returns
    -------
    Line or None
        None where no correction is known: a term whose role is none of the linear prior, its square and the
        school's mean, or a corrected matrix that is not positive definite (more error than variation).

    Notes
    -----
    For observed w = z + e with normal e of variance v, independent of everything else, the expected excess of
    each cross-product over that of the true z is: v in w'w and (1, w2); 3 v w in (w, w2); 6 v w2 - 3 v^2 in
    (w2, w2); v c in (c, w2) for any other column c, the response included; for the mean m of a school's
    n students v / n in (m, m) and (m, w), and v m + 2 v w / n in (m, w2). Method of moments after
    Fuller (1987, section 3.1). Sandwich: each school's pull on the corrected equations; v is taken as known.
    """
    found = [None, *(role_of(term, roles) for term in moments.terms), None]
    if any(role is not None and role not in CORRECTABLE for role in found):
        return None
    if sum(role == "power_1" for role in found) > 1:
        return None
    weights: Array = np.ones_like(moments.n) if basis == "student" else 1.0 / moments.n
    products = weights[:, None, None] * (_products(moments) - _excess(moments, found, error))
    total = products.sum(axis=0)
    system = total[:-1, :-1]
    inner = system[1:, 1:] - np.outer(system[1:, 0], system[0, 1:]) / system[0, 0]
    size = np.sqrt(np.abs(np.diag(inner)))
    if len(inner) and not np.linalg.eigvalsh(inner / np.outer(size, size)).min() > 1e-10:
        return None
    beta = np.linalg.solve(system, total[:-1, -1])
    scores = products[:, :-1, -1] - products[:, :-1, :-1] @ beta
    influence = np.linalg.solve(system, scores.T).T
    return Line(
        (INTERCEPT, *moments.terms),
        beta,
        influence,
        moments.school_id,
        system[0] / system[0, 0],
        moments.n_students,
    )


def mean_squared_error(moments: SchoolMoments) -> float | None:
    """Return the mean squared standard error of the prior score (squared points), None if none is known."""
    if PRIOR_ERROR not in moments.terms:
        return None
    k = moments.columns.index(PRIOR_ERROR)
    known = float(moments.n @ moments.mean[:, k] / moments.n.sum() + moments.centre[k])
    return known if known > 0 else None


def prior_variance(moments: SchoolMoments) -> float:
    """Return the variance of the prior score over all students (squared points, divisor N)."""
    k = moments.columns.index(PRIOR)
    return float(total_products(moments)[k, k] / moments.n.sum())


def _products(moments: SchoolMoments) -> Array:
    """Return the raw cross-products (J, K + 1, K + 1) of each school, the intercept first."""
    rows = np.hstack([np.ones((moments.n_schools, 1)), moments.mean + moments.centre])
    products = moments.n[:, None, None] * rows[:, :, None] * rows[:, None, :]
    products[:, 1:, 1:] += moments.scatter
    return products


def _excess(moments: SchoolMoments, roles: Sequence[str | None], error: float) -> Array:
    """Return what the error adds to the cross-products of each school, on average; shaped as they are."""
    products = _products(moments)
    excess = np.zeros_like(products)
    for a, first in enumerate(roles):
        for b, second in enumerate(roles[: a + 1]):
            pair = {first, second}
            if pair == {"power_2"}:
                part = 6 * error * products[:, 0, a] - 3 * error**2 * moments.n
            elif pair == {"power_1", "power_2"}:
                linear = a if first == "power_1" else b
                part = 3 * error * products[:, 0, linear]
            elif pair == {"school_mean", "power_2"}:
                mean = a if first == "school_mean" else b
                part = error * products[:, 0, mean] * (1 + 2 / moments.n)
            elif "power_2" in pair:
                part = error * products[:, 0, b if first == "power_2" else a]
            elif pair == {"power_1"}:
                part = error * moments.n
            elif pair in ({"school_mean"}, {"power_1", "school_mean"}):
                part = np.full(len(moments.n), error)
            else:
                continue
            excess[:, a, b] = excess[:, b, a] = part
    return excess
