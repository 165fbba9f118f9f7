"""The drift of a system by every method that claims one."""

import numpy as np

from valueadded.benchmark import measure_drift
from valueadded.validate_benchmark.draw import System
from valueadded.validate_benchmark.estimate import Estimate, of_system
from valueadded.validate_benchmark.fits import OFFSETS, Fits
from valueadded.validate_benchmark.raw import raw_drift

NO_ERROR = float("nan")


def estimate_drifts(system: System, fits: Fits) -> list[Estimate]:
    """Return the drift of one system by each method.

    Means of school effects are over schools, each counting once, as a reader of the source's figure takes
    them. The model of `benchmark_drift` gives its free level with an error that takes the line as known. The
    two differences of lines are those of `benchmark/drift.parquet`; where focal scores were carried by a
    link, the linked one adds the error that the link was published with.
    """
    truth = system.true_drift
    found = [
        of_system(method, _mean_change(fits, model, column), NO_ERROR, truth)
        for method, model, column in [
            ("relative", "relative", "effect"),
            ("effect_plus_mean", "relative", "effect_plus_mean"),
            *((model, model, "effect") for model in OFFSETS if model != "benchmark_drift"),
        ]
    ]
    level = fits.measured["benchmark_drift"][1]
    terms = level.fixed_effects.set_index("term")
    found.append(of_system("benchmark_drift", level.drift, float(terms["std_error"]["Intercept"]), truth))
    by_student = measure_drift(fits.after, fits.reference, "student")
    by_school = measure_drift(fits.after, fits.reference, "school")
    found += [
        of_system("line_student", by_student.drift, by_student.std_error, truth),
        of_system("line_school", by_school.drift, by_school.std_error, truth),
        of_system("raw_means", *raw_drift(fits.before, fits.after), truth),
    ]
    if system.link_std_error:
        linked = float(np.hypot(by_student.std_error, system.link_std_error))
        found.append(of_system("line_student_linked", by_student.drift, linked, truth))
    return found


def _mean_change(fits: Fits, model: str, column: str) -> float:
    """Return the mean effect of the focal cohort minus that of the benchmark cohort."""
    rows = fits.effects[fits.effects["model"] == model]
    means = rows.groupby("year", sort=True)[column].mean().to_numpy()
    return float(means[-1] - means[0])
