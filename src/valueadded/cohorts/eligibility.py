"""Who counts: a score that counts, and a school large enough."""

import numpy as np
import pandas as pd


def find_unscored(students: pd.DataFrame) -> pd.Series:
    """Return the participation code of students without an outcome score, an empty text for the others.

    The codes stay apart: absent is not exempt, and neither is a score of 0. A present student without
    a score gets `no_score`.
    """
    code = students["participation"].replace("present", "no_score")
    return code.where(~students["scored"], "").astype("str")


def find_small_schools(students: pd.DataFrame, minimum_students: int) -> pd.Series:
    """Return `school_too_small` for students of schools with fewer than `minimum_students` students.

    `students` must hold matched students only, since these are what the minimum counts.
    """
    size = students.groupby("school_id")["school_id"].transform("size")
    reason = np.where(size < minimum_students, "school_too_small", "")
    return pd.Series(reason, index=students.index, dtype="str")
