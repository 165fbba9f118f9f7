"""The account of every student with an outcome record: steps that add up, by cohort and by school."""

from dataclasses import dataclass

import pandas as pd

from valueadded.contracts.cohorts import ATTRITION, ATTRITION_BY_SCHOOL
from valueadded.contracts.columns import column_types
from valueadded.errors import ReconciliationError

COHORT_KEY = ["domain", "year"]


@dataclass(frozen=True)
class Attrition:
    """Where students were lost on the way into the cohorts.

    by_cohort : rows domain x year x step x reason, columns as the contract `attrition`
    by_school : the same for each school of the outcome year, columns as `attrition_by_school`
    """

    by_cohort: pd.DataFrame
    by_school: pd.DataFrame


def account_for_students(
    records: pd.DataFrame,
    matched: pd.DataFrame,
    unmatched: pd.DataFrame,
    prior: pd.DataFrame,
    absent: dict[int, str],
    domains: list[str],
    gap_years: int,
) -> Attrition:
    """Count the students at every step, and prove that nobody is lost or counted twice.

    Parameters
    ----------
    records
        `student_id`, `domain` and `year` of every outcome-level record: what the steps must add up to.
    matched
        `student_id`, `school_id`, `domain` and `year` of every student in a cohort.
    unmatched
        Every other student, columns as the contract `unmatched`.
    prior
        `student_id`, `domain` and `calendar_year` of prior-level records of every tested year; no rows
        for files that come matched.
    absent
        Outcome year without a cohort -> reason code.
    domains
        Domains of the study.
    gap_years
        Calendar years between the two tests.

    Raises
    ------
    ReconciliationError
        If, in any cohort, the steps do not add up to the students with a record.
    """
    explained = refine_unmatched(unmatched, prior, gap_years)
    stayed = matched.assign(step="matched", reason="")
    account = pd.concat([stayed, explained], ignore_index=True)[list(ATTRITION_BY_SCHOOL.columns)[:-1]]
    distinct = records[["student_id", *COHORT_KEY]].drop_duplicates()
    _reconcile(distinct.value_counts(COHORT_KEY), account.value_counts(COHORT_KEY))
    everyone = account.assign(step="records", reason="")
    by_school = _count(pd.concat([everyone, account]), list(ATTRITION_BY_SCHOOL.columns))
    totals = [
        _count(distinct.assign(step="records", reason=""), list(ATTRITION.columns)),
        _count(account, list(ATTRITION.columns)),
        _explain_absent(absent, domains),
    ]
    by_cohort = pd.concat(totals, ignore_index=True).sort_values(list(ATTRITION.unique), ignore_index=True)
    return Attrition(by_cohort, by_school)


def refine_unmatched(unmatched: pd.DataFrame, prior: pd.DataFrame, gap_years: int) -> pd.DataFrame:
    """Return `unmatched` with `no_prior_record` told apart from repeating and accelerating students.

    The latest prior-level record before the outcome year decides: more than `gap_years` earlier the
    student repeated a year, fewer and the student was accelerated. A cohort job reads only its own two
    tests, so that a corrected file reruns only the cohorts it touches; hence this happens afterwards. A
    student whose prior-level year was not tested stays without a prior record.
    """
    without = unmatched.loc[
        unmatched["reason"].eq("no_prior_record"), ["student_id", *COHORT_KEY]
    ].reset_index()
    seen = without.merge(
        prior[["student_id", "domain", "calendar_year"]], on=["student_id", "domain"], how="inner"
    )
    latest = seen[seen["calendar_year"] < seen["year"]].groupby("index")[["year", "calendar_year"]].max()
    distance = latest["year"] - latest["calendar_year"]
    refined = unmatched.copy()
    refined.loc[distance.index[distance > gap_years], "reason"] = "repeated_a_year"
    refined.loc[distance.index[distance < gap_years], "reason"] = "accelerated"
    return refined


def _explain_absent(absent: dict[int, str], domains: list[str]) -> pd.DataFrame:
    rows = [(domain, year, "no_cohort", reason, 0) for domain in domains for year, reason in absent.items()]
    types = column_types(ATTRITION)
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _count(students: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    *key, count = columns
    return students.groupby(key, sort=True).size().rename(count).reset_index()


def _reconcile(expected: pd.Series, found: pd.Series) -> None:
    both = pd.concat({"expected": expected, "found": found}, axis=1).fillna(0).astype("int64").reset_index()
    faults = [
        f"{fault.domain} {fault.year}: {fault.expected} students with a record, {fault.found} accounted for"
        for fault in both[both["expected"].ne(both["found"])].sort_values(COHORT_KEY).itertuples()
    ]
    if faults:
        raise ReconciliationError(
            "attrition does not add up (" + "; ".join(faults) + "); delete results/cohorts and run again"
        )
