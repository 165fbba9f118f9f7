"""Location-scale models: design -> integrand -> criterion -> fit -> posterior.

The Bayesian answer: priors -> log_posterior -> importance or audit (chains) -> sampled.
"""

from valueadded.location_scale.audit import audit_posterior
from valueadded.location_scale.by_cohort import LocationScaleModels, fit_ladders
from valueadded.location_scale.importance import sample_posterior
from valueadded.location_scale.ladder import (
    Ladder,
    ModelSpecification,
    compare_models,
    models_one_to_eight,
)
from valueadded.location_scale.ladder_plan import LadderPlan
from valueadded.location_scale.model import LocationScaleFit, fit_location_scale
from valueadded.location_scale.plan import PosteriorPlan, plan_posterior
from valueadded.location_scale.priors import InverseWishart, Priors, SeparateScales
from valueadded.location_scale.sampled import Posterior

__all__ = [
    "InverseWishart",
    "Ladder",
    "LadderPlan",
    "LocationScaleFit",
    "LocationScaleModels",
    "ModelSpecification",
    "Posterior",
    "PosteriorPlan",
    "Priors",
    "SeparateScales",
    "audit_posterior",
    "compare_models",
    "fit_ladders",
    "fit_location_scale",
    "models_one_to_eight",
    "plan_posterior",
    "sample_posterior",
]
