"""A small world for tests of the validation study."""

from valueadded.validate_benchmark import World

SMALL = World(
    schools=40,
    students_median=20,
    students_spread=0.4,
    students_minimum=5,
    students_maximum=60,
    school_sd=11,
    residual_sd=42,
    year_correlation=0.93,
    slope=55,
    contextual=6,
    intake_between=0.45,
    intake_within=0.9,
    prior_error=0.4,
)
