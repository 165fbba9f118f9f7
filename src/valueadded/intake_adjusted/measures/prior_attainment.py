"""Academic composition: means of tests, and AIM of the VCE cohort with its fallbacks (V8, V9)."""

import pandas as pd

KEY = ["school_id", "calendar_year"]


def average_scores(scores: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the mean score of all students of a school and year (English Online Interview, NAPLAN, VCE).

    `scores` has `school_id`, `calendar_year`, `score`; a student with several scores (VCE studies) may have
    several rows, and a `student_id` then counts each student once in `n_students`.
    """
    known = scores[scores["score"].notna()]
    grouped = known.groupby(KEY, as_index=False)
    counted = ("student_id", "nunique") if "student_id" in known else ("score", "size")
    found = grouped.agg(value=("score", "mean"), n_students=counted)
    return found.assign(measure=measure).astype(
        {"school_id": "str", "measure": "str", "n_students": "float64"}
    )[[*KEY, "measure", "value", "n_students"]]


def average_aim(vce: pd.DataFrame, aim: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one AIM test's Year 7 mean of each school's VCE cohort, and which of three branches it is (V9).

    `cohort`: the Year 7 scores of its students with at least one study score, wherever they were in Year 7.
    If the score of more than half of them is unknown (exactly half stays with the cohort), `five_years`: the
    school's own Year 7 mean five years before; without one `four_years`; without that `none`, and no value.

    Parameters
    ----------
    vce
        `student_id`, `school_id`, `calendar_year`: students with a study score.
    aim
        `student_id`, `school_id`, `calendar_year`, `score` of the test in Year 7.
    """
    # A student has a row for each study.
    cohort = vce[["student_id", *KEY]].drop_duplicates()
    # A student who sat the test twice counts with the later one.
    latest = aim[aim["score"].notna()].sort_values("calendar_year", kind="stable")
    latest = latest.drop_duplicates("student_id", keep="last")[["student_id", "score"]]
    found = cohort.merge(latest, on="student_id", how="left").groupby(KEY, as_index=False)
    rows = found.agg(value=("score", "mean"), known=("score", "count"), size=("score", "size"))
    rows["branch"] = "cohort"
    own = aim[aim["score"].notna()].groupby(KEY)["score"].mean()
    unknown = 2 * rows["known"] < rows["size"]
    rows["value"] = rows["value"].mask(unknown)
    rows["branch"] = rows["branch"].mask(unknown, "none")
    for years, branch in ((5, "five_years"), (4, "four_years")):
        earlier = pd.MultiIndex.from_arrays([rows["school_id"], rows["calendar_year"] - years])
        value = pd.Series(own.reindex(earlier).to_numpy(), index=rows.index)
        here = rows["branch"].eq("none") & value.notna()
        rows.loc[here, "value"] = value[here]
        rows.loc[here, "branch"] = branch
    rows["n_students"] = rows["size"].astype("float64")
    return rows.assign(measure=measure).astype({"school_id": "str", "measure": "str", "branch": "str"})[
        [*KEY, "measure", "value", "n_students", "branch"]
    ]


def share_of_readers(readings: pd.DataFrame, measure: str = "AoR90pc") -> pd.DataFrame:
    """Return the percentage of Prep to Year 2 students who read the level of their year (V7).

    `readings` has `school_id`, `calendar_year`, `year_level` (0 Prep, 1, 2), `text_level`, the highest level
    read with an accuracy of at least 90 per cent: 5 is expected in Prep, 15 in Year 1, 20 in Year 2.
    """
    expected = readings["year_level"].map({0: 5, 1: 15, 2: 20})
    counted = readings.assign(reads=readings["text_level"] >= expected)[expected.notna()]
    found = counted.groupby(KEY, as_index=False)["reads"].agg(["mean", "size"])
    return found[KEY].assign(
        measure=measure, value=100 * found["mean"], n_students=found["size"].astype("float64")
    )
