"""Whose record is it: exact repeats merged, and one record to stand for each student."""

import numpy as np
import pandas as pd

from valueadded.contracts.columns import PARTICIPATION


def merge_repeats(records: pd.DataFrame) -> pd.DataFrame:
    """Return `records` without exact repeats, as when one file was delivered twice under two names.

    Two records are repeats when they agree in every column but `source_row`.
    """
    content = [name for name in records.columns if name != "source_row"]
    several = records["student_id"].duplicated(keep=False)
    repeats = records.loc[several, content].duplicated()
    return records.drop(index=repeats.index[repeats])


def choose_records(records: pd.DataFrame) -> pd.DataFrame:
    """Return the record that stands for each student, in order of `student_id`.

    A scored record (present, with a score) goes before any other: a student absent at one school and
    present at another counts by the present one. Among records without a score the order of the
    participation codes decides, then the school and the rest of the record, so that the order of the
    rows never does.

    Parameters
    ----------
    records
        Records of one domain, year level and calendar year, without exact repeats; `score` missing
        unless the student was present.

    Returns
    -------
    DataFrame
        One row for each student: the columns of `records`, `scored` (bool), and how many scored
        records the student has (`scored_records`) in how many schools (`scored_schools`).
    """
    scored = records["score"].notna()
    order = records["participation"].map({code: place for place, code in enumerate(PARTICIPATION, start=1)})
    ranked = records.reset_index(drop=True).assign(
        scored=scored.to_numpy(), rank=np.where(scored, 0, order.to_numpy(dtype=np.int64))
    )
    several = ranked["student_id"].duplicated(keep=False)
    content = [name for name in records.columns if name not in ("student_id", "school_id", "source_row")]
    contested = ranked[several].sort_values(["student_id", "rank", "school_id", *content], kind="stable")
    first = contested.drop_duplicates("student_id")
    schools = contested.loc[contested["scored"], "school_id"].groupby(contested["student_id"])
    counts = pd.DataFrame({"scored_records": schools.size(), "scored_schools": schools.nunique()})
    counts = counts.reindex(first["student_id"], fill_value=0).set_axis(first.index)
    alone = ranked.loc[~several, "scored"].astype("int64")
    chosen = pd.concat(
        [
            ranked[~several].assign(scored_records=alone, scored_schools=alone),
            first.assign(scored_records=counts["scored_records"], scored_schools=counts["scored_schools"]),
        ]
    )
    return chosen.drop(columns="rank").sort_values("student_id", kind="stable", ignore_index=True)


def find_ambiguous(students: pd.DataFrame) -> pd.Series:
    """Return the reason why a student's record is ambiguous, an empty text where it is not.

    Scores from two schools, two differing scores from one school, or two differing prior scores:
    nothing in the records says which one is right, so none is taken.
    """
    reason = np.select(
        [
            students["scored_schools"].gt(1),
            students["scored_records"].gt(1),
            students["prior_reason"].eq("two_prior_records"),
        ],
        ["two_schools_in_year", "two_records_in_level", "two_prior_records"],
        default="",
    )
    return pd.Series(reason, index=students.index, dtype="str")
