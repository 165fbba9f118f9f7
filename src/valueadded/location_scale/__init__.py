"""Location-scale models: design -> integrand -> criterion -> fit -> posterior.

The Bayesian answer: priors -> log_posterior -> importance or audit (chains) -> sampled.
"""

from valueadded.location_scale.audit import audit_posterior
from valueadded.location_scale.importance import sample_posterior
from valueadded.location_scale.ladder import (
    Ladder,
    ModelSpecification,
    compare_models,
    models_one_to_eight,
)
from valueadded.location_scale.model import LocationScaleFit, fit_location_scale
from valueadded.location_scale.priors import InverseWishart, Priors, SeparateScales
from valueadded.location_scale.sampled import Posterior

__all__ = [
    "InverseWishart",
    "Ladder",
    "LocationScaleFit",
    "ModelSpecification",
    "Posterior",
    "Priors",
    "SeparateScales",
    "audit_posterior",
    "compare_models",
    "fit_location_scale",
    "models_one_to_eight",
    "sample_posterior",
]
