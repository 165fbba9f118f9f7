"""The multilevel view of every outcome whose students' tests are at hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.errors import DesignError, FitError
from valueadded.intake_adjusted.multilevel import MultilevelAgreement, compare_with_multilevel

REGRESSION = ["outcome", "window", "group"]
NO_VARIANCE = "the students of these schools differ no more between schools than by chance: every effect is 0"
NUMBERS = ["correlation", "rank_correlation", "school_variance", "residual_variance"]


@dataclass(frozen=True)
class StudentTest:
    """The test behind an outcome, and the one before it.

    domain : tested domain
    year_level : year level of the test
    prior_level : level of the test whose score a student brings along, as many calendar years earlier
        as it is levels lower; None for none
    """

    domain: str
    year_level: int
    prior_level: int | None = None


@dataclass(frozen=True)
class MultilevelViews:
    """Residuals of whole schools beside school effects of their students.

    schools : `outcome`, `window`, `group`, `school_id`, `n_students`, `standardised_residual`, `effect`,
        `std_error`
    agreement : `outcome`, `window`, `group`, `n_schools`, `n_students`, `correlation` and
        `rank_correlation` of residual and effect, `school_variance`, `residual_variance`, and `reason`, why
        there is no comparison (empty where there is one)
    """

    schools: pd.DataFrame
    agreement: pd.DataFrame


def compare_outcomes(
    tests: pd.DataFrame,
    performance: pd.DataFrame,
    regressions: pd.DataFrame,
    measures: pd.DataFrame,
    behind: Mapping[str, StudentTest],
) -> MultilevelViews:
    """Set residuals of the latest year beside composition-adjusted random intercepts of the students.

    The fixed part holds the school's intake as it entered the regression, and the student's own prior score
    where the test has one. Schools without a shown residual take no part.

    Parameters
    ----------
    tests
        One row a student and test: `student_id`, `school_id`, `calendar_year`, `year_level`, `domain`,
        `score`.
    performance, regressions, measures
        As `adjust_outcomes` returns them.
    behind
        Outcome with its window -> the test behind it.
    """
    schools, agreement = [], []
    for name, test in behind.items():
        shown = performance[(performance["variable"] == name) & performance["standardised_residual"].notna()]
        for key, rows in shown.groupby(REGRESSION, sort=True):
            label = dict(zip(REGRESSION, map(str, key), strict=True))
            year = int(rows["calendar_year"].iloc[0])
            intake = _intake_of(label, year, regressions, measures)
            found = _compare(take_students(tests, test, year), rows, intake)
            row = {**label, "n_schools": 0, "n_students": 0} | dict.fromkeys(NUMBERS, np.nan)
            if isinstance(found, str):
                agreement.append(row | {"reason": found})
                continue
            counts = {"n_schools": found.n_schools, "n_students": int(found.schools["n_students"].sum())}
            numbers = {each: getattr(found, each) for each in NUMBERS}
            reason = "" if found.school_variance > 0 else NO_VARIANCE
            agreement.append(row | counts | numbers | {"reason": reason})
            schools.append(found.schools.assign(**label))
    return MultilevelViews(_stack(schools), _tabulate(agreement))


def take_students(tests: pd.DataFrame, test: StudentTest, year: int) -> pd.DataFrame:
    """Return `student_id`, `school_id`, `score` of a test, and `prior_score` where it has one before it.

    Students without a score are left out, and those without a prior score where there is one.
    """
    scored = tests[(tests["domain"] == test.domain) & tests["score"].notna()]

    def of(level: int, when: int) -> pd.DataFrame:
        return scored[(scored["year_level"] == level) & (scored["calendar_year"] == when)]

    students = of(test.year_level, year)[["student_id", "school_id", "score"]]
    if test.prior_level is None:
        return students
    before = of(test.prior_level, year - (test.year_level - test.prior_level))
    prior = before[["student_id", "score"]].rename(columns={"score": "prior_score"})
    return students.merge(prior, on="student_id", validate="one_to_one")


def _intake_of(
    label: Mapping[str, str], year: int, regressions: pd.DataFrame, measures: pd.DataFrame
) -> pd.DataFrame:
    """Return the intake of schools (index) that has a coefficient in a regression, a column a variable."""
    same = (regressions[REGRESSION] == pd.Series(label)).all(axis=1)
    terms = regressions.loc[same & regressions["estimate"].notna(), "term"]
    entered = measures[(measures["group"] == label["group"]) & (measures["outcome_year"] == year)]
    wide = entered.pivot(index="school_id", columns="variable", values="value")
    return wide[[term for term in terms if term != "Intercept"]]


def _compare(students: pd.DataFrame, rows: pd.DataFrame, intake: pd.DataFrame) -> MultilevelAgreement | str:
    """Return the comparison, or why there is none."""
    # Names of a policy may be no names of a formula.
    names = [f"intake_{place}" for place in range(intake.shape[1])]
    inside = students[students["school_id"].isin(rows["school_id"])]
    if inside.empty:
        return "no student of these schools has the test"
    joined = inside.join(intake.set_axis(names, axis=1), on="school_id")
    own = [name for name in ("prior_score",) if name in joined]
    try:
        return compare_with_multilevel(joined, f"score ~ {' + '.join([*own, *names]) or '1'}", rows)
    except (DesignError, FitError) as fault:
        return re.sub(r"intake_(\d+)", lambda found: str(intake.columns[int(found[1])]), str(fault))


def _stack(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    names = ["school_id", "n_students", "standardised_residual", "effect", "std_error"]
    types = dict.fromkeys([*REGRESSION, "school_id"], "str") | {"n_students": "int64"}
    types |= dict.fromkeys(names[2:], "float64")
    empty = pd.DataFrame(columns=[*REGRESSION, *names])
    found = pd.concat(parts, ignore_index=True) if parts else empty
    return found[list(empty.columns)].astype(types)


def _tabulate(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    types = dict.fromkeys(REGRESSION, "str") | dict.fromkeys(["n_schools", "n_students"], "int64")
    types |= dict.fromkeys(NUMBERS, "float64") | {"reason": "str"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)
