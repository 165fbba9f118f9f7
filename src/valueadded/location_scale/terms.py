"""What is asked of the terms of a location-scale model: they vary and can be told apart."""

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.mixed.moments import SchoolMoments
from valueadded.numerics.definite import find_aliased

Array = NDArray[np.float64]

# Rounding leaves a school constant with this share of its variance within schools at most.
CONSTANT_SHARE = 1e-20


def standards(moments: SchoolMoments) -> tuple[Array, Array]:
    """Return mean and standard deviation of each column over all students."""
    shift = moments.n @ moments.mean / moments.n_students
    apart = moments.mean - shift
    squares = np.einsum("jkk->k", moments.scatter) + moments.n @ apart**2
    return moments.centre + shift, np.sqrt(squares / moments.n_students)


def constant_within(moments: SchoolMoments) -> NDArray[np.bool_]:
    """Return for each column whether it is constant within every school."""
    within = np.einsum("jkk->k", moments.scatter)
    size = np.sum(moments.n[:, None] * (moments.mean + moments.centre) ** 2, axis=0)
    return within <= CONSTANT_SHARE * np.maximum(size, within)


def check_school_terms(moments: SchoolMoments, columns: list[str]) -> None:
    """Refuse terms of the intercept variance that vary within a school, or that cannot be told apart."""
    constant = constant_within(moments)
    for column in columns:
        at = moments.columns.index(column)
        if not constant[at]:
            where = moments.school_id[int(np.argmax(moments.scatter[:, at, at]))]
            raise DesignError(
                f"intercept_variance: term {column} varies within school {where}; expected terms that are"
                " constant within every school, such as the school's mean"
            )
    _check_aliases(moments, "intercept_variance", columns)


def check_terms(
    moments: SchoolMoments, location_columns: list[str], scale_columns: list[str], slope: str | None
) -> None:
    """Refuse terms that cannot be told apart, an outcome that does not vary, and a slope without a slope."""
    outcome = moments.columns[-1]
    if moments.n_schools > 1 and not standards(moments)[1][-1] > 0:
        raise DesignError(f"column {outcome}: found one value for all students; expected scores that differ")
    if slope is not None:
        if slope not in location_columns:
            raise DesignError(
                f"random_slope '{slope}': not a term of the mean; expected one of {location_columns}"
            )
        if constant_within(moments)[moments.columns.index(slope)]:
            raise DesignError(
                f"random_slope '{slope}': constant within every school; expected a column that varies within"
            )
    _check_aliases(moments, "location", location_columns)
    _check_aliases(moments, "scale", scale_columns)


def _check_aliases(moments: SchoolMoments, name: str, columns: list[str]) -> None:
    """Refuse columns that are combinations of others."""
    apart = moments.mean - moments.n @ moments.mean / moments.n_students
    total = moments.scatter.sum(axis=0) + (moments.n[:, None] * apart).T @ apart
    at = [moments.columns.index(column) for column in columns]
    for column, others in find_aliased(total[np.ix_(at, at)]).items():
        of = ", ".join(columns[k] for k in others) or "the intercept"
        raise DesignError(
            f"{name}: column {columns[column]} is a combination of {of}; expected terms that can be "
            "told apart: leave one out"
        )
