"""The always-on appendix of a regression: one row a term, with errors and diagnostics (V22)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.intake_adjusted.regression import SchoolRegression

Array = NDArray[np.float64]


def tabulate_terms(
    fit: SchoolRegression, names: Sequence[str], intake: Array, **exclusions: int
) -> pd.DataFrame:
    """Return `term` (Intercept first), `estimate`, `std_error`, `t`, `r_squared`, `n_schools` and more.

    `aliased` says of a column that depends on others, and has no estimate, which ones; `condition_number` is
    of columns with mean 0 and spread 1;
    `heteroscedasticity_p` is the Breusch-Pagan test; `largest_cooks_distance` the pull of one school.

    Parameters
    ----------
    exclusions
        Counts of schools for further columns.
    """
    from statsmodels.stats.diagnostic import het_breuschpagan

    stays = ~fit.removed
    kept = [k for k in range(len(names)) if k not in fit.line.aliased]
    columns = intake[stays][:, kept]
    design = np.column_stack([np.ones(stays.sum()), columns])
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    h, square = fit.line.leverage, fit.line.mean_square
    room = np.maximum(1.0 - h, np.finfo(float).eps)
    cook = fit.line.residual**2 / (design.shape[1] * square) * h / room**2
    return pd.DataFrame(
        {
            "term": pd.array(["Intercept", *names], dtype="str"),
            "estimate": fit.line.coefficients,
            "std_error": fit.line.std_error,
            "t": fit.line.coefficients / fit.line.std_error,
            "aliased": pd.array(["", *(_words(fit, names, k) for k in range(len(names)))], dtype="str"),
            "r_squared": fit.line.r_squared,
            "residual_variance": square,
            "n_schools": int(stays.sum()),
            "n_removed": int(fit.removed.sum()),
            "passes": fit.passes,
            **exclusions,
            "condition_number": float(np.linalg.cond(scaled)) if kept else 1.0,
            "heteroscedasticity_p": float(het_breuschpagan(fit.line.residual, design)[1]) if kept else np.nan,
            "largest_cooks_distance": float(cook.max()),
        }
    )


def without_estimates(names: Sequence[str], **counts: int) -> pd.DataFrame:
    """Return the rows of a regression that does not stand: its terms and counts of schools, no numbers."""
    missing = ["estimate", "std_error", "t", "r_squared", "residual_variance"]
    missing += ["condition_number", "heteroscedasticity_p", "largest_cooks_distance"]
    return pd.DataFrame({"term": pd.array(["Intercept", *names], dtype="str")}).assign(
        aliased=pd.array([""] * (len(names) + 1), dtype="str"),
        n_removed=0,
        passes=0,
        **counts,
        **dict.fromkeys(missing, np.nan),
    )


def _words(fit: SchoolRegression, names: Sequence[str], column: int) -> str:
    if column not in fit.line.aliased:
        return ""
    others = fit.line.aliased[column]
    return f"a combination of {', '.join(names[k] for k in others)}" if others else "constant"
