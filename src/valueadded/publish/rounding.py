"""Rounding that the standard error justifies: no digit is published that another sample would not repeat."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
LADDER = (1.0, 2.0, 5.0)
# Probabilities are shown in steps of a twentieth: finer ones give back a standardised effect.
PROBABILITY_STEP = 0.05


def rounding_step(std_errors: Array, share: float) -> float:
    """Return the greatest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, ... not above `share` of the median error.

    One step for a whole table: a step of each school's own would tell its number of students. Rounding to a
    step h adds a variance of h^2/12: with a share of 0.2, a third of a per cent of the sampling variance.
    Without a positive error the step is 0, and nothing is rounded.
    """
    known = std_errors[np.isfinite(std_errors) & (std_errors > 0)]
    if not len(known):
        return 0.0
    most = share * float(np.median(known))
    power = 10.0 ** np.floor(np.log10(most))
    # The logarithm of an exact power of ten may fall just below a whole number.
    steps = [factor * scale for scale in (power, 10 * power) for factor in LADDER]
    return max(step for step in steps if step <= most * (1 + 1e-12))


def round_to(values: Array, step: float) -> Array:
    """Return values at whole multiples of `step`, halves to the even multiple; unchanged for a step of 0."""
    if step == 0:
        return values
    # Steps are 1, 2 or 5 times a power of ten; rounding to its digits removes the tail of the product.
    digits = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
    # Adding 0.0 turns -0.0 into 0.0, which would otherwise be written with its sign.
    return np.round(np.round(values / step) * step, digits) + 0.0


def round_columns(
    frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str], error: str, share: float
) -> pd.DataFrame:
    """Return `frame` with `columns` rounded, one step for each group `by`, from column `error`."""
    rounded = frame.copy()
    for _, rows in frame.groupby(list(by), sort=True):
        step = rounding_step(rows[error].to_numpy(np.float64), share)
        for name in columns:
            rounded.loc[rows.index, name] = round_to(rows[name].to_numpy(np.float64), step)
    return rounded
