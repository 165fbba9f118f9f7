"""Which composition measure explains most of each outcome: the evidence behind the map (V14)."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.intake_adjusted.choices import Choices
from valueadded.intake_adjusted.panel import Panel, arrange_panel
from valueadded.intake_adjusted.policy import NO_COMPOSITION, Policy, Variable
from valueadded.intake_adjusted.schedule import Task, schedule
from valueadded.intake_adjusted.windows import intake_window
from valueadded.numerics.least_squares import LeastSquares, fit_least_squares

Array = NDArray[np.float64]


def contest_composition(
    annual: pd.DataFrame, schools: pd.DataFrame, policy: Policy, choices: Choices | None = None
) -> pd.DataFrame:
    """Return R2 of each candidate for each outcome, window and part of a group.

    Candidates are the measures that the group's pairs name, each beside the other intake measures of the
    regression and on the same schools, those that have every candidate; a candidate that nobody in the part
    has, or that holds the outcome itself, does not take part. Columns: `outcome`, `window`, `group`,
    `composition`, `n_schools`, `r_squared`, `r_squared_without` (of the other intake measures alone), `gain`,
    `chosen` (by the registry), `highest`.
    """
    chosen = choices or Choices()
    panel = arrange_panel(annual, schools, policy)
    rows: list[dict[str, object]] = []
    for task in schedule(panel, policy, chosen):
        rows += _contest(task, panel, policy, chosen)
    names = ["outcome", "window", "group", "composition"]
    columns = [*names, "n_schools", "r_squared", "r_squared_without", "gain", "chosen", "highest"]
    types = dict.fromkeys(names, "str") | {"n_schools": "int64", "chosen": "bool", "highest": "bool"}
    types |= dict.fromkeys(["r_squared", "r_squared_without", "gain"], "float64")
    found = pd.DataFrame(rows, columns=columns).astype(types)
    return found.sort_values(names, kind="stable", ignore_index=True)


def _contest(task: Task, panel: Panel, policy: Policy, choices: Choices) -> list[dict[str, object]]:
    paired = policy.aliases.get(task.composition, task.composition)
    others = task.columns[:, [k for k, name in enumerate(task.names) if name != paired]]
    year = task.observed.calendar_year
    found = {
        variable.name: intake_window(panel, policy, variable, year, task.members, choices).values
        for variable in _candidates(task, policy)
    }
    found = {name: values for name, values in found.items() if np.isfinite(values[task.members]).any()}
    if not found:
        return []
    whole = np.column_stack([task.observed.values, others, *found.values()])
    complete = task.members & np.isfinite(whole).all(axis=1)
    response = task.observed.values[complete]
    alone = fit_least_squares(others[complete], response)
    fits = {
        name: fit_least_squares(np.column_stack([others, values])[complete], response)
        for name, values in found.items()
    }
    shares = {name: _explained(fit) for name, fit in fits.items()}
    best = max(shares, key=lambda name: np.nan_to_num(shares[name], nan=-1.0))
    without = _explained(alone)
    return [
        {
            "outcome": task.outcome.measure,
            "window": task.outcome.window,
            "group": task.part,
            "composition": name,
            "n_schools": int(complete.sum()),
            "r_squared": share,
            "r_squared_without": without,
            "gain": share - without,
            "chosen": name == paired,
            "highest": name == best,
        }
        for name, share in shares.items()
    ]


def _explained(fit: LeastSquares | None) -> float:
    """Return the R2 of a regression; missing where there is none, or where nothing is left to explain."""
    return np.nan if fit is None or fit.exact else fit.r_squared


def _candidates(task: Task, policy: Policy) -> list[Variable]:
    """Return the composition measures in the window of the outcome that do not hold the outcome itself."""
    pairs = policy.groups[task.group].pairs
    named = {pair.composition for pair in pairs if pair.composition != NO_COMPOSITION}
    found = {variable.name: variable for variable in map(policy.variable, sorted(named))}
    return [
        variable
        for variable in found.values()
        if variable.window == task.outcome.window
        and task.outcome.measure not in (variable.measure, *(policy.intake[variable.measure].tests or {}))
    ]
