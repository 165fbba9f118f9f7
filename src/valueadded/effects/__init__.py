"""What is made of school effects: reflation, changes, correlations, ranks, comparisons, words."""

from valueadded.effects.associations import Association, adjust_association, measure_associations
from valueadded.effects.changes import measure_changes
from valueadded.effects.comparisons import compare_schools
from valueadded.effects.flags import expect_wrong_flags
from valueadded.effects.gather import gather_school_effects
from valueadded.effects.joint_rows import JointTables
from valueadded.effects.moment import correlate_moments
from valueadded.effects.ranks import rank_schools
from valueadded.effects.reflation import reflate_effects, reflate_school_effects
from valueadded.effects.stability import correlate_models, correlate_school_effects, correlate_years

__all__ = [
    "Association",
    "JointTables",
    "adjust_association",
    "compare_schools",
    "correlate_models",
    "correlate_moments",
    "correlate_school_effects",
    "correlate_years",
    "expect_wrong_flags",
    "gather_school_effects",
    "measure_associations",
    "measure_changes",
    "rank_schools",
    "reflate_effects",
    "reflate_school_effects",
]
