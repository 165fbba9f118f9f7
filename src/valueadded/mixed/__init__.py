"""Linear mixed models with schools as groups: design -> moments -> criterion -> fit -> posterior."""

from valueadded.mixed.by_cohort import RelativeModels, fit_relative_models
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.random_intercept import RandomInterceptFit, fit_random_intercept
from valueadded.mixed.random_slope import RandomSlopeFit, fit_random_slope
from valueadded.mixed.summarise import moments_from_frame, summarise_cohort, summarise_schools

__all__ = [
    "RandomInterceptFit",
    "RandomSlopeFit",
    "RelativeModels",
    "SchoolMoments",
    "fit_random_intercept",
    "fit_random_slope",
    "fit_relative_models",
    "moments_from_frame",
    "summarise_cohort",
    "summarise_schools",
]
