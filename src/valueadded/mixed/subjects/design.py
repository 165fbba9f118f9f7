"""From a long frame of scores to the moments of several subjects of the same students."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError, FitError
from valueadded.mixed.design import Design, build_design
from valueadded.mixed.formula import read_formula
from valueadded.mixed.moments import INTERCEPT
from valueadded.numerics.definite import find_aliased

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SubjectMoments:
    """Moments of T subjects in J schools, students grouped by the P patterns of subjects they have.

    The Q columns are, subject by subject, its terms (the intercept first if it has one) and its score; they
    are 0 where a student has no score.

    subjects : T names
    school_id : (J,) text
    terms : for each subject, the names of its terms
    patterns : (P, T) whether a subject is there
    n : (J, P) students
    centre : (Q,) constant subtracted from each column; 0 for an intercept and where there is none
    sums : (J, P, Q) sums of the columns
    cross : (P, Q, Q) cross-products of the columns over all schools
    n_left_out : scores left out because a column of the formula was missing
    """

    subjects: tuple[str, ...]
    school_id: NDArray[np.object_]
    terms: tuple[tuple[str, ...], ...]
    patterns: NDArray[np.bool_]
    n: Array
    centre: Array
    sums: Array
    cross: Array
    n_left_out: int

    @property
    def n_scores(self) -> Array:
        """Return the scores (J, T) of each school in each subject."""
        return self.n @ self.patterns.astype(np.float64)


def summarise_subjects(
    frame: pd.DataFrame,
    formulas: Mapping[str, str],
    school: str = "school_id",
    student: str = "student_id",
    subject: str = "domain",
) -> SubjectMoments:
    """Return the moments of several subjects; see `SubjectMoments`.

    Parameters
    ----------
    frame
        One row for each student and subject.
    formulas
        Subject -> its Wilkinson formula; the response may be the same column in all of them.
    school, student, subject
        Columns of identifiers and of the subject's name.

    Raises
    ------
    DesignError
        If a subject has no scores, a student two scores in one subject, or two schools.
    """
    absent = [name for name in (school, student, subject) if name not in frame.columns]
    if absent:
        raise DesignError(f"column {', '.join(absent)} is not in the data; expected {sorted(frame.columns)}")
    known = frame.dropna(subset=[school, student, subject])
    designs = {
        name: _design_subject(known, name, formula, student, subject) for name, formula in formulas.items()
    }
    students = np.unique(np.concatenate([design.school_id.astype(str) for design in designs.values()]))
    schools, school_codes = _schools_of(known, students, school, student)
    observed = np.zeros((len(students), len(designs)), dtype=bool)
    blocks, centres, terms = [], [], []
    for t, (name, design) in enumerate(designs.items()):
        # Each student is a group of one row, so that groups number the students.
        place = np.searchsorted(students, design.school_id.astype(str))[design.codes]
        observed[place, t] = True
        block, centre, names = _columns_of(design, formulas[name])
        wide = np.zeros((len(students), block.shape[1]))
        wide[place] = block
        blocks.append(wide)
        centres.append(centre)
        terms.append(names)
    patterns, codes = np.unique(observed, axis=0, return_inverse=True)
    sums, n, cross = _sum_by_pattern(np.column_stack(blocks), school_codes, codes.ravel(), len(schools))
    wanted = known[known[subject].astype("str").isin(list(formulas))]
    return SubjectMoments(
        subjects=tuple(designs),
        school_id=schools,
        terms=tuple(terms),
        patterns=patterns,
        n=n,
        centre=np.concatenate(centres),
        sums=sums,
        cross=cross,
        n_left_out=len(wanted) - int(observed.sum()),
    )


def check_subjects(moments: SubjectMoments) -> None:
    """Refuse a design whose coefficients are not determined, or a single school.

    Raises
    ------
    FitError
        Naming the subject and the terms at fault.
    """
    if len(moments.school_id) < 2:
        raise FitError(f"found {len(moments.school_id)} school; expected at least 2")
    cross, column = moments.cross.sum(axis=0), 0
    for subject, names in zip(moments.subjects, moments.terms, strict=True):
        part = slice(column, column + len(names))
        aliased = find_aliased(cross[part, part])
        if aliased:
            raise FitError(
                f"subject '{subject}': terms cannot be told apart: {', '.join(names[k] for k in aliased)};"
                " leave them out of its formula"
            )
        column += len(names) + 1


def _design_subject(frame: pd.DataFrame, name: str, formula: str, student: str, subject: str) -> Design:
    """Return the design of one subject with its students as groups of one row."""
    rows = frame[frame[subject].astype("str") == name]
    if rows.empty:
        found = sorted(frame[subject].astype("str").unique())
        raise DesignError(f"subject '{name}' has no row; expected one of {found}")
    design = build_design(rows, [formula], student, None)
    if len(design.school_id) < len(design.codes):
        raise DesignError(
            f"subject '{name}': {len(design.codes) - len(design.school_id)} students have two scores or more;"
            f" expected one row for each {student} and {subject}"
        )
    return design


def _schools_of(
    frame: pd.DataFrame, students: NDArray[np.str_], school: str, student: str
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the schools (J,) and the number of each student's school (N,)."""
    pairs = frame[[student, school]].astype("str").drop_duplicates()
    moved = pairs[pairs.duplicated(student)]
    if len(moved):
        raise DesignError(
            f"{moved[student].nunique()} students are in two schools, one of them '{moved[school].iloc[0]}';"
            f" expected one {school} for each {student}"
        )
    named = pairs.set_index(student)[school].reindex(list(students)).to_numpy(dtype=object)
    schools, codes = np.unique(named.astype(str), return_inverse=True)
    return schools.astype(object), codes


def _columns_of(design: Design, formula: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Return one subject's centred columns (N, q), what was subtracted (q,) and the names of its terms."""
    values, names = design.values, design.columns[:-1]
    if not read_formula(formula).intercept:
        # A shift would change a model without an intercept.
        return values, np.zeros(values.shape[1]), names
    centre = values.mean(axis=0)
    columns = np.column_stack([np.ones(len(values)), values - centre])
    return columns, np.append(0.0, centre), (INTERCEPT, *names)


def _sum_by_pattern(
    columns: Array, schools: NDArray[np.intp], patterns: NDArray[np.intp], n_schools: int
) -> tuple[Array, Array, Array]:
    """Return sums (J, P, Q), students (J, P) and cross-products (P, Q, Q), in the order of students."""
    n_patterns, width = int(patterns.max()) + 1, columns.shape[1]
    cells, size = schools * n_patterns + patterns, n_schools * n_patterns
    n = np.bincount(cells, minlength=size).astype(np.float64)
    sums = np.zeros((size, width))
    for k, column in enumerate(columns.T):
        sums[:, k] = np.bincount(cells, column, size)
    cross = np.zeros((n_patterns, width, width))
    for p in range(n_patterns):
        of_pattern: Sequence[Array] = [np.ascontiguousarray(column) for column in columns[patterns == p].T]
        for a in range(width):
            for b in range(a + 1):
                cross[p, a, b] = cross[p, b, a] = (of_pattern[a] * of_pattern[b]).sum()
    return sums.reshape(n_schools, n_patterns, width), n.reshape(n_schools, n_patterns), cross
