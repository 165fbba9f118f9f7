"""Places of values in the order from low to high, shared by equal values.

The libraries that have this take half a second to import, which every job that ranks would spend.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Places:
    """The lowest and the highest place that each value may take among its equals, counted from 1."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """Return the mean of the places that equal values share: the usual rank with ties."""
        return (self.low + self.high) / 2


def find_places(values: NDArray[np.float64]) -> Places:
    """Return the places of `values`, (n,) and finite, each with those of its equals."""
    ordered = np.sort(values)
    low = np.searchsorted(ordered, values, side="left") + 1
    high = np.searchsorted(ordered, values, side="right")
    return Places(low.astype(np.int64), high.astype(np.int64))
