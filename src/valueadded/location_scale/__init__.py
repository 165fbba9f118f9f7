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
from valueadded.location_scale.power import plan_location_scale, students_needed
from valueadded.location_scale.priors import InverseWishart, Priors, SeparateScales
from valueadded.location_scale.sampled import Posterior
from valueadded.location_scale.tables_page import DescribedModels, describe_models
from valueadded.location_scale.variance_drift import measure_variance_drift
from valueadded.location_scale.variance_drift_by_domain import measure_variance_drifts

__all__ = [
    "DescribedModels",
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
    "describe_models",
    "fit_ladders",
    "fit_location_scale",
    "measure_variance_drift",
    "measure_variance_drifts",
    "models_one_to_eight",
    "plan_location_scale",
    "plan_posterior",
    "sample_posterior",
    "students_needed",
]
