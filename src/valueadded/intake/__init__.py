"""Intake: prior attainment and school intake measures."""

from valueadded.intake.prior_attainment import measure_constants
from valueadded.intake.school_measures import MeasuredCohort, measure_intake

__all__ = ["MeasuredCohort", "measure_constants", "measure_intake"]
