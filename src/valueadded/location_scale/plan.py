"""Which posterior is drawn, from plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from valueadded.location_scale.audit import audit_posterior
from valueadded.location_scale.importance import sample_posterior
from valueadded.location_scale.model import LocationScaleFit
from valueadded.location_scale.priors import InverseWishart, Priors, SeparateScales
from valueadded.location_scale.sampled import Posterior

COVARIANCE_PRIORS = {"inverse_wishart": InverseWishart, "separate_scales": SeparateScales}


@dataclass(frozen=True)
class PosteriorPlan:
    """How a posterior is drawn.

    method : importance sampling, or chains
    draws : in all; of chains, from each
    chains : of nuts
    seed : of every random number
    priors : in standardised columns
    """

    method: Literal["importance", "nuts"]
    draws: int
    chains: int
    seed: int
    priors: Priors


def plan_posterior(
    method: str, draws: int, chains: int, seed: int, priors: Mapping[str, Any]
) -> PosteriorPlan | None:
    """Return the plan, or None for method `none`.

    `priors` holds the fields of `Priors`, its covariance as a mapping with `kind` (inverse_wishart or
    separate_scales) and the fields of that prior.
    """
    if method == "none":
        return None
    covariance = dict(priors["covariance"])
    kind = COVARIANCE_PRIORS[covariance.pop("kind")]
    plain = {name: value for name, value in priors.items() if name != "covariance"}
    chosen: Literal["importance", "nuts"] = "nuts" if method == "nuts" else "importance"
    return PosteriorPlan(chosen, draws, chains, seed, Priors(**plain, covariance=kind(**covariance)))


def draw_posterior(fit: LocationScaleFit, plan: PosteriorPlan) -> Posterior:
    """Return the posterior of a fitted model.

    Raises
    ------
    FitError
        If a prior is improper, or the posterior has no strict maximum.
    """
    if plan.method == "nuts":
        return audit_posterior(fit, plan.priors, plan.chains, plan.draws, plan.seed)
    return sample_posterior(fit, plan.priors, plan.draws, plan.seed)
