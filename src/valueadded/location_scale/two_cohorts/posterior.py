"""What is known of each school's four effects given the estimates."""

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.two_cohorts.criterion import blocks, integrate, locate
from valueadded.location_scale.two_cohorts.design import TwoCohortDesign
from valueadded.location_scale.two_cohorts.fit import Estimates, school_sums

Array = NDArray[np.float64]


def effect_posterior(design: TwoCohortDesign, estimates: Estimates) -> tuple[Array, Array]:
    """Return posterior mean (J, 4) and covariance (J, 4, 4) of (u_1, u_2, v_1, v_2), outcomes standardised.

    Estimates are taken as known; the nodes are those of the likelihood.
    """
    loadings = estimates.at.loadings
    sums = school_sums(design, estimates.at)
    modes, roots = locate(sums, loadings, estimates.rules, estimates.modes)
    mean, covariance = np.empty((len(modes), 4)), np.empty((len(modes), 4, 4))
    for rule, chosen in blocks(estimates.rules, len(modes)):
        zeta, known, probability, _ = integrate(
            sums.take(chosen), loadings, rule, modes[chosen], roots[chosen]
        )
        effects = np.concatenate([known.mean, zeta @ loadings.s.T], axis=2)
        mean[chosen] = np.einsum("jq,jqa->ja", probability, effects)
        apart = effects - mean[chosen][:, None, :]
        covariance[chosen] = np.einsum("jq,jqa,jqb->jab", probability, apart, apart, optimize=True)
        covariance[chosen, :2, :2] += np.einsum("jq,jqab->jab", probability, known.covariance)
    return mean, covariance
