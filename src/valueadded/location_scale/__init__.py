"""Location-scale models: design -> integrand -> criterion -> fit -> posterior."""

from valueadded.location_scale.ladder import (
    Ladder,
    ModelSpecification,
    compare_models,
    models_one_to_eight,
)
from valueadded.location_scale.model import LocationScaleFit, fit_location_scale
from valueadded.location_scale.power import plan_location_scale, students_needed
from valueadded.location_scale.variance_drift import measure_variance_drift

__all__ = [
    "Ladder",
    "LocationScaleFit",
    "ModelSpecification",
    "compare_models",
    "fit_location_scale",
    "measure_variance_drift",
    "models_one_to_eight",
    "plan_location_scale",
    "students_needed",
]
