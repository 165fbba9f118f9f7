"""Students in, per-school moments out: the only step of this package that sees a row."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from valueadded.errors import DesignError
from valueadded.mixed.design import Design, build_design
from valueadded.mixed.formula import formula_columns, read_formula
from valueadded.mixed.moments import SchoolMoments, pool, restrict
from valueadded.numerics.group_moments import summarise_groups

SEPARATOR = "|"


def summarise_schools(
    frame: pd.DataFrame, formula: str | Sequence[str], school: str = "school_id", cohort: str | None = None
) -> SchoolMoments:
    """Return the per-school moments of the columns of one or several formulas.

    Parameters
    ----------
    frame
        Students as rows.
    formula
        Wilkinson formula `score ~ ...` (fixed part only), or several with the same response, whose terms
        are then summarised together for the students who have all of them.
    school
        Column of school identifiers.
    cohort
        Column of outcome years; a school then has one row for each cohort.

    Raises
    ------
    DesignError
        If a column is absent or infinite, or no student is complete.
    """
    formulas = [formula] if isinstance(formula, str) else list(formula)
    return summarise_design(build_design(frame, formulas, school, cohort))


def summarise_design(design: Design) -> SchoolMoments:
    """Return the per-school moments of the columns of a design."""
    groups = summarise_groups(design.values, design.codes, len(design.school_id))
    return SchoolMoments(
        school_id=design.school_id,
        cohort=design.cohort,
        n=groups.n,
        columns=design.columns,
        centre=groups.centre,
        mean=groups.mean,
        scatter=groups.scatter,
        levels=design.levels,
        formulas=design.formulas,
        n_left_out=design.n_left_out,
    )


def design_moments(
    frame: pd.DataFrame | SchoolMoments, formula: str, school: str
) -> tuple[SchoolMoments, bool]:
    """Return the moments of exactly the terms of `formula`, and whether it has an intercept.

    `frame` holds students, or is moments that hold those terms; all cohorts of a school are one school.

    Raises
    ------
    DesignError
        If a term has no columns, a factor only one level, or the moments another response.
    """
    moments = frame if isinstance(frame, SchoolMoments) else summarise_schools(frame, formula, school)
    fixed = read_formula(formula)
    if fixed.response != moments.columns[-1]:
        raise DesignError(
            f"formula '{formula}': found moments of '{moments.columns[-1]}'; expected the same response"
        )
    for factor in (name for names in fixed.factors.values() for name in names):
        levels = moments.levels.get(factor, ())
        if len(levels) == 1:
            raise DesignError(
                f"formula '{formula}': only level '{levels[0]}' of {factor} occurs; expected at least "
                "two: leave the"
                " term out of mixed.formula, or the year out of study.outcome_years"
            )
    columns, intercept = formula_columns(formula, moments.formulas)
    return pool(restrict(moments, columns)), intercept


def summarise_cohort(students: pd.DataFrame, formulas: Sequence[str]) -> pd.DataFrame:
    """Return the moments of one cohort as a table, by `school_id` and `year`."""
    return moments_to_frame(summarise_schools(students, formulas, "school_id", "year"))


def moments_to_frame(moments: SchoolMoments) -> pd.DataFrame:
    """Return moments as a table: `centre|a`, `mean|a` and `scatter|a|b` for columns a and b, in design order.

    The centre, the levels of factors (`levels|factor`), the columns of each formula (`formula|key`), both as
    JSON, and the students left out are repeated on each row.
    """
    table: dict[str, object] = {
        "school_id": pd.array(moments.school_id, dtype="str"),
        "cohort": moments.cohort,
        "n_students": moments.n.astype(np.int64),
        "n_left_out": np.full(moments.n_schools, moments.n_left_out, dtype=np.int64),
    }
    for k, name in enumerate(moments.columns):
        table[_label("centre", name)] = np.full(moments.n_schools, moments.centre[k])
    for k, name in enumerate(moments.columns):
        table[_label("mean", name)] = moments.mean[:, k]
    for a, first in enumerate(moments.columns):
        for b, second in enumerate(moments.columns[: a + 1]):
            table[_label("scatter", first, second)] = moments.scatter[:, a, b]
    for kind, entries in (("levels", moments.levels), ("formula", moments.formulas)):
        for name, content in entries.items():
            table[_label(kind, name)] = pd.array([json.dumps(content)] * moments.n_schools, dtype="str")
    return pd.DataFrame(table)


def moments_from_frame(frame: pd.DataFrame) -> SchoolMoments:
    """Return the moments a table holds; the inverse of `moments_to_frame`.

    Raises
    ------
    DesignError
        If the table has no schools.
    """
    if frame.empty:
        raise DesignError("a moments table has no schools; expected at least one")
    columns = tuple(_named(frame, "centre"))
    scatter = np.empty((len(frame), len(columns), len(columns)))
    for a, first in enumerate(columns):
        for b, second in enumerate(columns[: a + 1]):
            scatter[:, a, b] = scatter[:, b, a] = frame[_label("scatter", first, second)]
    return SchoolMoments(
        school_id=frame["school_id"].to_numpy(dtype=object),
        cohort=frame["cohort"].to_numpy(dtype=np.int64),
        n=frame["n_students"].to_numpy(dtype=np.float64),
        columns=columns,
        centre=np.array([frame[_label("centre", name)].iloc[0] for name in columns]),
        mean=np.column_stack([frame[_label("mean", name)] for name in columns]),
        scatter=scatter,
        levels={factor: tuple(_stored(frame, "levels", factor)) for factor in _named(frame, "levels")},
        formulas={
            key: {term: tuple(names) for term, names in _stored(frame, "formula", key).items()}
            for key in _named(frame, "formula")
        },
        n_left_out=int(frame["n_left_out"].iloc[0]),
    )


def _label(*parts: str) -> str:
    return SEPARATOR.join(parts)


def _stored(frame: pd.DataFrame, kind: str, name: str) -> Any:
    return json.loads(frame[_label(kind, name)].iloc[0])


def _named(frame: pd.DataFrame, kind: str) -> list[str]:
    return [name.split(SEPARATOR, 1)[1] for name in frame.columns if name.startswith(kind + SEPARATOR)]
