"""The layered model of teacher and school effects: records -> design -> equations -> criterion -> fit."""

from valueadded.layered.formulas import EffectFormula, write_formula
from valueadded.layered.solve import LayeredSolution, collapse_sequences, shrinkage, solve_layered

__all__ = [
    "EffectFormula",
    "LayeredSolution",
    "collapse_sequences",
    "shrinkage",
    "solve_layered",
    "write_formula",
]
