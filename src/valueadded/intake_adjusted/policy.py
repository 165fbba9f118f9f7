"""What a policy says: its measures, outcomes, map and thresholds (V23).

A registry is closed: a key it does not know, a measure it does not define and an outcome without a word on
its composition measure are refused, each by name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from valueadded.errors import ConfigError
from valueadded.intake_adjusted.constructions import Construction

NO_COMPOSITION = "none"
Window = Literal["LY", "4Y"]
WINDOWS: tuple[Window, ...] = ("LY", "4Y")
# LY or 4Y, and by how many years it lies before the outcome.
WindowKey = Annotated[str, Field(pattern=r"^(LY|4Y)(L[1-9]\d*)?$")]
Transform = Literal["none", "log"]


class Closed(BaseModel):
    """A part of a registry: unknown keys and silent conversions are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Measure(Closed):
    """What every yearly value of a school has: words, unit, possible range, names of its windows."""

    name: str = Field(description="name in words")
    unit: str = Field(description="unit of the yearly value")
    definition: str = Field(description="how the yearly value is made")
    lowest: float | None = Field(None, description="least possible yearly value")
    highest: float | None = Field(None, description="greatest possible yearly value")
    above: float | None = Field(None, description="the yearly value is greater than this")


class Windowed(Measure):
    """A measure that enters regressions under a name for each window."""

    variables: dict[WindowKey, str] = Field(description="LY, 4Y, with a lag LYL2 -> name in the policy")
    years: int = Field(4, ge=1, description="the 4Y value has at most so many years")


class IntakeMeasure(Windowed):
    """A measure of Table 2.1."""

    role: Literal["common", "composition", "further"] = "common"
    transform: Transform = Field("none", description="log: natural logarithm of the window's percentage")
    tests: dict[str, str] | None = Field(
        None, description="of a composite: yearly measure -> area (literacy, numeracy); z-scores are averaged"
    )
    not_published: str | None = Field(None, description="why this measure cannot be rebuilt as published")


class OutcomeMeasure(Windowed):
    """A measure of Table 2.2."""

    area: str = Field(description="kind of outcome: learning, engagement, pathways")
    higher_is_worse: bool = Field(False, description="whether a high value is a poor result, as of absence")


class Part(Closed):
    """The schools of one regression: those whose size lies in a range."""

    at_least: float | None = None
    below: float | None = None


class Pair(Closed):
    """A row of Table 2.3: an outcome and the composition measure it is adjusted for, or `none`."""

    outcome: str
    composition: str = Field(description="name of a composition measure, or the word none")
    further: list[str] = Field(default=[], description="intake measures of this outcome alone")


class Group(Closed):
    """Schools with students of a range of years, which are compared with each other."""

    name: str
    school_types: list[str]
    intake: list[str] = Field(description="intake measures of every regression of the group")
    size: str | None = Field(None, description="intake measure that splits the group")
    parts: dict[str, Part] = Field(description="name of each part -> its range of the size")
    pairs: list[Pair]


class Thresholds(Closed):
    """Numbers of the policy."""

    minimum_students: int = Field(ge=0, description="students; fewer are suppressed")
    cap: float = Field(gt=0, description="greatest standardised residual that stays in a regression")
    band: float = Field(gt=0, description="standardised residuals up to this are similar")
    window_years: int = Field(ge=1, description="calendar years of the long window")


@dataclass(frozen=True)
class Variable:
    """A name of the policy: the yearly measure behind it, its window and its lag in years."""

    name: str
    measure: str
    window: Window
    lag: int


