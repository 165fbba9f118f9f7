"""What a method says of one system, beside the truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """Estimates of one method for one target.

    method : name of the method
    target : "system" (its drift), "school" (the change of each school, drift included) or "place" (the
        change of its place among schools, drift left out)
    value : (U,) estimates; U = 1 for the system
    std_error : (U,) the errors the method gives them, missing without one
    truth : (U,) what was planted
    """

    method: str
    target: str
    value: Array
    std_error: Array
    truth: Array


def of_system(method: str, value: float, std_error: float, truth: float) -> Estimate:
    """Return the estimate of a system's drift."""
    return Estimate(method, "system", np.array([value]), np.array([std_error]), np.array([truth]))
