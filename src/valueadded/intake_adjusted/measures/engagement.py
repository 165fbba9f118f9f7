"""Absence and school connectedness (V11)."""

import pandas as pd

from valueadded.errors import DesignError

KEY = ["school_id", "calendar_year"]
FIRST_FTE_YEAR = 2006


def measure_absence(
    absence: pd.DataFrame, measure: str, first_fte_year: int = FIRST_FTE_YEAR
) -> pd.DataFrame:
    """Return days absent per student: per full-time equivalent from 2006, per head before (V11).

    `absence` has one row for each school and year: `days` absent for reasons outside the curriculum, `fte`,
    `headcount`.

    Raises
    ------
    DesignError
        If the count that a year needs is not positive.
    """
    by_fte = absence["calendar_year"] >= first_fte_year
    count = absence["fte"].where(by_fte, absence["headcount"])
    bad = absence.loc[~(count > 0), "school_id"]
    if len(bad):
        raise DesignError(
            f"absence: school '{bad.iloc[0]}' has no students in a year; expected fte or headcount > 0"
        )
    rows = absence[KEY].assign(
        measure=measure, value=absence["days"] / count, n_students=absence["headcount"]
    )
    return rows.astype({"school_id": "str", "measure": "str", "value": "float64", "n_students": "float64"})


def measure_connectedness(answers: pd.DataFrame, measure: str, levels: tuple[int, int]) -> pd.DataFrame:
    """Return the mean of the connectedness scale over the students of some year levels who answered (V11).

    `answers` has `school_id`, `calendar_year`, `year_level`, `score`; `levels` are the first and the last.
    """
    inside = answers[answers["year_level"].between(*levels) & answers["score"].notna()]
    found = inside.groupby(KEY, as_index=False)["score"].agg(["mean", "size"])
    rows = found[KEY].assign(measure=measure, value=found["mean"], n_students=found["size"])
    return rows.astype({"school_id": "str", "measure": "str", "n_students": "float64"})
