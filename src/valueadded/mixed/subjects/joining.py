"""Moments of several subjects, made by several agencies, as those of one system."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.mixed.moments import INTERCEPT
from valueadded.mixed.stacking import name_schools
from valueadded.mixed.subjects.design import SubjectMoments

Array = NDArray[np.float64]


def join_subject_agencies(parts: Mapping[str, SubjectMoments]) -> SubjectMoments:
    """Return the moments of the schools of several agencies together; schools are called `agency/school`.

    Raises
    ------
    DesignError
        If there are no parts, or subjects or terms differ between agencies.
    """
    if not parts:
        raise DesignError("found no moments; expected those of at least one agency")
    first = next(iter(parts.values()))
    for agency, part in parts.items():
        if (part.subjects, part.terms) != (first.subjects, first.terms):
            raise DesignError(
                f"agency '{agency}': found subjects {part.subjects} with terms {part.terms}; expected"
                f" those of every other agency, {first.subjects} with {first.terms}"
            )
    patterns = np.unique(np.concatenate([part.patterns for part in parts.values()]), axis=0)
    aligned = [_align(part, first.centre, patterns) for part in parts.values()]
    return replace(
        first,
        school_id=np.concatenate([name_schools(agency, part.school_id) for agency, part in parts.items()]),
        patterns=patterns,
        n=np.concatenate([part.n for part in aligned]),
        sums=np.concatenate([part.sums for part in aligned]),
        cross=np.sum([part.cross for part in aligned], axis=0),
        n_left_out=sum(part.n_left_out for part in aligned),
    )


def _align(moments: SubjectMoments, centre: Array, patterns: NDArray[np.bool_]) -> SubjectMoments:
    """Return the same moments about another centre (Q,), with a place for each of `patterns`."""
    # An intercept is 1 for whoever has the subject, so that a shift of a column is a multiple of it.
    shift = np.eye(len(centre))
    start = 0
    for names in moments.terms:
        columns = slice(start, start + len(names) + 1)
        if INTERCEPT in names:
            shift[start + names.index(INTERCEPT), columns] += (moments.centre - centre)[columns]
        start = columns.stop
    place = [int(np.flatnonzero((patterns == pattern).all(axis=1))[0]) for pattern in moments.patterns]
    schools, width = len(moments.school_id), len(centre)
    n = np.zeros((schools, len(patterns)))
    sums = np.zeros((schools, len(patterns), width))
    cross = np.zeros((len(patterns), width, width))
    n[:, place] = moments.n
    sums[:, place] = moments.sums @ shift
    cross[place] = shift.T @ moments.cross @ shift
    return replace(moments, centre=centre, patterns=patterns, n=n, sums=sums, cross=cross)
