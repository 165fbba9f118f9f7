"""Location-scale models: design -> integrand -> criterion -> fit -> posterior."""

from valueadded.location_scale.ladder import (
    Ladder,
    ModelSpecification,
    compare_models,
    models_one_to_eight,
)
from valueadded.location_scale.model import LocationScaleFit, fit_location_scale

__all__ = [
    "Ladder",
    "LocationScaleFit",
    "ModelSpecification",
    "compare_models",
    "fit_location_scale",
    "models_one_to_eight",
]
