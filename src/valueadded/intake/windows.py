"""Several years in one number: the mean of annual values, never of pooled students."""

import pandas as pd


def average_years(annual: dict[int, pd.Series]) -> tuple[pd.Series, pd.Series]:
    """Return the mean of a school's annual values and the years it rests on.

    Every year counts once, however large its cohort, so that one large cohort cannot dominate.

    Parameters
    ----------
    annual
        Outcome year -> one value for each school (index `school_id`); years without a cohort are not
        there, schools without students or with a missing value in a year do not count that year.

    Returns
    -------
    mean : Series
        One value for each school seen in any year, missing where every annual value is missing.
    years : Series
        The years used, comma separated; an empty text where there are none.
    """
    table = pd.DataFrame({year: annual[year] for year in sorted(annual)})
    years = pd.Series("", index=table.index, dtype="str")
    for year in table.columns:
        used = table[year].notna()
        separator = years.where(years.eq(""), ",").where(used, "")
        years = years + separator + used.map({True: str(year), False: ""})
    return table.mean(axis=1), years
