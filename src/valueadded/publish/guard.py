"""Two releases of one cohort or outcome: refused where so few students are between them that they show."""

import pandas as pd

from valueadded.errors import DisclosureError

COHORT = ["domain", "year"]
CELL = ["outcome", "window", "group", "calendar_year", "school_id"]
SHOWN = 5


def compare_releases(earlier: pd.DataFrame, now: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return pairs of cells that share students and differ: what was published then, what would be now.

    With n students then and n + 1 now, n and n + 1 times the two means differ by the score of one. Cells are
    paired by their students, not by the school's name, so that a renamed or merged school is judged too. A
    pair that differs by `minimum` students or more gives nobody away.

    Parameters
    ----------
    earlier, now
        Release records: `domain`, `year`, `school_id`, `student_id`.

    Returns
    -------
    DataFrame
        `domain`, `year`, `school_then`, `school_now`, `students_out`, `students_in`.

    Raises
    ------
    DisclosureError
        If no student is in both though cohorts are, as where identifiers have another key; or if some pair
        differs by 1 to `minimum` - 1 students: naming the first.
    """
    sides = {"then": earlier, "now": now}
    cells = {
        side: frame.groupby([*COHORT, "school_id"], as_index=False)
        .size()
        .rename(columns={"school_id": f"school_{side}", "size": f"n_{side}"})
        for side, frame in sides.items()
    }
    cohorts = earlier[COHORT].drop_duplicates().merge(now[COHORT].drop_duplicates(), on=COHORT)
    if len(cohorts) and not now["student_id"].isin(earlier["student_id"]).any():
        raise DisclosureError(
            "publish: refused. No student of the earlier release is in this one, though both have cohorts of "
            "one year: the identifiers were hashed with another key. Expected the key of the earlier release "
            "(input.student_key)"
        )
    shared = (
        earlier.rename(columns={"school_id": "school_then"})
        .merge(now.rename(columns={"school_id": "school_now"}), on=[*COHORT, "student_id"])
        .groupby([*COHORT, "school_then", "school_now"], as_index=False)
        .size()
    )
    pairs = shared.merge(cells["then"], on=[*COHORT, "school_then"]).merge(
        cells["now"], on=[*COHORT, "school_now"]
    )
    pairs = pairs.assign(
        students_out=pairs["n_then"] - pairs["size"], students_in=pairs["n_now"] - pairs["size"]
    )
    moved = pairs["students_out"] + pairs["students_in"]
    close = pairs[moved.between(1, minimum - 1)]
    if len(close):
        names = ", ".join(
            f"{row.school_now} ({row.domain} {row.year})" for row in close.head(SHOWN).itertuples()
        )
        raise DisclosureError(
            f"publish: refused. {len(close)} results differ from the earlier release by fewer than {minimum} "
            f"students, the first of schools {names}; both together would give those students' scores away. "
            "Expected unchanged cohorts or larger changes: publish these cohorts as they were (leave the "
            "corrected records out), or withdraw the earlier release and leave `publish.earlier_release` out"
        )
    named = [*COHORT, "school_then", "school_now", "students_out", "students_in"]
    return pairs.loc[moved > 0, named].reset_index(drop=True)


def compare_performance(earlier: pd.DataFrame, now: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return results of whole schools whose numbers of students differ from those of an earlier release.

    Who the students are is not known here: cells are paired by the school's name, and a change that
    leaves the number alone is not seen.

    Parameters
    ----------
    earlier, now
        Performance records: `outcome`, `window`, `group`, `calendar_year`, `school_id`, `n_students`.

    Returns
    -------
    DataFrame
        The five columns of a cell, `n_then`, `n_now`.

    Raises
    ------
    DisclosureError
        If some number differs by less than `minimum`: naming the first schools and their outcomes.
    """
    pairs = earlier.rename(columns={"n_students": "n_then"}).merge(
        now.rename(columns={"n_students": "n_now"}), on=CELL
    )
    moved = (pairs["n_now"] - pairs["n_then"]).abs()
    close = pairs[(moved > 0) & (moved < minimum)]
    if len(close):
        names = ", ".join(
            f"{row.school_id} ({row.outcome} {row.window} {row.calendar_year})"
            for row in close.head(SHOWN).itertuples()
        )
        raise DisclosureError(
            f"publish: refused. {len(close)} results of whole schools differ from the earlier release by "
            f"fewer than {minimum} students, the first of schools {names}; both together would give those "
            "students' results away. Expected unchanged numbers or larger changes: publish these outcomes as "
            "they were (leave the corrected records out), or withdraw the earlier release and leave "
            "`publish.earlier_performance` out"
        )
    return pairs.loc[moved > 0, [*CELL, "n_then", "n_now"]].reset_index(drop=True)
