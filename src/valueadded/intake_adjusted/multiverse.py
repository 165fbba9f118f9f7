"""What the open choices change: every combination of two levels of five choices (N10)."""

from dataclasses import asdict
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.intake_adjusted.choices import Choices
from valueadded.intake_adjusted.panel import Panel, arrange_panel
from valueadded.intake_adjusted.policy import Policy
from valueadded.intake_adjusted.regression import assign_bands, regress_schools
from valueadded.intake_adjusted.schedule import schedule

Array = NDArray[np.float64]
OTHER_LEVELS = Choices(
    log_constant=0.1,
    z_population="all",
    composite_weights="areas",
    residual="studentised",
    outlier_passes=20,
)
"""Second level of each choice."""


def run_multiverse(
    annual: pd.DataFrame,
    schools: pd.DataFrame,
    policy: Policy,
    choices: Choices | None = None,
    other_levels: Choices = OTHER_LEVELS,
) -> pd.DataFrame:
    """Return one row for each combination of two levels of five choices, and what moves against the first.

    The first row has the levels of `choices`, the last those of `other_levels`; 32 rows where all differ.

    `n_results` counts school results with a band in both runs, `n_changed` those whose band differs,
    `share_changed` is their ratio, `n_schools_changed` and `share_schools_changed` count schools with at
    least one changed band, and `largest_move` is the greatest change of a standardised residual.
    """
    panel = arrange_panel(annual, schools, policy)
    rows, base = [], np.empty(0)
    owner = np.empty(0, dtype=np.int64)
    first, second = asdict(choices or Choices()), asdict(other_levels)
    pairs = [dict.fromkeys([first[name], second[name]]) for name in first]
    for run, levels in enumerate(product(*pairs)):
        chosen = dict(zip(first, levels, strict=True))
        found, places = _standardised(panel, policy, Choices(**chosen))
        if run == 0:
            base, owner = found, places
        both = np.isfinite(found) & np.isfinite(base)
        limit = policy.thresholds.band
        moved = np.zeros(len(base), dtype=bool)
        moved[both] = assign_bands(found[both], limit) != assign_bands(base[both], limit)
        judged = len(np.unique(owner[both]))
        schools_moved = len(np.unique(owner[moved]))
        rows.append(
            {"run": run + 1}
            | chosen
            | {
                "n_results": int(both.sum()),
                "n_changed": int(moved.sum()),
                "share_changed": float(moved.sum() / max(both.sum(), 1)),
                "n_schools_changed": schools_moved,
                "share_schools_changed": schools_moved / max(judged, 1),
                "largest_move": float(np.abs(found[both] - base[both]).max(initial=0.0)),
            }
        )
    return pd.DataFrame(rows)


def _standardised(panel: Panel, policy: Policy, choices: Choices) -> tuple[Array, NDArray[np.int64]]:
    """Return the shown standardised residual of every school and regression, and the school's position."""
    rules = policy.thresholds
    values, owners = [], []
    for task in schedule(panel, policy, choices):
        response = task.observed.values
        fitted = task.members & np.isfinite(response) & np.isfinite(task.columns).all(axis=1)
        found = np.full(len(response), np.nan)
        result = regress_schools(
            task.columns[fitted], response[fitted], rules.cap, choices.outlier_passes, choices.residual
        )
        if result is not None:
            found[fitted] = result.standardised
            found[task.observed.n_students < rules.minimum_students] = np.nan
        values.append(found)
        owners.append(np.arange(len(response)))
    return np.concatenate(values), np.concatenate(owners)
