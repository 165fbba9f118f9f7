"""Which models of the ladder are fitted, and the students of a cohort made ready for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from valueadded.errors import DesignError
from valueadded.location_scale.ladder import (
    ModelSpecification,
    columns_of,
    complete_students,
    models_one_to_eight,
)

OUTCOME = "score"
SCHOOL = "school_id"


@dataclass(frozen=True)
class LadderPlan:
    """Which models of the ladder are fitted, and to what.

    prior_term, student_terms, school_terms : terms as in `models_one_to_eight`
    models : numbers among 1 to 8
    references : column -> the category that its coefficients are measured from
    standardise : whether scores get mean 0 and standard deviation 1 within the cohort (M15)
    confidence : of every interval
    """

    prior_term: str
    models: Sequence[int]
    student_terms: Sequence[str] = ()
    school_terms: Sequence[str] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    standardise: bool = True
    confidence: float = 0.95

    @property
    def specifications(self) -> list[ModelSpecification]:
        """Return the models asked for."""
        names = {f"Model {number}" for number in self.models}
        ladder = models_one_to_eight(OUTCOME, self.prior_term, self.student_terms, self.school_terms)
        return [model for model in ladder if model.name in names]

    @property
    def columns(self) -> list[str]:
        """Return the columns of a cohort that the models need."""
        return [SCHOOL, *columns_of(self.specifications)]


@dataclass(frozen=True)
class Ready:
    """Students who have every column, their scores standardised if asked for.

    students : as rows
    n_left_out : students without all columns
    centre, scale : what the scores were standardised by; 0 and 1 if they were not
    """

    students: pd.DataFrame
    n_left_out: int
    centre: float
    scale: float


def prepare_cohort(frame: pd.DataFrame, plan: LadderPlan) -> Ready:
    """Return the students of a cohort ready for the models.

    Raises
    ------
    DesignError
        If a column is absent, nobody is left, or nobody has a category of reference.
    """
    absent = sorted(set(plan.columns) - set(frame.columns))
    if absent:
        raise DesignError(
            f"column {', '.join(absent)} is not in the data; expected among {sorted(frame.columns)}"
        )
    students = complete_students(frame, plan.specifications, SCHOOL)
    if students.empty:
        raise DesignError(f"no student has all of {plan.columns}; expected at least one")
    for column, reference in plan.references.items():
        if column in students.columns:
            students = students.assign(**{column: _with_reference(students[column], reference)})
    centre, scale = 0.0, 1.0
    if plan.standardise:
        scores = students[OUTCOME].to_numpy(np.float64)
        centre, scale = float(scores.mean()), float(scores.std())
        if not scale > 0:
            raise DesignError(
                f"column {OUTCOME}: found one value for all students; expected scores that differ"
            )
        students = students.assign(**{OUTCOME: (scores - centre) / scale})
    return Ready(students, len(frame) - len(students), centre, scale)


def _with_reference(values: pd.Series, reference: str) -> pd.Series:
    """Return text values as categories, the reference first."""
    categories = sorted(set(values.astype("str")))
    if reference not in categories:
        raise DesignError(
            f"location_scale.references.{values.name}: nobody has '{reference}'; expected one of {categories}"
        )
    others = [category for category in categories if category != reference]
    return pd.Series(pd.Categorical(values.astype("str"), categories=[reference, *others]), values.index)
