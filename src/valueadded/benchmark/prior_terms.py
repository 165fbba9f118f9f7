"""How the terms of a line depend on the prior score, known from their columns alone."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valueadded.benchmark.line import Line
from valueadded.mixed.moments import SchoolMoments

Array = NDArray[np.float64]
Role = Literal["power_1", "power_2", "power_3", "power_4", "school_mean", "spread", "unclear"]
# Column of a formula -> its role. A column that is not named does not depend on the prior score.
Roles = Mapping[str, Role]
PRIOR = "prior_score"


def role_of(term: str, roles: Roles) -> Role | None:
    """Return the role of a term, None if it does not depend on the prior score.

    A prior measure inside an interaction or a function is "unclear", whatever it is multiplied by.
    """
    if term in roles:
        return roles[term]
    return None if roles.keys().isdisjoint(re.findall(r"\w+", term)) else "unclear"


def measure_gradient(line: Line, mean_intake: Mapping[str, float], roles: Roles) -> float | None:
    """Return how far the line's prediction moves for each unit that every prior score moves.

    The derivative is taken at `mean_intake`: the k-th power has k times the mean of the power below it, the
    school's mean moves as the student's score does, the spread within a school stays. None where the
    formula does not tell: an interaction, a function, a mean of several years or domains, or a power
    without the power below it.
    """
    gradient = 0.0
    below = {roles[term]: mean for term, mean in mean_intake.items() if term in roles}
    for term, coefficient in line.coefficients.items():
        role = role_of(term, roles)
        if role is None or role == "spread":
            continue
        if role == "unclear":
            return None
        if role in ("power_1", "school_mean"):
            gradient += coefficient
            continue
        power = int(role[-1])
        lower = below.get(f"power_{power - 1}")  # type: ignore[call-overload]
        if lower is None:
            return None
        gradient += coefficient * power * lower
    return gradient


def prior_unit(moments: SchoolMoments, terms: Sequence[str], roles: Roles) -> float | None:
    """Return the scale points behind one unit of the prior measures of a formula with these `terms`.

    The linear measure is (prior score - centre) / scale, so the scale is the ratio of two cross-products.
    None where it cannot be known: no prior scores, no linear measure, or a formula that has the score in
    points beside measures in standard deviations.
    """
    if PRIOR not in moments.terms:
        return None
    if PRIOR in terms:
        others = [term for term in terms if term != PRIOR and role_of(term, roles) is not None]
        return None if others else 1.0
    linear = [term for term in moments.terms if roles.get(term) == "power_1" and term != PRIOR]
    if not linear:
        return None
    total = total_products(moments)
    a, b = moments.columns.index(PRIOR), moments.columns.index(linear[0])
    return float(total[a, a] / total[a, b])


def total_products(moments: SchoolMoments) -> Array:
    """Return the cross-products (K, K) of all students about their common mean."""
    apart = moments.mean - moments.n @ moments.mean / moments.n.sum()
    return moments.scatter.sum(axis=0) + np.einsum("j,ja,jb->ab", moments.n, apart, apart)
