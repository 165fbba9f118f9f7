"""The step that each published number was rounded to, found from the numbers themselves.

A number at the edge of two steps may fall to either side on another processor, so that two runs that agree
to a dozen digits differ by one step: this is the tolerance of a published number.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# Numbers are rounded alike within these columns of the key; `publish` has the same.
ALIKE = ("domain", "model", "basis")
ALIKE_IN = {"location_scale": ("domain", "year")}
SCHOOL = "school_id"
# Published steps have at most six decimals.
FINEST = 1e-6


def rounding_by_group(name: str, table: Mapping[str, Any]) -> dict[tuple[str, ...], list[float]]:
    """Return the step of each column, for each group of rows that was rounded alike; 0 for texts.

    Parameters
    ----------
    name
        Of the published table.
    table
        Its entry in a manifest, with numbers.
    """
    groups: dict[tuple[str, ...], list[list[Any]]] = {}
    for row, values in table["numbers"].items():
        groups.setdefault(group_of(name, row, table["key"]), []).append(values)
    places = range(len(table["columns"]))
    return {
        group: [rounding_of([row[place] for row in rows]) for place in places]
        for group, rows in groups.items()
    }


def group_of(name: str, row: str, key: Sequence[str]) -> tuple[str, ...]:
    """Return the group of a row from its id, where a school's identifier alone may hold a `/` of its own."""
    parts = row.split("/")
    school = key.index(SCHOOL) if SCHOOL in key else len(key)
    return tuple(
        parts[place if place < school else place - len(key)]
        for place, column in enumerate(key)
        if column in ALIKE_IN.get(name, ALIKE)
    )


def rounding_of(values: Sequence[Any]) -> float:
    """Return the greatest step of which every number is a multiple; 0 without a number."""
    found = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if not found:
        return 0.0
    whole = np.unique(np.abs(np.rint(np.array(found) / FINEST)).astype(np.int64))
    return float(np.gcd.reduce(whole)) * FINEST
