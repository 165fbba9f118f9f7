"""Every outcome of a policy: performance of each school, and the appendix of every regression."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.intake_adjusted.choices import Choices, describe_choices
from valueadded.intake_adjusted.model import judge_schools
from valueadded.intake_adjusted.panel import Panel, arrange_panel
from valueadded.intake_adjusted.policy import Policy
from valueadded.intake_adjusted.schedule import Task, of_types, schedule
from valueadded.intake_adjusted.terms import without_estimates
from valueadded.intake_adjusted.uncertainty import assess_uncertainty

FIRST = ["school_id", "outcome", "window", "group", "calendar_year", "years_used"]


@dataclass(frozen=True)
class IntakeAdjusted:
    """Results of a policy.

    measures : one row for each school and intake variable: `school_id`, `group`, `variable`, `outcome_year`
        (latest year of the outcomes it stood beside), `value` as it entered a regression
    regressions : one row for each regression and term; see `tabulate_terms`
    performance : one row for each school, outcome and window: `school_id`, `outcome`, `window`, `group`,
        `calendar_year`, `years_used`, `n_students`, `observed`, `expected`, `standardised_residual`, `band`,
        `status` (published, suppressed, missing intake, missing outcome, excluded, capped, no regression),
        `reason`, `leverage`, `higher_is_worse`, `variable`
    uncertainty : error of each shown residual and the probability of each band, see `assess_uncertainty`
    choices : the open choices with their values
    """

    measures: pd.DataFrame
    regressions: pd.DataFrame
    performance: pd.DataFrame
    uncertainty: pd.DataFrame
    choices: pd.DataFrame


def adjust_outcomes(
    annual: pd.DataFrame, schools: pd.DataFrame, policy: Policy, choices: Choices | None = None
) -> IntakeAdjusted:
    """Return the intake-adjusted performance of every school on every outcome of a policy (V1-V3, V13-V20).

    `annual` and `schools` are as `arrange_panel` says. `group` is the part of the group, such as
    `primary_below_100`; a school without the size that splits its group has the group's own name.
    """
    chosen = choices or Choices()
    panel = arrange_panel(annual, schools, policy)
    regressions, performance = [], []
    measures: dict[tuple[str, str, int], pd.DataFrame] = {}
    placed: dict[tuple[str, str], NDArray[np.bool_]] = {}
    last: dict[tuple[str, str], Task] = {}
    for task in schedule(panel, policy, chosen):
        judged = _judge(task, policy, chosen)
        key = (task.group, task.outcome.name)
        placed[key] = placed.get(key, np.zeros(len(panel.school_id), bool)) | task.members
        last[key] = task
        label = _label(task)
        performance.append(_name_rows(judged[0], panel, task, policy, task.members, task.part))
        regressions.append(judged[1].assign(**label))
        _keep_entered(measures, panel, task)
    for (group, _), task in last.items():
        performance += _left_over(panel, policy, task, placed[group, task.outcome.name])
    by = ["outcome", "window", "group", "school_id"]
    table = pd.concat(performance, ignore_index=True).sort_values(by, kind="stable", ignore_index=True)
    terms = pd.concat(regressions, ignore_index=True)
    order = ["outcome", "window", "group", "composition"]
    return IntakeAdjusted(
        pd.concat(measures.values(), ignore_index=True),
        terms[[*order, *[name for name in terms.columns if name not in order]]],
        table,
        assess_uncertainty(table, terms, panel, policy),
        describe_choices(chosen),
    )


def _judge(task: Task, policy: Policy, choices: Choices) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return performance and terms of one regression, also where there is none."""
    rules, inside = policy.thresholds, task.members
    judged = judge_schools(
        task.columns[inside],
        task.observed.values[inside],
        task.observed.n_students[inside],
        task.names,
        rules.minimum_students,
        rules.cap,
        rules.band,
        choices,
    )
    if judged is not None:
        return judged
    seen = np.isfinite(task.observed.values[inside])
    status = np.where(seen, "no regression", "missing outcome")
    has_intake = np.isfinite(task.columns[inside]).all(axis=1)
    complete = int((seen & has_intake).sum())
    words = f"{complete} schools with every intake measure for {len(task.names)} of them"
    few = seen & (task.observed.n_students[inside] < rules.minimum_students)
    terms = without_estimates(
        task.names,
        n_schools=complete,
        n_suppressed=int(few.sum()),
        n_missing_intake=int((seen & ~few & ~has_intake).sum()),
        n_missing_outcome=int((~seen).sum()),
    )
    return _without_result(task, inside, status, words), terms


def _without_result(
    task: Task, members: NDArray[np.bool_], status: NDArray[np.str_], reason: str
) -> pd.DataFrame:
    count = int(members.sum())
    return pd.DataFrame(
        {
            "n_students": task.observed.n_students[members],
            "observed": np.nan,
            "expected": np.nan,
            "standardised_residual": np.nan,
            "band": pd.array([None] * count, dtype="str"),
            "status": pd.array(status, dtype="str"),
            "reason": pd.array(
                np.where(status == "missing outcome", "no value of the outcome", reason), "str"
            ),
            "leverage": np.nan,
        }
    )


def _left_over(panel: Panel, policy: Policy, task: Task, placed: NDArray[np.bool_]) -> list[pd.DataFrame]:
    """Return rows for schools that no regression has: of an excluded type, or without a size."""
    has = np.isfinite(task.observed.values)
    group = policy.groups[task.group]
    excluded = has & of_types(panel, policy.excluded_school_types)
    sizeless = of_types(panel, group.school_types) & ~placed
    parts = []
    for members, status, reason in (
        (excluded, "excluded", "school type"),
        (sizeless, "missing intake", f"no value of {group.size}"),
    ):
        if members.any():
            words = np.where(has[members], status, "missing outcome")
            rows = _without_result(task, members, words, reason)
            parts.append(_name_rows(rows, panel, task, policy, members, task.group))
    return parts


def _name_rows(
    rows: pd.DataFrame, panel: Panel, task: Task, policy: Policy, members: NDArray[np.bool_], part: str
) -> pd.DataFrame:
    found = rows.assign(
        school_id=pd.array(panel.school_id[members], dtype="str"),
        **_label(task) | {"group": part},
        calendar_year=task.observed.calendar_year or 0,
        years_used=task.observed.years_used[members],
        higher_is_worse=policy.outcomes[task.outcome.measure].higher_is_worse,
        variable=task.outcome.name,
    )
    named = [*FIRST, *rows.columns, "higher_is_worse", "variable"]
    return found[named]


def _label(task: Task) -> dict[str, str]:
    return {
        "outcome": task.outcome.measure,
        "window": task.outcome.window,
        "group": task.part,
        "composition": task.composition,
    }


def _keep_entered(measures: dict[tuple[str, str, int], pd.DataFrame], panel: Panel, task: Task) -> None:
    """Add the intake of one regression, each variable once for a part and an outcome's year."""
    year = task.observed.calendar_year or 0
    for position, variable in enumerate(task.names):
        key = (task.part, variable, year)
        if key not in measures:
            measures[key] = pd.DataFrame(
                {
                    "school_id": pd.array(panel.school_id[task.members], dtype="str"),
                    "group": pd.array([task.part] * int(task.members.sum()), dtype="str"),
                    "variable": pd.array([variable] * int(task.members.sum()), dtype="str"),
                    "outcome_year": year,
                    "value": task.columns[task.members, position],
                }
            )
