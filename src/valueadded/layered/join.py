"""From accepted scores and links to what a layered model is fitted to, and what was found on the way."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.errors import DesignError
from valueadded.layered.findings import Finding, findings_table
from valueadded.layered.records import SHARE_TOLERANCE

TEST = ["student_id", "domain", "year"]
EVERY_DOMAIN = "all"
OF_SCORE = [*TEST, "year_level", "period", "cohort", "score", "school_id"]
OF_LINK = [*TEST, "teacher_id", "share"]


@dataclass(frozen=True)
class JoinedRecords:
    """Scores and links that agree with each other.

    scores : `student_id`, `domain`, `year` (calendar), `year_level`, `period`, `cohort`, `score` (missing
        where there is none), `school_id`, covariates; one row for each student, domain and year
    links : `student_id`, `domain`, `year`, `teacher_id`, `share`; at most 1 over the teachers of a score
    findings : `finding`, `count`, `unit`, `outcome`
    """

    scores: pd.DataFrame
    links: pd.DataFrame
    findings: pd.DataFrame


def join_teachers(
    scores: pd.DataFrame, links: pd.DataFrame, time: str, covariates: list[str], schools: bool = False
) -> JoinedRecords:
    """Return scores and links that agree; whatever does not is counted, with what became of it.

    Parameters
    ----------
    scores
        `student_id`, `calendar_year`, `year_level`, `domain`, `score`, `school_id`, covariates.
    links
        `student_id`, `calendar_year`, `domain` ("all": every domain), `teacher_id`, `share`.
    time
        "year_level" or "calendar_year": what the periods are. A cohort is the calendar year less the year
        level, so that either and the cohort give the other.
    schools
        Whether schools have effects of their own, so that a score without a school is worth a finding.

    Raises
    ------
    DesignError
        If no score is left.
    """
    found: list[Finding] = []
    tests = _tests(scores.rename(columns={"calendar_year": "year"}), time, covariates, found)
    if tests["score"].notna().sum() == 0:
        raise DesignError(
            "no score is left among the teacher scores; expected some of layered.domains, layered.years and "
            "layered.year_levels (input.teacher_scores)"
        )
    taught = _taught(links.rename(columns={"calendar_year": "year"}), tests, found)
    taught = _shares(taught, found)
    _look_at(tests, taught, schools, found)
    return JoinedRecords(tests, taught[OF_LINK].reset_index(drop=True), findings_table(found))


def frame_of(scores: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return joined records as `fit_layered` reads them: years are periods, a row a teacher of a score."""
    frame = scores.merge(links, on=TEST, how="left", validate="one_to_many")
    return frame.drop(columns="year").rename(columns={"period": "year"})


def on_calendar(frame: pd.DataFrame, time: str) -> pd.DataFrame:
    """Return a frame with calendar `year` and `year_level` in place of the period `year` and `cohort`."""
    period, cohort = frame["year"].astype("int64"), frame["cohort"].astype("int64")
    by_level = time == "year_level"
    year, level = (cohort + period, period) if by_level else (period, period - cohort)
    return frame.drop(columns="cohort").assign(year=year, year_level=level)


def _tests(scores: pd.DataFrame, time: str, covariates: list[str], found: list[Finding]) -> pd.DataFrame:
    """Return one row for each student, domain and year, and with year levels one for each of those."""
    rows = scores.assign(cohort=scores["year"] - scores["year_level"])
    rows["period"] = rows["year_level" if time == "year_level" else "year"]
    rows = rows.sort_values([*TEST, "year_level"])[[*OF_SCORE, *covariates]]
    # Each file was checked by itself; the same test can stand in two.
    rows = rows.drop_duplicates()
    twice = rows.duplicated(TEST, keep=False)
    found.append(("test_in_two_files", int(twice.groupby(rows["student_id"]).any().sum())))
    rows = rows[~twice]
    lacking = rows[covariates].isna().any(axis=1)
    found.append(("covariate_missing", int((lacking & rows["score"].notna()).sum())))
    rows = rows[~lacking]
    # Sorted by year, so that the first time at a level stays.
    again = rows.duplicated(["student_id", "domain", "period"])
    found.append(("repeated_level", int(again.sum())))
    rows = rows[~again].reset_index(drop=True)
    found.append(("unscored", int(rows["score"].isna().sum())))
    return rows


def _taught(links: pd.DataFrame, tests: pd.DataFrame, found: list[Finding]) -> pd.DataFrame:
    """Return the links of the tests, those to every domain written out, with level and school of the test."""
    every = links["domain"] == EVERY_DOMAIN
    of_tests = tests[[*TEST, "year_level", "cohort", "score", "school_id"]]
    parts = [
        links[~every].merge(of_tests, on=TEST, how="inner"),
        links[every].drop(columns="domain").merge(of_tests, on=["student_id", "year"], how="inner"),
    ]
    whose = tests.groupby(["student_id", "year"]).size().index
    stray = pd.MultiIndex.from_frame(links[["student_id", "year"]][every]).isin(whose)
    found.append(
        ("link_without_test", int((~every).sum()) - len(parts[0]) + int(every.sum()) - int(stray.sum()))
    )
    rows = pd.concat([parts[0], parts[1][parts[0].columns]], ignore_index=True)
    rows = rows.drop_duplicates([*TEST, "teacher_id", "share"])
    # Two files may name one teacher of one test with different shares; then nobody knows which is right.
    conflict = rows.duplicated([*TEST, "teacher_id"], keep=False)
    rows.loc[conflict, "share"] = np.nan
    return rows.drop_duplicates([*TEST, "teacher_id"]).sort_values([*TEST, "teacher_id"], ignore_index=True)


def _shares(links: pd.DataFrame, found: list[Finding]) -> pd.DataFrame:
    """Return the links with a share in each, at most 1 over the teachers of a test."""
    test = links.groupby(TEST)
    unknown = links["share"].isna().groupby([links[name] for name in TEST]).transform("any")
    given = links["share"].notna() & unknown
    found.append(("share_missing", int(given.groupby([links[name] for name in TEST]).any().sum())))
    share = links["share"].where(~unknown, 1.0 / test["teacher_id"].transform("size"))
    total = share.groupby([links[name] for name in TEST]).transform("sum")
    first = ~links.duplicated(TEST)
    above, below = total > 1 + SHARE_TOLERANCE, total < 1 - SHARE_TOLERANCE
    found.append(("shares_above_one", int((above & first).sum())))
    found.append(("shares_below_one", int((below & first).sum())))
    return links.assign(share=np.where(above, share / total, share))


def _look_at(tests: pd.DataFrame, links: pd.DataFrame, schools: bool, found: list[Finding]) -> None:
    """Add what needs no remedy and should be known."""
    scored = tests[tests["score"].notna()]
    taught = pd.MultiIndex.from_frame(links[TEST].drop_duplicates())
    found.append(("score_without_teacher", int((~pd.MultiIndex.from_frame(scored[TEST]).isin(taught)).sum())))
    shared = links.duplicated(TEST, keep=False) & ~links.duplicated(TEST)
    found.append(("team_teaching", int(shared.sum())))
    effects = links[links["score"].notna()].groupby(["teacher_id", "domain", "year", "year_level"])
    found.append(("teacher_with_one_student", int((effects["student_id"].nunique() == 1).sum())))
    found.append(("teacher_in_two_schools", int((effects["school_id"].nunique() > 1).sum())))
    found.append(("score_without_school", int(scored["school_id"].isna().sum()) if schools else 0))
