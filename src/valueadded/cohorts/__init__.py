"""Cohorts: prior and outcome side by side; who is left out and why."""

from valueadded.cohorts.attrition import Attrition, account_for_students, refine_unmatched
from valueadded.cohorts.matching import MatchedCohort, match_cohort
from valueadded.cohorts.reasons import REASONS, STEPS

__all__ = [
    "REASONS",
    "STEPS",
    "Attrition",
    "MatchedCohort",
    "account_for_students",
    "match_cohort",
    "refine_unmatched",
]
