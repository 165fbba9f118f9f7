"""Yearly values of schools as arrays, schools by years, after every check of what they may hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.intake_adjusted.policy import Policy

Array = NDArray[np.float64]
KEY = ["school_id", "measure", "calendar_year"]


@dataclass(frozen=True)
class Panel:
    """Yearly values of J schools over T calendar years.

    school_id, school_type : (J,) sorted by school
    years : (T,) consecutive calendar years
    values : measure -> (J, T), missing where there is none
    students : measure -> (J, T) students behind each value, missing where nobody counted
    """

    school_id: NDArray[np.object_]
    school_type: NDArray[np.object_]
    years: NDArray[np.int64]
    values: Mapping[str, Array]
    students: Mapping[str, Array]

    def latest(self, measure: str) -> int | None:
        """Return the position of the latest year in which any school has the measure; None if none has."""
        if measure not in self.values:
            return None
        seen = np.flatnonzero(np.isfinite(self.values[measure]).any(axis=0))
        return int(seen[-1]) if len(seen) else None


def arrange_panel(annual: pd.DataFrame, schools: pd.DataFrame, policy: Policy) -> Panel:
    """Return yearly values as arrays.

    Parameters
    ----------
    annual
        One row for each school, measure and year: `school_id`, `measure`, `calendar_year`, `value`, and
        `n_students` (missing where nobody counted).
    schools
        `school_id` and `school_type`, with `calendar_year` where a type may change; the latest counts.

    Raises
    ------
    DesignError
        Naming columns that are absent, a measure or school type that the registry does not know, a school
        that `schools` does not have, two values of one school, measure and year, or values out of range.
    """
    for name, table, needed in (
        ("annual", annual, [*KEY, "value", "n_students"]),
        ("schools", schools, ["school_id", "school_type"]),
    ):
        absent = [column for column in needed if column not in table.columns]
        if absent:
            raise DesignError(f"{name}: column {', '.join(absent)} is absent; expected {', '.join(needed)}")
    types = _school_types(schools, policy)
    _check_annual(annual, types, policy)
    school_id = np.asarray(types.index, dtype=object)
    if annual.empty:
        raise DesignError("annual: no rows; expected yearly values of schools")
    first, last = int(annual["calendar_year"].min()), int(annual["calendar_year"].max())
    years = np.arange(first, last + 1, dtype=np.int64)
    row = pd.Index(types.index).get_indexer(annual["school_id"].astype("str"))
    column = annual["calendar_year"].to_numpy(np.int64) - first
    value, count = annual["value"].to_numpy(np.float64), annual["n_students"].to_numpy(np.float64)
    values, students = {}, {}
    for measure, rows in annual.reset_index(drop=True).groupby("measure", sort=True).indices.items():
        values[str(measure)], students[str(measure)] = np.full((2, len(school_id), len(years)), np.nan)
        values[str(measure)][row[rows], column[rows]] = value[rows]
        students[str(measure)][row[rows], column[rows]] = count[rows]
    return Panel(school_id, types.to_numpy(object), years, values, students)


def _school_types(schools: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return school -> its latest type."""
    rows = schools.assign(school_id=schools["school_id"].astype("str"))
    by = ["school_id", "calendar_year"] if "calendar_year" in rows else ["school_id"]
    twice = rows.loc[rows.duplicated(by), "school_id"]
    if len(twice):
        raise DesignError(
            f"schools: {len(twice)} rows repeat a {' and '.join(by)}, the first of school '{twice.iloc[0]}'; "
            "expected one row each"
        )
    latest = rows.sort_values(by, kind="stable").drop_duplicates("school_id", keep="last")
    known = {
        *policy.excluded_school_types,
        *(t for group in policy.groups.values() for t in group.school_types),
    }
    unknown = latest[~latest["school_type"].isin(known)]
    if len(unknown):
        raise DesignError(
            f"schools: school type '{unknown['school_type'].iloc[0]}' of {len(unknown)} schools, the first "
            f"'{unknown['school_id'].iloc[0]}', is not in registry {policy.policy}; expected one of "
            f"{sorted(known)}: change `school_types` or `excluded_school_types`"
        )
    return latest.set_index("school_id")["school_type"].sort_index()


def _check_annual(annual: pd.DataFrame, types: pd.Series, policy: Policy) -> None:
    unknown = sorted({str(name) for name in annual["measure"].unique()} - set(policy.measures))
    if unknown:
        raise DesignError(
            f"annual: unknown measure '{unknown[0]}'; expected one of registry {policy.policy}: "
            f"{', '.join(policy.measures)}"
        )
    strangers = annual.loc[~annual["school_id"].astype("str").isin(types.index), "school_id"]
    if len(strangers):
        raise DesignError(
            f"annual: school '{strangers.iloc[0]}' is not in schools; expected its school type there"
        )
    twice = annual.loc[annual.duplicated(KEY)]
    if len(twice):
        first = twice.iloc[0]
        raise DesignError(
            f"annual: {len(twice)} rows repeat a school, measure and year, the first of school "
            f"'{first['school_id']}', {first['measure']}, {first['calendar_year']}; expected one row each"
        )
    for key, rows in annual.groupby("measure", sort=True):
        measure = str(key)
        entry = policy.measure(measure)
        value = rows["value"]
        uncounted = rows.loc[value.notna() & rows["n_students"].isna(), "school_id"]
        if len(uncounted) and measure in policy.outcomes and policy.thresholds.minimum_students > 0:
            raise DesignError(
                f"annual: {len(uncounted)} rows of outcome {measure} have no n_students, the first of school "
                f"'{uncounted.astype('str').iloc[0]}'; expected the students behind each value, or "
                f"`minimum_students: 0` in registry {policy.policy}"
            )
        for broken, words in (
            (value < (entry.lowest if entry.lowest is not None else -np.inf), f"at least {entry.lowest}"),
            (value > (entry.highest if entry.highest is not None else np.inf), f"at most {entry.highest}"),
            (value <= (entry.above if entry.above is not None else -np.inf), f"more than {entry.above}"),
        ):
            if broken.any():
                raise DesignError(
                    f"annual: {measure} is out of its range in {int(broken.sum())} rows, the first of school "
                    f"'{rows.loc[broken, 'school_id'].iloc[0]}'; expected {words} ({entry.unit}): "
                    f"correct the data or the range in registry {policy.policy}"
                )
