"""How far residuals of schools of one size lie apart: the limits of a funnel."""

from dataclasses import dataclass

import numpy as np
import scipy  # loads its parts at their first use, which most jobs have none of
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SpreadBySize:
    """Variance of standardised residuals, `lasting + by_student / n` for a school with n students.

    lasting : part that no number of students removes
    by_student : part of a single student
    """

    lasting: float
    by_student: float

    def limit(self, students: Array, share: float) -> Array:
        """Return the distance from 0 (J,) within which a share of schools with so many students lie."""
        spread: Array = np.sqrt(self.lasting + self.by_student / students)
        return float(scipy.special.ndtri((1.0 + share) / 2.0)) * spread


def spread_by_size(residual: Array, students: Array) -> SpreadBySize | None:
    """Return the variance of residuals (J,) as a function of students (J,); None with fewer than 3 schools.

    Normal maximum likelihood with both parts at least 0. For a given share of the two parts the total has a
    closed form, so that the search is over the share alone. The limits are those of an additively
    overdispersed funnel (Spiegelhalter 2005): real differences between schools widen them.
    """
    if len(residual) < 3 or not residual.any():
        return None
    inverse = 1.0 / students
    middle = float(inverse.mean())
    squares = residual**2

    def shape(share: float) -> Array:
        return (1.0 - share) + share * inverse / middle

    def deviance(share: float) -> float:
        relative = shape(share)
        return float(len(squares) * np.log((squares / relative).mean()) + np.log(relative).sum())

    # The deviance may have two minima: the best of a grid is refined between its neighbours.
    grid = np.linspace(0.0, 1.0, 21)
    best = int(np.argmin([deviance(share) for share in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, 20)]
    found = float(
        scipy.optimize.minimize_scalar(
            deviance, bounds=(low, high), method="bounded", options={"xatol": 1e-10}
        ).x
    )
    share = min((found, float(grid[best])), key=deviance)
    total = float((squares / shape(share)).mean())
    return SpreadBySize(total * (1.0 - share), total * share / middle)
