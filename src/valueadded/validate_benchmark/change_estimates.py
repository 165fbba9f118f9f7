"""Each school's change by every method that claims one."""

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.moments import SchoolMoments, take_rows
from valueadded.validate_benchmark.draw import System
from valueadded.validate_benchmark.estimate import Estimate
from valueadded.validate_benchmark.fits import Fits
from valueadded.validate_benchmark.raw import raw_change

Array = NDArray[np.float64]


def estimate_changes(system: System, fits: Fits) -> list[Estimate]:
    """Return the change of each school that is in both cohorts, by each method.

    Changes of shrunken effects and their errors are those of `effects/school_changes.parquet`: two years
    as if estimated apart. `benchmark_residuals` is the change of a school's mean residual from the line,
    nothing shrunk, with the error of two samples of students.
    """
    school, truth = schools_in_both(system, fits)
    found = []
    for model, rows in fits.changes.groupby("model", sort=True):
        table = rows.set_index("school_id").loc[school]
        value, error = table["change"].to_numpy(), table["std_error"].to_numpy()
        found.append(Estimate(str(model), "school", value, error, truth))
        if model == "relative":
            found.append(Estimate("relative", "place", value, error, truth - system.true_drift))
            # What is added is the mean of each cohort; nothing speaks of its error.
            levels = fits.effects[fits.effects["model"] == model].pivot(
                index="school_id", columns="year", values="effect_plus_mean"
            )
            added = levels.loc[school].to_numpy()
            found.append(Estimate("effect_plus_mean", "school", added[:, 1] - added[:, 0], error, truth))
    raw, raw_error = raw_change(_rows_of(fits.before, school), _rows_of(fits.after, school))
    found.append(Estimate("raw_means", "school", raw, raw_error, truth))
    found.append(_change_of_residuals(fits, school, truth))
    return found


def schools_in_both(system: System, fits: Fits) -> tuple[list[str], Array]:
    """Return the schools in both cohorts, sorted, and their true changes (J,)."""
    school = sorted({*map(str, fits.before.school_id)} & {*map(str, fits.after.school_id)})
    return school, np.array([system.true_change[name] for name in school])


def _change_of_residuals(fits: Fits, school: list[str], truth: Array) -> Estimate:
    pair = fits.measured["benchmark_drift"]
    tables = [fit.school_effects(interval="textbook").set_index("school_id").loc[school] for fit in pair]
    residuals = [table["mean_residual"].to_numpy() for table in tables]
    variance = sum(
        fit.residual_variance / table["n_students"].to_numpy()
        for fit, table in zip(pair, tables, strict=True)
    )
    return Estimate("benchmark_residuals", "school", residuals[1] - residuals[0], np.sqrt(variance), truth)


def _rows_of(moments: SchoolMoments, school: list[str]) -> SchoolMoments:
    """Return the moments of these schools, in this order."""
    place = {str(name): row for row, name in enumerate(moments.school_id)}
    return take_rows(moments, np.array([place[name] for name in school], dtype=np.intp))
