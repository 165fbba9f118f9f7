"""Movement in and out of schools between the two tests."""

import numpy as np
import pandas as pd


def measure_stability(cohort: pd.DataFrame) -> pd.Series:
    """Return the percentage of students seen at a school at either test who were there at both.

    100 x stayed / (stayed + came + left), among matched students of one domain and year: `came` had
    their prior test at another school, `left` had their prior test here and their outcome test
    elsewhere. Students whose prior school is not known are not counted.

    Parameters
    ----------
    cohort
        `school_id` and `prior_school_id` of each student.

    Returns
    -------
    Series
        Percent for each school of the outcome year (index `school_id`), missing where no student's
        prior school is known.
    """
    known = cohort[cohort["prior_school_id"].notna()]
    schools = pd.Index(sorted(cohort["school_id"].unique()), name="school_id", dtype="str")
    same = known["school_id"].astype("str").eq(known["prior_school_id"].astype("str"))
    now = known["school_id"].value_counts().reindex(schools, fill_value=0)
    before = known["prior_school_id"].value_counts().reindex(schools, fill_value=0)
    stayed = known.loc[same, "school_id"].value_counts().reindex(schools, fill_value=0)
    seen = now + before - stayed
    return pd.Series(100.0 * stayed / seen.where(now > 0, np.nan), index=schools, name="stability")
