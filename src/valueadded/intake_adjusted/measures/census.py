"""Intake measures from campuses and the census of students (V4, V5); stability from matched tests (V6)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from valueadded.errors import DesignError

KEY = ["school_id", "calendar_year"]
# Whole years in an Australian school from which a student no longer counts as learning English anew.
ESL_YEARS = 5


def weigh_campuses(campuses: pd.DataFrame) -> pd.DataFrame:
    """Return the Student Family Occupation index of each school and year, weighted by enrolments (V5).

    `campuses` has `school_id`, `calendar_year`, `campus_id`, `sfo`, `enrolments`. A school of which a campus
    with enrolments has no index has none itself.

    Raises
    ------
    DesignError
        If a campus has no positive enrolments, or stands twice in a year.
    """
    _need(campuses, "campuses", [*KEY, "campus_id", "sfo", "enrolments"])
    if not (campuses["enrolments"] > 0).all():
        bad = campuses.loc[~(campuses["enrolments"] > 0), "school_id"]
        raise DesignError(
            f"campuses: {len(bad)} without enrolments, the first of school '{bad.iloc[0]}'; expected > 0"
        )
    _once(campuses, "campuses", [*KEY, "campus_id"])
    parts = campuses.assign(product=campuses["sfo"] * campuses["enrolments"])
    sums = parts.groupby(KEY, as_index=False).agg(
        product=("product", lambda column: column.sum(skipna=False)), value_n=("enrolments", "sum")
    )
    return _rows(sums[KEY], "SFO", sums["product"] / sums["value_n"], np.nan)


def count_share(students: pd.DataFrame, flag: str, measure: str) -> pd.DataFrame:
    """Return the percentage of enrolments with a flag, weighted by `fte` where the census has it (V4).

    Used for Indigenous students, students funded for disability, female and refugee students. A student of
    whom the flag is unknown does not count on either side.
    """
    _need(students, "census", [*KEY, flag])
    known = students[students[flag].notna()]
    weight = known["fte"] if "fte" in known else pd.Series(1.0, index=known.index)
    weighed = known.assign(weight=weight, part=weight * known[flag].astype("float64"))
    sums = weighed.groupby(KEY, as_index=False)[["weight", "part"]].sum()
    if (sums["weight"] <= 0).any():
        school = sums.loc[sums["weight"] <= 0, "school_id"].iloc[0]
        raise DesignError(f"census: school '{school}' has enrolments of 0; expected more")
    return _rows(sums[KEY], measure, 100 * sums["part"] / sums["weight"], np.nan)


def flag_esl(students: pd.DataFrame) -> pd.Series:
    """Return whether each student counts as learning English as a second language: all three must hold (V4).

    `language_background` (of a background other than English), `other_home_language` (another language is
    the main one at home), and `years_enrolled` in an Australian school below five.
    """
    _need(students, "census", ["language_background", "other_home_language", "years_enrolled"])
    return (
        students["language_background"].astype("boolean")
        & students["other_home_language"].astype("boolean")
        & students["years_enrolled"].lt(ESL_YEARS)
    )


def count_enrolments(students: pd.DataFrame, levels: Sequence[int], measure: str) -> pd.DataFrame:
    """Return full-time equivalent enrolments in some year levels (0 is Prep), February census (V4)."""
    _need(students, "census", [*KEY, "year_level", "fte"])
    inside = students[students["year_level"].isin(levels)]
    sums = inside.groupby(KEY)["fte"].sum().reset_index()
    return _rows(sums[KEY], measure, sums["fte"], np.nan)


def measure_stability(tests: pd.DataFrame, measure: str = "pcStabilitySec", gap: int = 2) -> pd.DataFrame:
    """Return the percentage of a school's matched students who were there at both tests (V6).

    `tests` has `student_id`, `school_id`, `calendar_year`, `year_level` (7 or 9). Matched students took both
    tests, `gap` years apart. Of those at the school at either test, the ones at both are stable: students who
    left and students who came both count against.
    """
    _need(tests, "tests", ["student_id", *KEY, "year_level"])
    _once(tests, "tests", ["student_id", "calendar_year", "year_level"])
    early = tests.loc[tests["year_level"] == 7, ["student_id", *KEY]].copy()
    early["calendar_year"] = early["calendar_year"] + gap
    late = tests.loc[tests["year_level"] == 9, ["student_id", *KEY]]
    both = early.merge(late, on=["student_id", "calendar_year"], suffixes=("_from", "_to"))
    stayed = both["school_id_from"] == both["school_id_to"]
    ends = pd.concat(
        [
            both.assign(school_id=both["school_id_from"], stable=stayed),
            both.loc[~stayed].assign(school_id=both["school_id_to"], stable=False),
        ]
    )
    found = ends.groupby(KEY, as_index=False)["stable"].agg(["mean", "size"])
    return _rows(found[KEY], measure, 100 * found["mean"], found["size"])


def measure_mobility(students: pd.DataFrame, census: pd.DataFrame, measure: str = "MBsec") -> pd.DataFrame:
    """Return the percentage of funded students who enrolled in the windows of the 2009 profile (V7).

    `students`, of the August census: `school_id`, `calendar_year`, `funded`, `enrolled_on` (date). `census`:
    `calendar_year`, `february`, `august` (dates). A student counts who enrolled after the August census of
    the year before and before its 1 December, or after the February census and up to the August census day.
    """
    _need(students, "census", [*KEY, "funded", "enrolled_on"])
    days = census.set_index("calendar_year").sort_index()
    year = students["calendar_year"]
    on = pd.to_datetime(students["enrolled_on"])
    before = (year - 1).map(pd.to_datetime(days["august"]))
    december = pd.to_datetime((year - 1).astype(str) + "-12-01")
    february = year.map(pd.to_datetime(days["february"]))
    # Not inclusive of the day after the census: the census day itself counts.
    august = year.map(pd.to_datetime(days["august"])) + pd.Timedelta(days=1)
    moved = ((on > before) & (on < december)) | ((on > february) & (on < august))
    counted = students.assign(moved=moved & students["funded"].astype("bool"))
    share = counted.groupby(KEY)["moved"].mean().reset_index()
    return _rows(share[KEY], measure, 100 * share["moved"], np.nan)


def _rows(key: pd.DataFrame, measure: str, value: pd.Series, n_students: pd.Series | float) -> pd.DataFrame:
    return key.assign(measure=measure, value=value.astype("float64"), n_students=n_students).astype(
        {"school_id": "str", "measure": "str", "n_students": "float64"}
    )


def _need(frame: pd.DataFrame, table: str, columns: Sequence[str]) -> None:
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise DesignError(
            f"{table}: column {', '.join(absent)} is absent; expected {', '.join(columns)}: name it among the"
            " columns of its table in input.whole_schools"
        )


def _once(frame: pd.DataFrame, table: str, key: list[str]) -> None:
    twice = frame.duplicated(key)
    if twice.any():
        raise DesignError(f"{table}: {int(twice.sum())} rows repeat {', '.join(key)}; expected one row each")
