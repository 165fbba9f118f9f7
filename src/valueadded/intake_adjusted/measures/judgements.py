"""Teacher judgements: progression points against the lower C, dimensions, domains, pair of domains (V10)."""

from collections.abc import Sequence

import pandas as pd

from valueadded.errors import DesignError

KEY = ["school_id", "calendar_year"]
PAIR = ("English", "Mathematics")


def average_judgements(
    judgements: pd.DataFrame, lower_c: pd.DataFrame, measure: str, domains: Sequence[str] | None = PAIR
) -> pd.DataFrame:
    """Return each school's mean judgement, in levels above the lower of the two C points.

    Students are averaged within a dimension, dimensions within a domain, domains within the school, so that
    neither a dimension with many students nor a domain with many dimensions counts more.

    Parameters
    ----------
    judgements
        `student_id`, `school_id`, `calendar_year`, `year_level`, `domain`, `dimension`, `points`.
    lower_c
        `year_level` and `points`: the lower of the two points that equate to a C.
    domains
        The domains that count; None takes all but English and Mathematics. A school without one of the named
        domains has no value.

    Raises
    ------
    DesignError
        If a year level has no lower C, or two.
    """
    zero = lower_c.set_index("year_level")["points"]
    lost = sorted(set(judgements["year_level"]) - set(zero.index))
    if lost or zero.index.has_duplicates:
        raise DesignError(f"lower_c: year level {lost or 'repeated'}; expected one row for each level judged")
    inside = judgements["domain"].isin(PAIR if domains is None else domains)
    kept = judgements[~inside if domains is None else inside]
    kept = kept.assign(above=kept["points"] - kept["year_level"].map(zero)).dropna(subset=["above"])
    dimension = kept.groupby([*KEY, "domain", "dimension"], as_index=False)["above"].mean()
    domain = dimension.groupby([*KEY, "domain"], as_index=False)["above"].mean()
    school = domain.groupby(KEY, as_index=False).agg(value=("above", "mean"), found=("domain", "size"))
    if domains is not None:
        school.loc[school["found"] < len(domains), "value"] = float("nan")
    students = kept.groupby(KEY, as_index=False).agg(n_students=("student_id", "nunique"))
    rows = school.merge(students, on=KEY).assign(measure=measure)
    return rows.astype({"school_id": "str", "measure": "str", "n_students": "float64"})[
        [*KEY, "measure", "value", "n_students"]
    ]
