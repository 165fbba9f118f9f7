"""How sure a standardised residual is, and the probability of each band."""

import numpy as np
import pandas as pd
import scipy  # loads its parts at their first use, which most jobs have none of
from numpy.typing import NDArray

from valueadded.intake_adjusted.panel import Panel
from valueadded.intake_adjusted.policy import Policy

Array = NDArray[np.float64]
REGRESSION = ["outcome", "window", "group"]


def assess_uncertainty(
    performance: pd.DataFrame, regressions: pd.DataFrame, panel: Panel, policy: Policy
) -> pd.DataFrame:
    """Return the error of each shown standardised residual and the probability of each band.

    Columns: `school_id`, `outcome`, `window`, `group`, `standardised_residual`, `line_error` (the line is
    estimated), `years_error` (the school's yearly values vary), `std_error` (both), `p_higher`, `p_similar`,
    `p_lower`, `holds` (what the error holds: line and years, or line where no school has two years).

    Notes
    -----
    The line adds the leverage h, in units of the mean square. Yearly values of a school scatter with a
    variance pooled over schools, once the movement of all schools is taken out; a mean of m
    years has it divided by m. The probability is that of a normal distribution around the residual: what a
    lasting residual would be, were nothing known of other schools. Capped schools have no leverage and are
    not assessed.
    """
    shown = performance[performance["leverage"].notna()]
    square = regressions.drop_duplicates(REGRESSION)[[*REGRESSION, "residual_variance"]]
    rows = shown.merge(square, on=REGRESSION, validate="many_to_one")
    variance = {name: yearly_variance(panel.values[name]) for name in rows["outcome"].unique()}
    yearly = rows["outcome"].map(variance).to_numpy(np.float64)
    line = rows["leverage"].to_numpy(np.float64)
    years = yearly / rows["years_used"].to_numpy() / rows["residual_variance"].to_numpy()
    error = np.sqrt(line + np.nan_to_num(years))
    residual, limit = rows["standardised_residual"].to_numpy(np.float64), policy.thresholds.band
    higher = scipy.special.ndtr((residual - limit) / error)
    lower = scipy.special.ndtr((-limit - residual) / error)
    return rows[["school_id", *REGRESSION, "standardised_residual"]].assign(
        line_error=np.sqrt(line),
        years_error=np.sqrt(years),
        std_error=error,
        p_higher=higher,
        p_similar=1.0 - higher - lower,
        p_lower=lower,
        holds=pd.array(np.where(np.isnan(years), "line", "line and years"), dtype="str"),
    )


def yearly_variance(yearly: Array) -> float:
    """Return the variance of yearly values (J, T) within schools, years' means out; missing with one year.

    Both are fitted at once by sweeping: school and year means are taken out in turn until neither moves.
    """
    values = yearly[np.isfinite(yearly).sum(axis=1) >= 2]
    seen = np.isfinite(values)
    years = int(seen.any(axis=0).sum())
    degrees = int(seen.sum()) - len(values) - (years - 1)
    if not len(values) or degrees < 1:
        return float("nan")
    left = np.where(seen, values, 0.0)
    for _ in range(100):
        before = left
        left = np.where(seen, left - (left.sum(axis=1) / seen.sum(axis=1))[:, None], 0.0)
        left = np.where(seen, left - left.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)
        if np.abs(left - before).max() <= 1e-12 * max(np.abs(left).max(), 1e-300):
            break
    return float((left**2).sum() / degrees)
