"""Simpler measures of a teacher, beside which the layered model stands (L18)."""

from itertools import pairwise

import numpy as np
import pandas as pd

from valueadded.layered.join import frame_of, on_calendar
from valueadded.layered.records import KEY, read_records


def compare_simple(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the mean score, mean gain and covariate adjustment of each teacher of each domain and year.

    `teacher_id`, `domain`, `year`, `n_students`, `mean_score`, `n_gains`, `mean_gain` (score less that of
    the year before in the data), `adjusted_mean` (mean residual of the score on the score before, the
    teachers' own lines parallel: slope pooled within teachers of the domain, year and cohort; missing where
    earlier scores do not differ within any teacher), `cohort`. Means are weighted by share. Students without
    the earlier score drop out of the last two, which is what the layered model avoids.
    """
    records = read_records(frame, [])
    teachers = records.links[(records.links["layer"] == "teacher") & records.links["scored"]]
    years = sorted(records.scores["year"].unique())
    following = dict(pairwise(years))
    before = records.scores[records.scores["year"].isin(list(following))].assign(
        year=lambda rows: rows["year"].map(following)
    )
    scores = records.scores[[*KEY, "score"]].merge(
        before[[*KEY, "score"]].rename(columns={"score": "before"}), on=KEY, how="left"
    )
    rows = teachers.merge(scores, on=KEY, how="inner")
    rows["gain"] = rows["score"] - rows["before"]
    by = ["domain", "year", "cohort", "unit"]
    rows["residual"] = np.nan
    for _, part in rows[rows["before"].notna()].groupby(["domain", "year", "cohort"]):
        rows.loc[part.index, "residual"] = _adjusted(part)
    table = pd.DataFrame(
        {
            "n_students": rows.groupby(by)["student_id"].nunique(),
            "mean_score": _weighted(rows, by, "score"),
            "n_gains": rows[rows["gain"].notna()].groupby(by)["student_id"].nunique(),
            "mean_gain": _weighted(rows, by, "gain"),
            "adjusted_mean": _weighted(rows, by, "residual"),
        }
    ).reset_index()
    table["n_gains"] = table["n_gains"].fillna(0).astype(np.int64)
    order = ["teacher_id", "domain", "year", "n_students", "mean_score", "n_gains", "mean_gain"]
    return table.rename(columns={"unit": "teacher_id"})[[*order, "adjusted_mean", "cohort"]]


def _adjusted(rows: pd.DataFrame) -> "pd.Series[float]":
    """Return the score less the mean and less the pooled within-teacher slope times the prior deviation."""
    share = rows["share"]
    within = []
    for column in ("score", "before"):
        total = (rows[column] * share).groupby(rows["unit"]).transform("sum")
        within.append(rows[column] - total / share.groupby(rows["unit"]).transform("sum"))
    spread = float((share * within[1] ** 2).sum())
    slope = float((share * within[0] * within[1]).sum()) / spread if spread > 0 else np.nan
    score, before = (np.average(rows[column], weights=share) for column in ("score", "before"))
    return rows["score"] - score - slope * (rows["before"] - before)


def _weighted(rows: pd.DataFrame, by: list[str], column: str) -> "pd.Series[float]":
    known = rows[rows[column].notna()]
    total = (known[column] * known["share"]).groupby([known[name] for name in by]).sum()
    return total / known.groupby(by)["share"].sum()


def comparators_table(scores: pd.DataFrame, links: pd.DataFrame, time: str) -> pd.DataFrame:
    """Return the simple measures of joined records by calendar year and year level."""
    return on_calendar(compare_simple(frame_of(scores, links)), time)
