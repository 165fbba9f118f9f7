"""What is known of each school given the estimates: its effects and its variance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.criterion import by_rule, integrate
from valueadded.location_scale.design import LocationScaleDesign
from valueadded.location_scale.fit import Estimates
from valueadded.location_scale.integrand import find_modes, prepare, take
from valueadded.location_scale.sums import mean_variance_factor, weighted_sums

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SchoolPosterior:
    """Posterior means and standard deviations of J schools, estimates taken as known, outcome standardised.

    effects, effect_spread : (J, q) of intercept and slope, at the average student
    log_variance, log_variance_spread : (J,) of v
    variance : (J,) mean of the student variance exp(alpha_0 + v) at the average student
    reference, reference_spread : (J,) of the variance of scores about the mean line in the reference
        distribution,
        u_1^2 + exp(v) times the mean of exp(z'alpha) over all students (M5, M6)
    """

    effects: Array
    effect_spread: Array
    log_variance: Array
    log_variance_spread: Array
    variance: Array
    reference: Array
    reference_spread: Array


def school_posterior(design: LocationScaleDesign, estimates: Estimates) -> SchoolPosterior:
    """Return the posterior of every school, from the same nodes as the likelihood."""
    at = estimates.at
    it = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    modes = estimates.modes
    widths = np.ones_like(modes)
    if estimates.rules is not None:
        modes, widths = find_modes(it, modes)
    n_schools, q = it.loading.shape[:2]
    effects, squares = np.empty((n_schools, q)), np.empty((n_schools, q))
    log_variance, log_squares, growth = (np.empty(n_schools) for _ in range(3))
    reference, reference_squares = np.empty(n_schools), np.empty(n_schools)
    base = mean_variance_factor(design.data, at.alpha)
    for rule, chosen in by_rule(estimates.rules, n_schools):
        part = take(it, chosen)
        known = integrate(part, rule, modes[chosen], widths[chosen])

        def expect(values: Array, weights: Array = known.probability) -> Array:
            return np.sum(weights * values, axis=-1)

        # u given zeta: mean and variance, (q, J, Q)
        loading = part.loading.transpose(1, 2, 0)[..., None]
        mean = loading[:, 0] * known.zeta + np.sum(loading[:, 1:] * known.mean, axis=1)
        variance = np.sum(loading[:, 1:] ** 2 * known.variance, axis=1)
        v = at.scale * known.zeta
        effects[chosen] = expect(mean).T
        squares[chosen] = expect(mean**2 + variance).T
        log_variance[chosen], log_squares[chosen] = expect(v), expect(v**2)
        growth[chosen] = expect(np.exp(v))
        within = base * np.exp(v)
        slope = mean[1] ** 2 + variance[1] if q == 2 else np.zeros_like(v)
        # Fourth moment of a normal variable less the square of its second.
        excess = 2 * variance[1] ** 2 + 4 * mean[1] ** 2 * variance[1] if q == 2 else np.zeros_like(v)
        reference[chosen] = expect(slope + within)
        reference_squares[chosen] = expect((slope + within) ** 2 + excess)
    return SchoolPosterior(
        effects=effects,
        effect_spread=_root(squares - effects**2),
        log_variance=log_variance,
        log_variance_spread=_root(log_squares - log_variance**2),
        variance=np.exp(at.alpha[0]) * growth,
        reference=reference,
        reference_spread=_root(reference_squares - reference**2),
    )


def _root(variance: Array) -> Array:
    return np.sqrt(np.clip(variance, 0.0, None))