class Policy(Closed):
    """A registry: everything that one policy year decides."""

    policy: str
    title: str
    source: str
    excluded_school_types: list[str]
    thresholds: Thresholds
    tests: dict[str, Measure] = Field(default={}, description="yearly measures that enter composites only")
    intake: dict[str, IntakeMeasure]
    outcomes: dict[str, OutcomeMeasure]
    aliases: dict[str, str] = Field(default={}, description="another spelling of the source -> the name here")
    groups: dict[str, Group]
    constructions: dict[str, Construction] = Field(default={}, description="measure -> how it is made")
    notes: list[str] = []

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        faults = [*_faults_in_names(self), *_faults_in_groups(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def measure(self, name: str) -> Measure:
        """Return the yearly measure of that name."""
        return self.tests.get(name) or self.intake.get(name) or self.outcomes[name]

    @property
    def measures(self) -> list[str]:
        """Return the names of every yearly measure that data may hold."""
        composites = {name for name, entry in self.intake.items() if entry.tests is not None}
        return sorted({*self.tests, *self.intake, *self.outcomes} - composites)

    def variable(self, name: str, outcome: bool = False) -> Variable:
        """Return what a name of the policy stands for; `outcome` looks in Table 2.2, otherwise in 2.1."""
        spelt = self.aliases.get(name, name)
        for entry_name, key in _names_of(self.outcomes if outcome else self.intake).get(spelt, []):
            window, lag = _read_window(key)
            return Variable(spelt, entry_name, window, lag)
        table = "outcomes" if outcome else "intake"
        raise ConfigError(
            f"registry {self.policy}: unknown measure '{name}'; expected one of `variables` in `{table}`"
        )

    def intake_variable(self, measure: str, window: Window) -> Variable:
        """Return the window of an intake measure that every regression of a group has."""
        return Variable(self.intake[measure].variables[window], measure, window, 0)


def _read_window(key: str) -> tuple[Window, int]:
    found = re.fullmatch(r"(LY|4Y)(?:L(\d+))?", key)
    assert found is not None  # the pattern of WindowKey
    return ("LY" if found[1] == "LY" else "4Y"), int(found[2] or 0)


def _names_of(
    entries: dict[str, IntakeMeasure] | dict[str, OutcomeMeasure],
) -> dict[str, list[tuple[str, str]]]:
    """Return name in the policy -> measure and window; a name that serves both windows stands twice."""
    found: dict[str, list[tuple[str, str]]] = {}
    for measure, entry in entries.items():
        for key, name in entry.variables.items():
            found.setdefault(name, []).append((measure, key))
    return found


def _faults_in_names(policy: Policy) -> Iterator[str]:
    known = {*policy.tests, *policy.intake, *policy.outcomes}
    for name, entry in policy.intake.items():
        for test in entry.tests or {}:
            if test not in known:
                yield f"intake.{name}.tests: unknown measure '{test}'; expected one of the registry's"
    for table, entries in (("intake", policy.intake), ("outcomes", policy.outcomes)):
        for name, pairs in _names_of(entries).items():
            if len({measure for measure, _ in pairs}) > 1:
                yield f"{table}: two measures have a window named '{name}'; expected each name once"
    for name in sorted(set(policy.constructions) - set(policy.measures)):
        yield f"constructions: unknown measure '{name}'; expected a yearly measure of the registry"
    names = {*_names_of(policy.intake), *_names_of(policy.outcomes)}
    for spelling, name in policy.aliases.items():
        if name not in names:
            yield f"aliases.{spelling}: unknown measure '{name}'; expected a name among `variables`"
        if spelling in names:
            yield f"aliases.{spelling}: is a name of the registry itself; expected another spelling"


def _faults_in_groups(policy: Policy) -> Iterator[str]:
    outcome_names, intake_names = _names_of(policy.outcomes), _names_of(policy.intake)
    spelt = policy.aliases
    adjusted: set[tuple[str, str]] = set()
    for key, group in policy.groups.items():
        for name in [*group.intake, *([group.size] if group.size else [])]:
            entry = policy.intake.get(name)
            if entry is None:
                yield f"groups.{key}: unknown measure '{name}'; expected one of `intake`"
            elif not set(WINDOWS) <= set(entry.variables):
                yield f"intake.{name}.variables: expected LY and 4Y, since groups.{key} uses both windows"
        if group.size is None and len(group.parts) != 1:
            yield f"groups.{key}: {len(group.parts)} parts without `size`; expected one part"
        for name in set(group.school_types) & set(policy.excluded_school_types):
            yield f"groups.{key}.school_types: '{name}' is excluded too; expected one of both"
        for pair in group.pairs:
            outcome = spelt.get(pair.outcome, pair.outcome)
            rows = {(part, outcome) for part in group.parts}
            if rows & adjusted:
                yield f"groups.{key}.pairs: outcome '{pair.outcome}' has two rows; expected one for a part"
            adjusted |= rows
            if outcome not in outcome_names:
                yield f"groups.{key}.pairs: unknown measure '{pair.outcome}'; expected one of `outcomes`"
            for name in [pair.composition, *pair.further]:
                if name != NO_COMPOSITION and spelt.get(name, name) not in intake_names:
                    yield f"groups.{key}.pairs: unknown measure '{name}'; expected a name of `intake`"
    for name in sorted(set(outcome_names) - {outcome for _, outcome in adjusted}):
        yield f"outcome '{name}' has no row in `pairs`; expected one, with `composition: none` if none fits"
