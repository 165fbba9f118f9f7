"""One cohort: prior and outcome side by side, and everybody who is not in it with one reason."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.cohorts.comparison import compare_matched
from valueadded.cohorts.covariates import SCORE_ERRORS, join_characteristics, list_covariates
from valueadded.cohorts.eligibility import find_small_schools, find_unscored
from valueadded.cohorts.identity import choose_records, find_ambiguous, merge_repeats
from valueadded.cohorts.scales import report_scores
from valueadded.config.study import Cohorts
from valueadded.contracts.cohorts import COHORT, UNMATCHED
from valueadded.errors import CohortError, ReconciliationError


@dataclass(frozen=True)
class MatchedCohort:
    """The students of one domain and outcome year, matched and not.

    cohort : one row for each matched student: the columns of the contract `cohort`, then `score_se` and
        `prior_score_se` where known (scale points), then covariates by name
    unmatched : one row for each other student with an outcome record, columns as the contract `unmatched`
    comparison : intake of the matched beside that of the others, columns as `matched_comparison`
    """

    cohort: pd.DataFrame
    unmatched: pd.DataFrame
    comparison: pd.DataFrame


def match_cohort(
    outcome: pd.DataFrame,
    prior: pd.DataFrame | None,
    students: pd.DataFrame | None,
    links: pd.DataFrame | None,
    cohorts: Cohorts,
    domain: str,
    year: int,
) -> MatchedCohort:
    """Match the outcome records of one domain and year with the records `gap_years` earlier.

    A student is the same identifier in both years; the school is the outcome year's. Students leave in
    a fixed order, each at the first step that gives a reason: `not_scored`, `identity`, `not_matched`,
    `not_eligible`; the others are `matched`.

    Parameters
    ----------
    outcome
        Accepted `assessments`, of which those of `domain`, `year` and the outcome level count; or
        accepted `matched` records, if `prior` is None.
    prior
        Accepted `assessments`, of which those of `domain`, the prior year and the prior level count.
        None if the files come matched: then a prior score may be missing and nobody is `not_matched`.
    students
        Accepted student characteristics, of which those of `year` are joined; None without that table.
    links
        Links between scales, columns as the contract `scale_links`; None if not configured.
    cohorts
        Section `cohorts` of the configuration.

    Raises
    ------
    CohortError
        If nobody has a record or nobody is matched, if scores cannot be put on one scale, or if
        characteristics contradict each other.
    ReconciliationError
        If the students in and out of the cohort are not the students with a record.
    """
    if prior is None:
        records = _select(outcome, {"domain": domain, "year": year})
        listed = choose_records(
            _prepare(records.assign(participation="present"), links, cohorts, domain, year)
        )
        listed = listed.assign(prior_reason="")
    else:
        records = _select_test(outcome, domain, year, cohorts.outcome_level)
        prior_year = year - cohorts.gap_years
        earlier = _select_test(prior, domain, prior_year, cohorts.prior_level)
        listed = join_prior(
            choose_records(_prepare(records, links, cohorts, domain, year)),
            choose_records(_prepare(earlier, links, cohorts, domain, prior_year)),
        )
    if listed.empty:
        raise CohortError(
            f"cohort {domain} {year}: found no record of this domain at the outcome level; expected some;"
            " check study.domains, study.tested_years and cohorts.outcome_level"
        )
    if students is not None:
        listed = join_characteristics(listed, students, "student_id", year, "students")
    covariates = list_covariates(
        listed.drop(columns=["scored", "scored_records", "scored_schools", "prior_reason"])
    )
    judged = judge_students(listed.assign(year=np.int64(year)), cohorts)
    matched = judged["step"].eq("matched")
    if not matched.any():
        found = judged["reason"].value_counts().sort_index()
        counts = ", ".join(f"{reason} {count}" for reason, count in found.items())
        raise CohortError(
            f"cohort {domain} {year}: none of {len(judged)} students with a record is matched ({counts});"
            " expected some; check cohorts.prior_level, cohorts.gap_years, cohorts.minimum_students and how"
            " input.assessments.columns.student_id is read"
        )
    known_errors = [name for name in SCORE_ERRORS if name in judged and judged[name].notna().any()]
    cohort = judged.loc[matched, [*COHORT.columns, *known_errors, *covariates]].reset_index(drop=True)
    unmatched = judged.loc[~matched, list(UNMATCHED.columns)].reset_index(drop=True)
    distinct = records["student_id"].nunique()
    if len(cohort) + len(unmatched) != distinct:
        raise ReconciliationError(
            f"cohort {domain} {year}: {distinct} students have an outcome record, {len(cohort)} are in the"
            f" cohort and {len(unmatched)} are not; expected the sum to agree"
        )
    return MatchedCohort(cohort, unmatched, compare_matched(judged, covariates, domain, year))


def join_prior(outcome: pd.DataFrame, prior: pd.DataFrame) -> pd.DataFrame:
    """Return the outcome students with their prior record beside them and, if it is unusable, why.

    Parameters
    ----------
    outcome, prior
        One row for each student, as `choose_records` returns them.

    Returns
    -------
    DataFrame
        `outcome` plus `prior_score`, `prior_score_se` (scale points), `prior_school_id` and
        `prior_reason`, an empty text where there is exactly one prior score.
    """
    unusable = "prior_" + find_unscored(prior)
    reason = np.select(
        [~prior["scored"], prior["scored_records"].gt(1)], [unusable, "two_prior_records"], default=""
    )
    beside = pd.DataFrame(
        {
            "student_id": prior["student_id"].astype("str"),
            "prior_score": prior["score"].astype("float64"),
            "prior_score_se": prior["score_se"].astype("float64"),
            "prior_school_id": prior["school_id"].astype("str"),
            "prior_reason": pd.Series(reason, index=prior.index, dtype="str"),
        }
    )
    joined = outcome.merge(beside, on="student_id", how="left")
    return joined.assign(prior_reason=joined["prior_reason"].fillna("no_prior_record"))


def judge_students(students: pd.DataFrame, cohorts: Cohorts) -> pd.DataFrame:
    """Return `students` with `step` and `reason`; those who stay are `matched`, without a reason."""
    rules: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
        "not_scored": find_unscored,
        "identity": find_ambiguous,
        "not_matched": lambda staying: staying["prior_reason"],
        "not_eligible": lambda staying: find_small_schools(staying, cohorts.minimum_students),
    }
    judged = students.assign(step="matched", reason="")
    for step, find_reason in rules.items():
        staying = judged[judged["step"].eq("matched")]
        reason = find_reason(staying)
        leaving = reason.index[reason.ne("")]
        judged.loc[leaving, "step"] = step
        judged.loc[leaving, "reason"] = reason[leaving]
    return judged


def _prepare(
    records: pd.DataFrame, links: pd.DataFrame | None, cohorts: Cohorts, domain: str, calendar_year: int
) -> pd.DataFrame:
    # A 0 beside a refused test is no score, neither for the student nor in the mean of the year.
    counted = records["score"].where(records["participation"].eq("present"))
    return report_scores(merge_repeats(records.assign(score=counted)), links, cohorts, domain, calendar_year)


def _select(records: pd.DataFrame, wanted: dict[str, str | int]) -> pd.DataFrame:
    selected = np.logical_and.reduce([records[column].eq(value) for column, value in wanted.items()])
    return records[selected].reset_index(drop=True)


def _select_test(records: pd.DataFrame, domain: str, calendar_year: int, year_level: int) -> pd.DataFrame:
    return _select(records, {"domain": domain, "calendar_year": calendar_year, "year_level": year_level})
