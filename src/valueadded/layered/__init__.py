"""The layered model of teacher and school effects: records -> design -> equations -> criterion -> fit."""

from valueadded.layered.comparators import compare_simple
from valueadded.layered.formulas import EffectFormula, write_formula
from valueadded.layered.model import LayeredFit, fit_layered
from valueadded.layered.revisions import Revisions, revise_effects
from valueadded.layered.solve import LayeredSolution, collapse_sequences, shrinkage, solve_layered
from valueadded.layered.weights import effect_contributions

__all__ = [
    "EffectFormula",
    "LayeredFit",
    "LayeredSolution",
    "Revisions",
    "collapse_sequences",
    "compare_simple",
    "effect_contributions",
    "fit_layered",
    "revise_effects",
    "shrinkage",
    "solve_layered",
    "write_formula",
]
