"""Every regression of a policy with its schools and columns: pairs x parts of the group (V13, V15, V20)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.intake_adjusted.choices import Choices
from valueadded.intake_adjusted.panel import Panel
from valueadded.intake_adjusted.policy import NO_COMPOSITION, Part, Policy, Variable
from valueadded.intake_adjusted.windows import WindowValues, intake_window, outcome_window

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """One regression: an outcome in a window, in one part of a group; J schools are all of the panel.

    group, part : name of the group, and of its part
    outcome : variable of the outcome
    composition : name of the composition measure, or `none`
    names : p intake variables
    members : (J,) schools of the part
    observed : the outcome
    columns : (J, p) intake
    """

    group: str
    part: str
    outcome: Variable
    composition: str
    names: tuple[str, ...]
    members: NDArray[np.bool_]
    observed: WindowValues
    columns: Array


def schedule(panel: Panel, policy: Policy, choices: Choices) -> Iterator[Task]:
    """Yield every regression, in the order of the registry.

    Raises
    ------
    FitError
        Naming the measures of a policy whose construction was never published.
    """
    refuse_unpublished(policy)
    cache: dict[tuple[str, str, int, bytes], WindowValues] = {}

    def column(variable: Variable, year: int | None, population: NDArray[np.bool_]) -> Array:
        depends = policy.intake[variable.measure].tests is not None
        key = (
            variable.measure,
            variable.window,
            (year or 0) - variable.lag if variable.lag else 0,
            population.tobytes() if depends else b"",
        )
        if key not in cache:
            cache[key] = intake_window(panel, policy, variable, year, population, choices)
        return cache[key].values

    everybody = of_types(panel, [t for group in policy.groups.values() for t in group.school_types])
    for name, group in policy.groups.items():
        inside = of_types(panel, group.school_types)
        for pair in group.pairs:
            outcome = policy.variable(pair.outcome, outcome=True)
            observed = outcome_window(panel, policy, outcome)
            variables = [policy.intake_variable(each, outcome.window) for each in group.intake]
            extra = [*pair.further, *([] if pair.composition == NO_COMPOSITION else [pair.composition])]
            variables += [policy.variable(each) for each in extra]
            size = policy.intake_variable(group.size, outcome.window) if group.size else None
            for part, limits in group.parts.items():
                members = inside
                if size is not None:
                    members = inside & in_part(column(size, observed.calendar_year, inside), limits)
                population = members if choices.z_population == "group" else everybody
                columns = [column(each, observed.calendar_year, population) for each in variables]
                yield Task(
                    name,
                    part,
                    outcome,
                    pair.composition,
                    tuple(each.name for each in variables),
                    members,
                    observed,
                    np.column_stack(columns) if columns else np.empty((len(inside), 0)),
                )


def refuse_unpublished(policy: Policy) -> None:
    """Refuse a policy with measures that cannot be rebuilt, by name.

    Raises
    ------
    FitError
        Naming them, with the registry's words.
    """
    lost = {name: entry.not_published for name, entry in policy.intake.items() if entry.not_published}
    if lost:
        words = "; ".join(f"{name}: {reason}" for name, reason in lost.items())
        raise FitError(
            f"registry {policy.policy}: its measures can be built, its regressions not repeated ({words}); "
            "expected a registry without `not_published`"
        )


def of_types(panel: Panel, types: list[str]) -> NDArray[np.bool_]:
    """Return the schools (J,) of some types."""
    return np.isin(panel.school_type.astype(str), types)


def in_part(size: Array, limits: Part) -> NDArray[np.bool_]:
    """Return the schools (J,) whose size lies in a part; a missing size lies in none."""
    low = -np.inf if limits.at_least is None else limits.at_least
    high = np.inf if limits.below is None else limits.below
    return (size >= low) & (size < high)
