"""Moments of several cohorts, or of several agencies, one below the other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.mixed.moments import SchoolMoments, recentre

SEPARATOR = "/"


def stack(parts: Sequence[SchoolMoments]) -> SchoolMoments:
    """Return the moments of several cohorts one below the other, about one centre.

    A term that a cohort lacks stands for a factor level nobody in it has: a column of zeros.

    Raises
    ------
    DesignError
        If a factor is measured from different reference levels in two cohorts, or a cohort is given twice.
    """
    stacked = _one_below_other(parts)
    cohorts = [int(cohort) for part in parts for cohort in np.unique(part.cohort)]
    if len(set(cohorts)) < len(cohorts):
        raise DesignError(f"cohorts {cohorts}: found one twice; expected each once")
    return stacked


def join_agencies(parts: Mapping[str, SchoolMoments]) -> SchoolMoments:
    """Return the moments of the schools of several agencies as those of one system.

    A school is then called `agency/school`, since two agencies may use one identifier for two schools. Every
    fit that takes moments takes these: no agency sees a student of another.

    Parameters
    ----------
    parts
        Name of each agency -> its moments, of one cohort or of several.

    Raises
    ------
    DesignError
        If there are no parts, the responses differ, no formula is common to all, or a factor is measured
        from different reference levels.
    """
    if not parts:
        raise DesignError("found no moments; expected those of at least one agency")
    responses = {agency: part.columns[-1] for agency, part in parts.items()}
    if len(set(responses.values())) > 1:
        raise DesignError(f"found moments of different scores, {responses}; expected one and the same")
    shared = _all_formulas(list(parts.values()))
    if not shared:
        found = {agency: sorted(part.formulas) for agency, part in parts.items()}
        raise DesignError(
            f"no formula is common to all agencies, found {found}; expected each agency to summarise the same"
            " formula (`mixed.formula`)"
        )
    named = [replace(part, school_id=name_schools(agency, part.school_id)) for agency, part in parts.items()]
    return _one_below_other(named)


def name_schools(agency: str, schools: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return `agency/school` for each school."""
    return np.array([f"{agency}{SEPARATOR}{school}" for school in schools], dtype=object)


def check_reference_level(factor: str, found: str, expected: str) -> None:
    """Refuse coefficients of one factor that are measured from two different levels.

    Raises
    ------
    DesignError
        Naming the factor, both levels and the remedy.
    """
    if found != expected:
        raise DesignError(
            f"column {factor}: coefficients are measured from level '{found}' in one part and from "
            f"'{expected}' in another; expected one reference level; name it in the formula of `mixed` and "
            f"`benchmark`, C({factor}, contr.treatment('{expected}'))"
        )


def _one_below_other(parts: Sequence[SchoolMoments]) -> SchoolMoments:
    columns = _all_columns(parts)
    widened = [_widen(part, columns) for part in parts]
    levels: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for factor, found in part.levels.items():
            known = levels.get(factor, found)
            check_reference_level(factor, found[0], known[0])
            levels[factor] = tuple(dict.fromkeys([*known, *found]))
    centre = widened[0].centre
    aligned = [recentre(part, centre) for part in widened]
    return SchoolMoments(
        school_id=np.concatenate([part.school_id for part in aligned]),
        cohort=np.concatenate([part.cohort for part in aligned]),
        n=np.concatenate([part.n for part in aligned]),
        columns=columns,
        centre=centre,
        mean=np.concatenate([part.mean for part in aligned]),
        scatter=np.concatenate([part.scatter for part in aligned]),
        levels=levels,
        formulas=_all_formulas(parts),
        n_left_out=sum(part.n_left_out for part in parts),
    )


def _all_columns(parts: Sequence[SchoolMoments]) -> tuple[str, ...]:
    terms = dict.fromkeys(term for part in parts for term in part.terms)
    return (*terms, parts[0].columns[-1])


def _all_formulas(parts: Sequence[SchoolMoments]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the columns of each term in any cohort, for the formulas that every cohort has."""
    shared = [key for key in parts[0].formulas if all(key in part.formulas for part in parts)]
    return {
        key: {
            term: tuple(dict.fromkeys(column for part in parts for column in part.formulas[key][term]))
            for term in parts[0].formulas[key]
        }
        for key in shared
    }


def _widen(moments: SchoolMoments, columns: tuple[str, ...]) -> SchoolMoments:
    """Return the moments with columns of zeros for the terms that are absent."""
    if moments.columns == columns:
        return moments
    position = [columns.index(name) for name in moments.columns]
    centre = np.zeros(len(columns))
    mean = np.zeros((moments.n_schools, len(columns)))
    scatter = np.zeros((moments.n_schools, len(columns), len(columns)))
    centre[position] = moments.centre
    mean[:, position] = moments.mean
    scatter[np.ix_(range(moments.n_schools), position, position)] = moments.scatter
    return replace(moments, columns=columns, centre=centre, mean=mean, scatter=scatter)
