"""Deviance information criterion, WAIC and leave-one-out from draws; all on the deviance scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.log_posterior import Target
from valueadded.location_scale.school_draws import SchoolDraws, conditional_deviance
from valueadded.location_scale.weighting import (
    PARETO_LIMIT,
    log_mean_exp,
    smooth_weights,
    weighted_moments,
)

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Criteria:
    """Criteria of fit; smaller is better. DIC and the others answer different questions: never compare them.

    dic, p_d : Dbar + p_D as the source has it, conditional on the school effects: new students of these
        schools. p_D = Dbar - D(posterior means), the effects counted among the parameters
    waic, p_waic : -2 expected log density of a new school's students, its effects integrated out, a school
        being one observation; p_waic the effective number of parameters
    loo, p_loo : the same by leaving out each school in turn, Pareto-smoothed
    loo_bad_share : share of schools whose Pareto k is above 0.7; their part of `loo` is not to be trusted
    """

    dic: float
    p_d: float
    waic: float
    p_waic: float
    loo: float
    p_loo: float
    loo_bad_share: float


def compute_criteria(target: Target, points: Array, weights: Array, schools: SchoolDraws) -> Criteria:
    """Return the criteria from points (S, P) of weights (S,) that sum to 1, outcome in the units of the data.

    WAIC and leave-one-out are by school, not by student: the integral over a school's effects is exact, a
    school's share of the data moves its own effects so much that leaving out a student says little of
    another school, and models known by moments have no students.
    """
    used = weights > 0
    weights, log_likelihood = weights[used], schools.log_likelihood[used]
    p, size = target.meaning.n_location, target.meaning.n_coefficients
    coefficients = weights @ points[used, :size]
    effects = np.tensordot(weights, schools.expected[used], axes=1)
    mean_deviance = float(weights @ schools.deviance[used])
    at_means = conditional_deviance(target, coefficients[:p], coefficients[p:], effects)
    in_units = 2 * target.design.moments.n_students * float(np.log(target.design.outcome_spread))
    density = log_mean_exp(log_likelihood, weights)
    _, spread = weighted_moments(log_likelihood, weights)
    # A draw of weight w stands for the posterior; without the school, for that over its likelihood.
    smoothed, shapes = smooth_weights((np.log(weights)[:, None] - log_likelihood).T)
    held_out = log_mean_exp(log_likelihood + smoothed.T, np.ones(len(weights)))
    return Criteria(
        dic=2 * mean_deviance - at_means + in_units,
        p_d=mean_deviance - at_means,
        waic=-2 * float(np.sum(density - spread**2)) + in_units,
        p_waic=float(np.sum(spread**2)),
        loo=-2 * float(np.sum(held_out)) + in_units,
        p_loo=float(np.sum(density - held_out)),
        loo_bad_share=float(np.mean(shapes > PARETO_LIMIT)),
    )
