"""Two manifests side by side: what differs in what came out, and what differs in what went in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from valueadded.audit.steps import group_of, rounding_by_group
from valueadded.audit.tables import DIGITS

SAME_BYTES = "REPRODUCED (same bytes)"
WITHIN_TOLERANCE = "REPRODUCED (within tolerance)"
DIFFERS = "DIFFERS"
COULD_NOT_RUN = "COULD NOT RUN"
EXIT_STATUS = {SAME_BYTES: 0, WITHIN_TOLERANCE: 1, DIFFERS: 2, COULD_NOT_RUN: 3}
PUBLISHED = "results/published/"
# Words of a row, not numbers: any difference counts.
ROW_CHANGED = "(row)"


@dataclass(frozen=True)
class Cause:
    """Something that went into one run and not, or otherwise, into the other.

    kind : input, config, code, library or processor; or edit, of what came out
    """

    kind: str
    name: str
    then: str
    now: str


@dataclass(frozen=True)
class NumberPair:
    """A published number then and now; `then` and `now` are None where there is none, or only a digest."""

    id: str
    then: Any
    now: Any
    tolerance: float

    @property
    def difference(self) -> float | None:
        """Return now minus then; None where one of them is no number."""
        if not _is_number(self.then) or not _is_number(self.now):
            return None
        return float(self.now) - float(self.then)

    @property
    def within(self) -> bool:
        """Return whether the two are equal, or numbers nearer than the tolerance."""
        if self.difference is None:
            return bool(self.then == self.now) and self.then != ROW_CHANGED
        # The tolerance is a step of rounding; a product of it may be a last digit off.
        return abs(self.difference) <= self.tolerance * (1 + 1e-9)


@dataclass(frozen=True)
class Comparison:
    """Published numbers that differ, of how many; other outputs that differ; and every possible cause."""

    n_numbers: int
    pairs: tuple[NumberPair, ...]
    outputs: tuple[str, ...]
    causes: tuple[Cause, ...]

    @property
    def verdict(self) -> str:
        """Return one of three verdicts; a comparison exists, so the run did."""
        published = [name for name in self.outputs if name.startswith(PUBLISHED)]
        if not self.pairs and not published:
            return SAME_BYTES
        return WITHIN_TOLERANCE if all(pair.within for pair in self.pairs) else DIFFERS


def compare_manifests(then: Mapping[str, Any], now: Mapping[str, Any]) -> Comparison:
    """Return what differs between two manifests."""
    tables = sorted({*then["published"], *now["published"]})
    pairs = [
        pair
        for name in tables
        for pair in compare_table(name, then["published"].get(name), now["published"].get(name))
    ]
    return Comparison(
        sum(count_numbers(entry) for entry in then["published"].values()),
        tuple(pairs),
        tuple(name for name, _, _ in differing(then["outputs"], now["outputs"])),
        tuple(find_causes(then, now)),
    )


def find_causes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Cause]:
    """Yield everything that went in and differs, in the order in which it is most likely to matter."""
    for kind, entries in (
        ("input", [run["inputs"] for run in (then, now)]),
        ("config", [dict(flatten(run["config"])) for run in (then, now)]),
        ("code", [run["code"] for run in (then, now)]),
        ("library", [_libraries(run["environment"]) for run in (then, now)]),
        ("processor", [_machine(run["environment"]) for run in (then, now)]),
    ):
        for name, before, after in differing(*entries):
            yield Cause(kind, name, before, after)


def compare_table(
    name: str, then: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> Iterator[NumberPair]:
    """Yield the published numbers of one table that differ."""
    if then is None or now is None:
        yield NumberPair(
            name, "absent" if then is None else "present", "absent" if now is None else "present", 0.0
        )
        return
    if then["columns"] != now["columns"] or then["key"] != now["key"]:
        yield NumberPair(
            f"{name}/columns", [*then["key"], *then["columns"]], [*now["key"], *now["columns"]], 0.0
        )
        return
    if "numbers" not in then or "numbers" not in now:
        yield from _compare_digests(name, then, now)
        return
    steps = rounding_by_group(name, then)
    for row in [*then["numbers"], *(row for row in now["numbers"] if row not in then["numbers"])]:
        before, after = then["numbers"].get(row), now["numbers"].get(row)
        if before is None or after is None:
            yield NumberPair(
                f"{name}/{row}",
                "absent" if before is None else "present",
                "absent" if after is None else "present",
                0.0,
            )
            continue
        for place, column in enumerate(then["columns"]):
            if before[place] != after[place]:
                yield NumberPair(
                    f"{name}/{row}/{column}",
                    before[place],
                    after[place],
                    steps[group_of(name, row, then["key"])][place],
                )


def differing(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield name, then and now of every entry that is not the same in both; an absent one is `absent`."""
    for name in sorted({*then, *now}):
        before, after = then.get(name, "absent"), now.get(name, "absent")
        if before != after:
            yield name, before, after


def flatten(config: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each key of a nested configuration with its value in words: `mixed.method`, `ML`."""
    if isinstance(config, Mapping):
        for key, value in config.items():
            yield from flatten(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, str(config)


def count_numbers(entry: Mapping[str, Any]) -> int:
    """Return how many published numbers and words a table has."""
    return int(entry["rows"]) * len(entry["columns"])


def _compare_digests(name: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[NumberPair]:
    """Yield rows whose digests differ; a row has no id here but its place, since a digest has no key."""
    before, after = (_split(entry.get("digests", "")) for entry in (then, now))
    if len(before) != len(after):
        yield NumberPair(f"{name}/rows", then["rows"], now["rows"], 0.0)
    for place, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        if one != other:
            yield NumberPair(f"{name}/row {place}", ROW_CHANGED, ROW_CHANGED, 0.0)


def _split(digests: str) -> list[str]:
    return [digests[start : start + DIGITS] for start in range(0, len(digests), DIGITS)]


def _libraries(environment: Mapping[str, Any]) -> dict[str, str]:
    return {"python": environment["python"], **environment["libraries"]}


def _machine(environment: Mapping[str, Any]) -> dict[str, str]:
    kinds = {name: str(environment[name]) for name in ("system", "machine", "processor", "blas")}
    return {**kinds, **environment["threads"]}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
