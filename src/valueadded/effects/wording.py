"""What the tables say about one school, in three sentences: numbers in, words out (B16)."""

from dataclasses import dataclass

ALMOST_SURE, LIKELY = 0.975, 0.8
"""Probabilities from which a direction is called nearly certain, and likely."""


@dataclass(frozen=True)
class Estimate:
    """A number (scale points) with the ends of its interval."""

    value: float
    lower: float
    upper: float

    @property
    def holds_zero(self) -> bool:
        """Whether the interval leaves the direction open."""
        return self.lower <= 0 <= self.upper


@dataclass(frozen=True)
class Standing:
    """All that is said about one school in one domain and year.

    relative, benchmark : its effect in `year` from that year's own line, and from the benchmark line
    system : movement of the whole system since the benchmark, each student counting once
    relative_change, benchmark_change : later minus benchmark year, both ways
    relative_improved, benchmark_improved : probabilities that they are above 0
    n_students, n_students_before : students counted in `year` and in the benchmark year
    """

    domain: str
    school_id: str
    year: int
    benchmark_year: int
    n_students: int
    n_students_before: int
    relative: Estimate
    benchmark: Estimate
    system: Estimate
    relative_change: Estimate
    benchmark_change: Estimate
    relative_improved: float
    benchmark_improved: float


def three_sentences(standing: Standing, unit: str, confidence: float) -> list[str]:
    """Return where the school stands, how the system moved, whether the school changed and how sure it is.

    Descriptive: no sentence names a cause. Where an interval holds 0 it says that the direction is open.
    """
    before = standing.benchmark_year
    students = "1 student" if standing.n_students == 1 else f"{standing.n_students:,} students"
    gap = standing.benchmark.value - standing.relative.value
    percent = f"{100 * confidence:g}%"
    place = (
        f"In {standing.domain} {standing.year}, with {students} counted, school {standing.school_id} stands "
        f"{_place(standing.relative, unit)} schools with alike intake that year "
        f"({percent} interval {_doubt(standing.relative)}), and "
        f"{_place(standing.benchmark, unit)} the {before} line ({_doubt(standing.benchmark)}); "
        f"the difference of {_signed(gap)} is the movement of the whole system and not the school's own."
    )
    system = (
        f"Since {before} the whole system moved by {_signed(standing.system.value)} {unit}, each student "
        f"counting once ({_interval(standing.system)}), "
        + (
            "an interval that holds 0, so that the data do not tell which way it moved."
            if standing.system.holds_zero
            else "an interval that does not hold 0."
        )
    )
    change = (
        f"From {before} ({standing.n_students_before:,} counted) to {standing.year} the school's place among "
        f"schools changed by {_change(standing.relative_change, standing.relative_improved)}; measured from "
        f"the {before} line, which includes the movement of the system, it changed by "
        f"{_change(standing.benchmark_change, standing.benchmark_improved)}."
    )
    return [place, system, change]


def _place(effect: Estimate, unit: str) -> str:
    if _size(effect.value) == "0":
        return "level with"
    side = "above" if effect.value > 0 else "below"
    return f"{_size(effect.value)} {unit} {side}"


def _doubt(effect: Estimate) -> str:
    """Return the interval, and that it leaves the side open where it does."""
    side = ", which holds 0: the data do not tell on which side" if effect.holds_zero else ""
    return f"{_interval(effect)}{side}"


def _change(change: Estimate, improved: float) -> str:
    if change.holds_zero:
        sure = f"the data do not tell the direction; {_chance(improved)}"
    else:
        sure = f"the interval does not hold 0; {_chance(improved)}"
    return f"{_signed(change.value)} ({_interval(change)}: {sure})"


def _chance(improved: float) -> str:
    """Return the probability of improvement in words and as a percentage."""
    if improved >= ALMOST_SURE:
        words = "a rise is nearly certain"
    elif improved >= LIKELY:
        words = "a rise is likelier than a fall"
    elif improved > 1 - LIKELY:
        words = "a rise and a fall are both plausible"
    elif improved > 1 - ALMOST_SURE:
        words = "a fall is likelier than a rise"
    else:
        words = "a fall is nearly certain"
    percent = min(max(round(100 * improved), 1), 99)
    bound = "below " if improved < 0.01 else "above " if improved > 0.99 else ""
    return f"{words}, probability of a rise {bound}{percent}%"


def _interval(estimate: Estimate) -> str:
    return f"{_signed(estimate.lower)} to {_signed(estimate.upper)}"


def _size(value: float) -> str:
    return f"{abs(value):.1f}".removesuffix(".0")


def _signed(value: float) -> str:
    size = _size(value)
    if size == "0":
        return "0"
    return f"{'-' if value < 0 else '+'}{size}"
