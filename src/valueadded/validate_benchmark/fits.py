"""Every model fitted to one system, by the public functions an analyst would call."""

from dataclasses import dataclass

import pandas as pd

from valueadded.benchmark import BenchmarkFit, BenchmarkReference, fit_offset, fit_reference
from valueadded.benchmark.offset_fit import Variant
from valueadded.benchmark.reference import LineKind
from valueadded.effects import measure_changes
from valueadded.mixed import fit_random_intercept
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.random_intercept import RandomInterceptFit
from valueadded.validate_benchmark.draw import FORMULA, System

OFFSETS: dict[str, tuple[LineKind, Variant]] = {
    "benchmark_offset": ("ols", "offset"),
    "benchmark_offset_mixed": ("mixed", "offset"),
    "benchmark_drift": ("ols", "drift"),
    "benchmark_frozen": ("ols", "frozen"),
}
"""Method -> how its line is fitted, and the variant measured from it."""


@dataclass(frozen=True)
class Fits:
    """The models of the benchmark and of the focal cohort, each by itself.

    before, after : moments of the two cohorts
    reference : the line of the benchmark cohort by ordinary least squares
    relative : the relative model of each cohort, benchmark first
    measured : method -> its fit to each cohort, measured from the line
    effects : their school effects one below the other, as `effects/school_effects.parquet`
    changes : their changes, as `effects/school_changes.parquet`
    """

    before: SchoolMoments
    after: SchoolMoments
    reference: BenchmarkReference
    relative: tuple[RandomInterceptFit, RandomInterceptFit]
    measured: dict[str, tuple[BenchmarkFit, BenchmarkFit]]
    effects: pd.DataFrame
    changes: pd.DataFrame


def fit_system(system: System, confidence: float) -> Fits:
    """Return the models of the first and the last cohort of a system."""
    first, last = min(system.moments), max(system.moments)
    before, after = system.moments[first], system.moments[last]
    kinds: tuple[LineKind, ...] = ("ols", "mixed")
    lines = {kind: fit_reference(before, FORMULA, line=kind) for kind in kinds}
    # The line of the benchmark cohort comes with its relative model.
    relative = (lines["ols"].mixed, fit_random_intercept(after, FORMULA))
    measured = {
        method: (fit_offset(before, lines[line], variant), fit_offset(after, lines[line], variant))
        for method, (line, variant) in OFFSETS.items()
    }
    models: dict[str, tuple[RandomInterceptFit | BenchmarkFit, ...]] = {"relative": relative, **measured}
    tables = [
        fit.school_effects(confidence, "textbook").assign(domain="score", model=model, year=year)
        for model, pair in models.items()
        for year, fit in zip((first, last), pair, strict=True)
    ]
    effects = pd.concat(tables, ignore_index=True)
    changes = measure_changes(effects, first, confidence)
    return Fits(before, after, lines["ols"], relative, measured, effects, changes)
