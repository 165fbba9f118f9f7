"""What is planted: the numbers of one invented system and of what happens to its focal cohort."""

from dataclasses import dataclass

STANDING_LEVEL = 500.0
"""Outcome of a student of mean ability in the benchmark cohort (scale points); no result depends on it."""


@dataclass(frozen=True)
class World:
    """One scenario. Ability and prior scores are in units of ability, outcomes in scale points.

    schools ... prior_error : the system, the same in every cohort
    drift ... link_slope_std_error : what happens to the focal cohort; at their defaults nothing does

    With a the true prior ability, m the mean ability of the school and t the cohort,

        outcome = level + drift_t + slope_t a + contextual m + effect_t + residual,
        prior score = a - prior_fall_t + error_t.
    """

    schools: int
    students_median: float
    students_spread: float
    students_minimum: int
    students_maximum: int
    school_sd: float
    residual_sd: float
    year_correlation: float
    slope: float
    contextual: float
    intake_between: float
    intake_within: float
    prior_error: float
    drift: float = 0.0
    slope_change: float = 0.0
    prior_fall: float = 0.0
    intake_shift: float = 0.0
    intake_shift_spread: float = 0.0
    focal_prior_error: float | None = None
    absence_share: float = 0.0
    absence_steepness: float = 0.0
    closed_share: float = 0.0
    link_std_error: float = 0.0
    link_slope_std_error: float = 0.0
