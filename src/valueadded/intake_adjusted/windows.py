"""From yearly values to the latest year and the mean of several years (V2, V3, V16)."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.intake_adjusted.choices import Choices, Weights
from valueadded.intake_adjusted.panel import Panel
from valueadded.intake_adjusted.policy import IntakeMeasure, Policy, Variable

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WindowValues:
    """A measure in one window, J schools.

    values : (J,) value of the latest year, or mean of the yearly values there are
    years_used : (J,) years behind it
    n_students : (J,) students behind it, all years together; missing where nobody counted
    calendar_year : latest year of the window; None where no school has the measure
    """

    values: Array
    years_used: NDArray[np.int64]
    n_students: Array
    calendar_year: int | None


def take_window(
    yearly: Array, students: Array, years: NDArray[np.int64], last: int | None, length: int
) -> WindowValues:
    """Return the mean over the `length` years that end at position `last`, each year counting once.

    A school with a short series has the mean of the years it has: never of pooled students, lest one large
    cohort decide (V3).
    """
    schools = len(yearly)
    if last is None or last < 0:
        nothing = np.full(schools, np.nan)
        return WindowValues(nothing, np.zeros(schools, np.int64), nothing, None)
    span = slice(max(last - length + 1, 0), last + 1)
    part = yearly[:, span]
    seen = np.isfinite(part)
    used = seen.sum(axis=1)
    sums = np.where(seen, part, 0.0).sum(axis=1)
    mean = np.divide(sums, used, out=np.full(schools, np.nan), where=used > 0)
    # Of equal years the mean is that value to the last digit.
    first = part[np.arange(schools), seen.argmax(axis=1)]
    equal = (~seen | (part == first[:, None])).all(axis=1)
    counts = np.where(seen, students[:, span], 0.0).sum(axis=1)
    return WindowValues(
        np.where(equal, first, mean), used, np.where(used > 0, counts, np.nan), int(years[last])
    )


def outcome_window(panel: Panel, policy: Policy, variable: Variable) -> WindowValues:
    """Return an outcome in its window: the latest year is that of this outcome (V2)."""
    blank = np.full((len(panel.school_id), len(panel.years)), np.nan)
    name = variable.measure
    length = window_length(policy, variable, policy.outcomes[name].years)
    return take_window(
        panel.values.get(name, blank),
        panel.students.get(name, blank),
        panel.years,
        panel.latest(name),
        length,
    )


def intake_window(
    panel: Panel,
    policy: Policy,
    variable: Variable,
    outcome_year: int | None,
    population: NDArray[np.bool_],
    choices: Choices,
) -> WindowValues:
    """Return an intake measure as it enters a regression.

    Parameters
    ----------
    outcome_year
        Latest year of the outcome; a lag is counted back from it. Without a lag the latest year is that of
        the measure itself.
    population
        (J,) schools whose mean and spread make the z-scores of a composite.
    """
    entry = policy.intake[variable.measure]
    blank = np.full((len(panel.school_id), len(panel.years)), np.nan)
    if entry.tests is not None:
        yearly = composite(panel, entry.tests, population, choices.composite_weights)
    else:
        yearly = panel.values.get(variable.measure, blank)
    seen = np.flatnonzero(np.isfinite(yearly).any(axis=0))
    last = int(seen[-1]) if len(seen) else None
    if variable.lag:
        last = None if outcome_year is None else outcome_year - variable.lag - int(panel.years[0])
    found = take_window(yearly, blank, panel.years, last, window_length(policy, variable, entry.years))
    return WindowValues(
        transform(found.values, entry, choices.log_constant),
        found.years_used,
        found.n_students,
        found.calendar_year,
    )


def window_length(policy: Policy, variable: Variable, years: int) -> int:
    """Return how many years a window has at most."""
    return 1 if variable.window == "LY" else min(policy.thresholds.window_years, years)


def transform(values: Array, entry: IntakeMeasure, log_constant: float) -> Array:
    """Return values as they enter a regression: as they are, or ln(percentage + constant)."""
    return np.log(values + log_constant) if entry.transform == "log" else values


def composite(
    panel: Panel, tests: Mapping[str, str], population: NDArray[np.bool_], weights: Weights
) -> Array:
    """Return the average (J, T) of tests standardised within each year (V8); missing if any test is.

    "tests": each counts once; "areas": literacy and numeracy count once, each the mean of its tests.
    """
    areas = sorted(set(tests.values()))
    sizes = {area: sum(each == area for each in tests.values()) for area in areas}
    total = np.zeros((len(panel.school_id), len(panel.years)))
    for test, area in tests.items():
        if test not in panel.values:
            return np.full_like(total, np.nan)
        share = 1 / len(tests) if weights == "tests" else 1 / (len(areas) * sizes[area])
        total += share * standardise(panel.values[test], population)
    return total


def standardise(yearly: Array, population: NDArray[np.bool_]) -> Array:
    """Return z-scores (J, T) by the mean and standard deviation (n - 1) of the population in each year."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A year without two schools has no spread, and its z-scores are missing.
        warnings.simplefilter("ignore", RuntimeWarning)
        mean = np.nanmean(yearly[population], axis=0)
        spread = np.nanstd(yearly[population], axis=0, ddof=1)
        return np.where(spread > 0, (yearly - mean) / spread, np.nan)
