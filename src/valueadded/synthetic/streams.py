"""Random numbers that belong together."""

import numpy as np
import numpy.typing as npt


def draw_correlated(
    random: np.random.Generator, count: int, width: int, correlation: float
) -> npt.NDArray[np.float64]:
    """Return standard normal numbers (count, width), equally correlated between the columns."""
    shared = random.standard_normal((count, 1))
    own = random.standard_normal((count, width))
    mixed: npt.NDArray[np.float64] = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    return mixed
