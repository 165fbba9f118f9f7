"""Per-school moments of more students than memory holds: read twice, some at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from valueadded.errors import DesignError
from valueadded.mixed.coding import evaluate
from valueadded.mixed.design import (
    code_students,
    complete_students,
    design_columns,
    drop_unused_levels,
    refuse_nobody,
)
from valueadded.mixed.formula import read_formula
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.summarise import summarise_design
from valueadded.numerics.group_moments import GroupMoments, add_groups

# Some columns of students, by name -> the students, some at a time; it begins anew at every call.
Read = Callable[[list[str]], Iterable[pd.DataFrame]]


@dataclass(frozen=True)
class _Survey:
    """What the first reading tells.

    keys : school (and cohort) of each row of the moments, sorted
    codings : key of each formula -> how its factors are coded
    levels : categorical column -> its type, with the levels that occur
    n_students, n_complete : students read, and those who have all columns
    """

    keys: pd.MultiIndex
    codings: dict[str, Any]
    levels: dict[str, Any]
    n_students: int
    n_complete: int


def summarise_batches(
    read: Read, formula: str | Sequence[str], school: str = "school_id", cohort: str | None = None
) -> SchoolMoments:
    """Return the per-school moments of students who are read some at a time.

    They are those of `summarise_schools` for all students at once, up to rounding. The first reading finds
    the schools and the levels of factors, the second sums up.

    Parameters
    ----------
    read
        Gives the students twice, the columns named only, as with `partial(read_batches, path)` of
        `valueadded.table_io`.
    formula, school, cohort
        As in `summarise_schools`.

    Raises
    ------
    DesignError
        As in `summarise_schools`, or if the second reading gives other students than the first.
    """
    formulas = [formula] if isinstance(formula, str) else list(formula)
    columns = design_columns(formulas, school, cohort)
    survey = _survey(read(columns), columns, formulas, school, cohort)
    first: SchoolMoments | None = None
    total: GroupMoments | None = None
    for students in read(columns):
        complete = complete_students(students, columns)
        if complete.empty:
            continue
        alike = complete.astype(survey.levels)
        part = summarise_design(code_students(alike, formulas, school, cohort, 0, survey.codings))
        if first is None or total is None:
            first, total = part, _no_students(len(survey.keys), part.centre)
        rows = survey.keys.get_indexer(pd.MultiIndex.from_arrays([part.school_id.astype(str), part.cohort]))
        if (rows < 0).any():
            break
        add_groups(total, GroupMoments(part.n, part.centre, part.mean, part.scatter), rows)
    if first is None or total is None or total.n.sum() != survey.n_complete:
        raise DesignError(
            f"found {survey.n_complete} students at the first reading and others at the second; expected the"
            " same: no other program may write to the data meanwhile"
        )
    return replace(
        first,
        school_id=survey.keys.get_level_values(0).to_numpy(dtype=object),
        cohort=survey.keys.get_level_values(1).to_numpy(dtype=np.int64),
        n=total.n,
        mean=total.mean,
        scatter=total.scatter,
        n_left_out=survey.n_students - survey.n_complete,
    )


def _survey(
    batches: Iterable[pd.DataFrame],
    columns: list[str],
    formulas: Sequence[str],
    school: str,
    cohort: str | None,
) -> _Survey:
    n_students = n_complete = 0
    keys: list[pd.DataFrame] = []
    # One student for each combination of levels: enough to learn how a formula is coded.
    examples: list[pd.DataFrame] = []
    factors: list[str] = []
    for students in batches:
        complete = complete_students(students, columns)
        n_students, n_complete = n_students + len(students), n_complete + len(complete)
        if complete.empty:
            continue
        factors = factors if examples else _factor_variables(formulas, complete)
        keys = [_one_of_each([*keys, _keys_of(complete, school, cohort)], ["school", "cohort"])]
        examples = [_one_of_each([*examples, _one_of_each([complete], factors)], factors)]
    refuse_nobody(n_students, n_complete, columns)
    learnt = drop_unused_levels(examples[0])
    parts = [read_formula(formula) for formula in formulas]
    return _Survey(
        keys=pd.MultiIndex.from_frame(keys[0].sort_values(["school", "cohort"])),
        codings={part.key: evaluate(part, learnt).coding for part in parts},
        levels={str(name): kind for name, kind in learnt[factors].select_dtypes("category").dtypes.items()},
        n_students=n_students,
        n_complete=n_complete,
    )


def _factor_variables(formulas: Sequence[str], students: pd.DataFrame) -> list[str]:
    """Return the columns that are coded by their levels, alone or within a function."""
    codings = [evaluate(read_formula(formula), students).coding for formula in formulas]
    named = {
        name
        for coding in codings
        for factor in coding.factor_contrasts
        for name in map(str, coding.factor_variables[factor])
    }
    return [name for name in students.columns if name in named]


def _keys_of(students: pd.DataFrame, school: str, cohort: str | None) -> pd.DataFrame:
    cohorts = 0 if cohort is None else students[cohort]
    return pd.DataFrame({"school": students[school].astype("str"), "cohort": cohorts})


def _one_of_each(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Return the first row of each combination of values of `columns`, in the order of the frames."""
    joined = pd.concat(frames, ignore_index=True)
    for name in columns:
        if isinstance(frames[0][name].dtype, pd.CategoricalDtype):
            # Parts of a file may know different levels; a concatenation would make text of them.
            joined[name] = union_categoricals([frame[name] for frame in frames])
    return joined.drop_duplicates(columns) if columns else joined.head(1)


def _no_students(n_groups: int, centre: NDArray[np.float64]) -> GroupMoments:
    width = len(centre)
    return GroupMoments(
        np.zeros(n_groups), centre, np.zeros((n_groups, width)), np.zeros((n_groups, width, width))
    )
