"""Location-scale models of two cohorts jointly: design -> integrand -> criterion -> fit -> posterior."""

from valueadded.location_scale.two_cohorts.correlation_rows import correlate_years
from valueadded.location_scale.two_cohorts.model import TwoCohortFit, fit_two_cohorts

__all__ = ["TwoCohortFit", "correlate_years", "fit_two_cohorts"]
