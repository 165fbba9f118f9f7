"""Real retention and exit destinations (V12)."""

import pandas as pd

from valueadded.errors import DesignError

KEY = ["school_id", "calendar_year"]
POSITIVE = ("education", "training", "full_time_work")
NEGATIVE = ("part_time_work", "unemployed_seeking", "unemployed_not_seeking")
UNKNOWN = "unknown"


def measure_retention(
    enrolments: pd.DataFrame, measure: str, override: pd.DataFrame | None = None, span: int = 3
) -> pd.DataFrame:
    """Return the percentage of a Year 7 cohort in Year 10 of the same school three years later (V12).

    Parameters
    ----------
    enrolments
        `student_id`, `school_id`, `calendar_year`, `year_level`.
    override
        `school_id`, `calendar_year`, `value`, `n_students`: accepted from schools whose students skip year
        levels; it takes the place of the count, and `source` says so.
    """
    students = enrolments.drop_duplicates(["student_id", *KEY, "year_level"])
    start = students.loc[students["year_level"] == 7, ["student_id", *KEY]].copy()
    start["calendar_year"] = start["calendar_year"] + span
    end = students.loc[students["year_level"] == 10, ["student_id", *KEY]].assign(stayed=True)
    # Without records of the later year nobody can be said to have left.
    start = start[start["calendar_year"].isin(end["calendar_year"])]
    both = start.merge(end, on=["student_id", *KEY], how="left")
    both["stayed"] = both["stayed"].eq(True)
    found = both.groupby(KEY, as_index=False)["stayed"].agg(["mean", "size"])
    rows = found[KEY].assign(value=100 * found["mean"], n_students=found["size"], source="counted")
    if override is not None and len(override):
        if override.duplicated(KEY).any():
            raise DesignError("override: a school has two rows in a year; expected one")
        given = override[[*KEY, "value", "n_students"]].assign(source="override")
        rows = pd.concat([given, rows], ignore_index=True).drop_duplicates(KEY, keep="first")
    rows = rows.sort_values(KEY, kind="stable", ignore_index=True).assign(measure=measure)
    return rows.astype({"school_id": "str", "measure": "str", "n_students": "float64", "source": "str"})[
        [*KEY, "measure", "value", "n_students", "source"]
    ]


def measure_exits(exits: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the percentage of positive destinations among the known ones, Years 10 to 12 (V12).

    `exits` has `school_id`, `calendar_year`, `year_level`, `destination`. Education, training and full-time
    work are positive; part-time work and both kinds of unemployment are not; `unknown` does not count.

    Raises
    ------
    DesignError
        Naming a destination that is none of these.
    """
    strange = sorted(set(exits["destination"]) - {*POSITIVE, *NEGATIVE, UNKNOWN})
    if strange:
        raise DesignError(
            f"exits: unknown destination '{strange[0]}'; expected one of {[*POSITIVE, *NEGATIVE, UNKNOWN]}"
        )
    known = exits[exits["year_level"].between(10, 12) & exits["destination"].ne(UNKNOWN)]
    counted = known.assign(positive=known["destination"].isin(POSITIVE))
    found = counted.groupby(KEY, as_index=False)["positive"].agg(["mean", "size"])
    rows = found[KEY].assign(measure=measure, value=100 * found["mean"], n_students=found["size"])
    return rows.astype({"school_id": "str", "measure": "str", "n_students": "float64"})
