"""The frozen line, the models measured from it, and the drift of the system."""

from valueadded.benchmark.by_cohort import BenchmarkModels, fit_benchmark_models
from valueadded.benchmark.drift import decompose, measure_drift
from valueadded.benchmark.link_error import read_scales
from valueadded.benchmark.offset_fit import BenchmarkFit, fit_offset
from valueadded.benchmark.reference import BenchmarkReference, fit_reference
from valueadded.benchmark.system import measure_system

__all__ = [
    "BenchmarkFit",
    "BenchmarkModels",
    "BenchmarkReference",
    "decompose",
    "fit_benchmark_models",
    "fit_offset",
    "fit_reference",
    "measure_drift",
    "measure_system",
    "read_scales",
]
