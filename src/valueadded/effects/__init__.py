"""What is made of school effects: reflation, changes, correlations between years and models."""

from valueadded.effects.associations import Association, adjust_association, measure_associations
from valueadded.effects.changes import measure_changes
from valueadded.effects.gather import gather_school_effects
from valueadded.effects.joint_rows import JointTables
from valueadded.effects.moment import correlate_moments
from valueadded.effects.reflation import reflate_effects, reflate_school_effects
from valueadded.effects.stability import correlate_models, correlate_school_effects, correlate_years

__all__ = [
    "Association",
    "JointTables",
    "adjust_association",
    "correlate_models",
    "correlate_moments",
    "correlate_school_effects",
    "correlate_years",
    "gather_school_effects",
    "measure_associations",
    "measure_changes",
    "reflate_effects",
    "reflate_school_effects",
]
