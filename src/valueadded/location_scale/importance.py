"""The posterior by importance sampling around its mode, with weights that say when it failed."""

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.criteria import compute_criteria
from valueadded.location_scale.log_posterior import Summit, find_summit
from valueadded.location_scale.model import LocationScaleFit
from valueadded.location_scale.priors import Priors, log_prior
from valueadded.location_scale.sampled import Evidence, Posterior
from valueadded.location_scale.school_draws import SchoolDraws, draw_schools
from valueadded.location_scale.weighting import PARETO_LIMIT, effective_size, smooth_weights
from valueadded.numerics.streams import open_stream

Array = NDArray[np.float64]

# Of the proposal: tails heavier than any posterior near normal, light enough to waste few draws.
DEGREES_OF_FREEDOM = 8.0


def sample_posterior(fit: LocationScaleFit, priors: Priors, draws: int = 2000, seed: int = 1) -> Posterior:
    """Return the posterior of a fitted model by importance sampling (M9).

    Parameters are proposed from a multivariate t about the posterior mode, its spread from the curvature
    there, and weighted, the largest weights smoothed; school effects are drawn exactly given the parameters.
    A Pareto k above 0.7 is no error: `evidence.trustworthy` is then false, and `evidence.status` says to
    take `audit_posterior` instead.

    Raises
    ------
    FitError
        If a prior is improper, or the posterior has no strict maximum.
    """
    summit = find_summit(fit.design, fit.estimates.at, fit.random_scale, priors)
    points, log_weights, shape, schools = weigh_proposals(
        summit, draws, open_stream(seed, "location_scale", "importance")
    )
    weights = np.exp(log_weights)
    trustworthy = bool(shape <= PARETO_LIMIT)
    status = f"importance sampling with Pareto k {shape:.2f}"
    if not trustworthy:
        status += ", above 0.7: the proposal misses part of the posterior; sample it by chains instead"
    evidence = Evidence(
        method="importance",
        draws=draws,
        pareto_k=shape,
        effective_size=effective_size(weights),
        r_hat=float("nan"),
        ess=float("nan"),
        divergences=0,
        trustworthy=trustworthy,
        status=status,
    )
    return Posterior(
        target=summit.target,
        points=points,
        weights=weights,
        chain=np.zeros(draws, dtype=np.int64),
        schools=schools,
        evidence=evidence,
        criteria=compute_criteria(summit.target, points, weights, schools),
    )


def weigh_proposals(
    summit: Summit, draws: int, stream: np.random.Generator
) -> tuple[Array, Array, float, SchoolDraws]:
    """Return points (S, P), their smoothed log weights (S,), the Pareto k, and the schools' draws."""
    size = len(summit.theta)
    normal = stream.standard_normal((draws, size))
    shrink = np.sqrt(stream.chisquare(DEGREES_OF_FREEDOM, draws) / DEGREES_OF_FREEDOM)
    standard = normal / shrink[:, None]
    points = summit.theta + standard @ summit.root.T
    schools = draw_schools(summit.target, points, stream)
    squares = np.sum(standard**2, axis=1)
    log_proposal = -(DEGREES_OF_FREEDOM + size) / 2 * np.log1p(squares / DEGREES_OF_FREEDOM)
    target = schools.log_likelihood.sum(axis=1)
    with np.errstate(all="ignore"):
        target += [log_prior(point, summit.target.priors, summit.target.meaning)[0] for point in points]
    log_ratios = np.where(np.isfinite(target), target - log_proposal, -np.inf)
    log_weights, shape = smooth_weights(log_ratios)
    return points, log_weights, float(shape), schools
