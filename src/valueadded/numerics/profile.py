"""Intervals for a correlation, whatever model it comes from: by likelihood, and the textbook's two."""

from collections.abc import Callable
from functools import cache

import numpy as np

# An end is found to a hundred thousandth: printed correlations have three decimals.
ANGLE_TOLERANCE = 1e-5
# A correlation whose arcsine is this near a right angle is -1 or 1.
CLOSEST = 1e-4


def profile_end(lost: Callable[[float], float], estimate: float, side: float, reach: float) -> float:
    """Return the end towards `side`, -1 or 1, of the interval of a correlation.

    Parameters
    ----------
    lost
        From the arcsine of a correlation to the root of the deviance lost by holding it there, minus the
        root that still counts; below 0 inside the interval. It may keep where it was last, and is asked once
        for each angle.
    estimate
        The correlation at which nothing is lost.
    side
        -1 or 1; the end is there where even that loses too little.
    reach
        How far to look first, as an arcsine: about half the interval.

    Notes
    -----
    The root of the deviance lost is nearly linear in the arcsine, which is finite at -1 and 1. The bracket
    grows from the estimate, so that far correlations are not visited in vain.
    """
    # Jobs that only sum up moments import this package too, and need not wait for the library.
    from scipy.optimize import brentq

    # The root search asks for the ends of its bracket again.
    asked = cache(lost)
    furthest = side * np.pi / 2
    near = float(np.arcsin(estimate))
    while side * (furthest - near) > CLOSEST:
        far = near + side * reach
        if side * (furthest - far) <= CLOSEST:
            far = furthest
        if asked(far) > 0:
            return float(np.sin(brentq(asked, *sorted((near, far)), xtol=ANGLE_TOLERANCE)))
        near, reach = far, 2 * reach
    return side


def textbook_intervals(
    correlation: float, error: float, z: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return (lower, upper) by the delta method and by Fisher's z, `z` standard errors each way.

    Both are missing where `error` is, as at a correlation of -1 or 1.
    """
    if not np.isfinite(error):
        return (np.nan, np.nan), (np.nan, np.nan)
    centre, half = np.arctanh(correlation), z * error / (1 - correlation**2)
    fisher = float(np.tanh(centre - half)), float(np.tanh(centre + half))
    return (correlation - z * error, correlation + z * error), fisher
