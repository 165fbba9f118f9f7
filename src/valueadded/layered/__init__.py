"""The layered model of teacher and school effects: records -> design -> criterion -> fit -> tables."""

from valueadded.layered.before_fit import DescribedTeachers, describe_teachers
from valueadded.layered.by_model import LayeredPlan, LayeredTables, fit_models
from valueadded.layered.comparators import comparators_table, compare_simple
from valueadded.layered.findings import FINDINGS
from valueadded.layered.formulas import EffectFormula, write_formula
from valueadded.layered.join import JoinedRecords, join_teachers
from valueadded.layered.known import KnownModel
from valueadded.layered.known_tables import FittedTables, publishable_effects, revisions_table, weights_table
from valueadded.layered.model import LayeredFit, fit_layered
from valueadded.layered.revisions import Revisions, revise_effects
from valueadded.layered.solve import LayeredSolution, collapse_sequences, shrinkage, solve_layered
from valueadded.layered.track_tables import TrackTables, find_tracks
from valueadded.layered.weights import effect_contributions

__all__ = [
    "FINDINGS",
    "DescribedTeachers",
    "EffectFormula",
    "FittedTables",
    "JoinedRecords",
    "KnownModel",
    "LayeredFit",
    "LayeredPlan",
    "LayeredSolution",
    "LayeredTables",
    "Revisions",
    "TrackTables",
    "collapse_sequences",
    "comparators_table",
    "compare_simple",
    "describe_teachers",
    "effect_contributions",
    "find_tracks",
    "fit_layered",
    "fit_models",
    "join_teachers",
    "publishable_effects",
    "revise_effects",
    "revisions_table",
    "shrinkage",
    "solve_layered",
    "weights_table",
    "write_formula",
]
