"""Whole schools and their students over the years: who is in which year level of which school."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valueadded.config.synthetic_whole_schools import SyntheticWholeSchools
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.population import student_ids

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Year levels of the two tests that stability compares, and of the end of real retention.
FIRST_SECONDARY, STABLE_UNTIL, RETAINED_UNTIL = 7, 9, 10
# Cohorts are numbered by the calendar year of their Prep.
FIRST_NUMBER = 500_000_000


@dataclass(frozen=True)
class WholeSchools:
    """J schools.

    school_type : (J,) positions among the configured types
    first_level, last_level : (J,) year levels
    opened : (J,) first calendar year
    advantage, remoteness, size : (J,) social advantage in standard deviations, code 1 to 4, students a level
    """

    school_type: Whole
    first_level: Whole
    last_level: Whole
    opened: Whole
    advantage: Array
    remoteness: Whole
    size: Array


@dataclass(frozen=True)
class Stays:
    """S stays of students in schools; who changes school has two.

    student : (S,) identifiers; school : (S,) positions; cohort : (S,) calendar year of Prep
    from_level, until_level : (S,) first and last year level in the school
    number : (S,) place of the student among all, the same in both stays
    """

    student: npt.NDArray[np.str_]
    number: Whole
    school: Whole
    cohort: Whole
    from_level: Whole
    until_level: Whole


@dataclass(frozen=True)
class Students:
    """Flags of N students, each (N,), and of their stays the full-time equivalent (N,)."""

    female: Flags
    disability_funding: Flags
    indigenous: Flags
    language_background: Flags
    other_home_language: Flags
    refugee: Flags
    years_enrolled: Array
    fte: Array


def draw_whole_schools(settings: SyntheticWholeSchools) -> WholeSchools:
    """Return the schools; types keep their shares exactly, as nearly as whole schools allow."""
    random = open_stream(settings.seed, "whole schools")
    count, kinds = settings.schools, list(settings.school_types.values())
    ends = np.round(np.cumsum([kind.share for kind in kinds]) * count).astype(np.int64)
    school_type = random.permutation(np.searchsorted(ends, np.arange(count), side="right"))
    remoteness = random.choice(4, count, p=[0.5, 0.25, 0.17, 0.08]) + 1
    size = np.array([kind.students for kind in kinds])[school_type] * np.exp(
        settings.size_spread * random.standard_normal(count)
    )
    opened = np.where(
        random.random(count) < settings.new_schools, settings.years[-1] - 2, settings.years[0] - 100
    )
    return WholeSchools(
        school_type=school_type,
        first_level=np.array([kind.first_level for kind in kinds])[school_type],
        last_level=np.array([kind.last_level for kind in kinds])[school_type],
        opened=opened,
        advantage=random.standard_normal(count) - 0.3 * (remoteness - 1.8),
        remoteness=remoteness,
        size=np.clip(size, 1, settings.largest_level),
    )


def draw_stays(settings: SyntheticWholeSchools, schools: WholeSchools) -> Stays:
    """Return every student's stays; some secondary students change to another school before Year 9."""
    random = open_stream(settings.seed, "whole school stays")
    first, last = settings.years[0], settings.years[-1]
    cohorts = np.arange(first - 12, last + 1)
    school, cohort = (
        grid.ravel() for grid in np.meshgrid(np.arange(settings.schools), cohorts, indexing="ij")
    )
    # Only cohorts that are in the school in one of the years.
    here = (cohort + schools.last_level[school] >= first) & (cohort + schools.first_level[school] <= last)
    school, cohort = school[here], cohort[here]
    size = np.clip(random.poisson(schools.size[school]), 1, settings.largest_level + 4)
    school, cohort = np.repeat(school, size), np.repeat(cohort, size)
    number = np.arange(len(school))
    from_level = np.maximum(schools.first_level[school], 0)
    until_level = schools.last_level[school].copy()
    rate = np.clip(0.08 - 0.03 * schools.advantage, 0.02, 0.25)
    secondary = (from_level <= FIRST_SECONDARY) & (until_level >= STABLE_UNTIL)
    moves = secondary & (random.random(len(school)) < rate[school])
    level = random.integers(FIRST_SECONDARY + 1, STABLE_UNTIL + 1, len(school))
    open_to = np.flatnonzero((schools.last_level >= STABLE_UNTIL) & (schools.first_level <= FIRST_SECONDARY))
    movers = np.flatnonzero(moves)
    destination = open_to[random.integers(len(open_to), size=len(movers))] if len(movers) else movers
    until_level[movers] = level[movers] - 1
    ids = student_ids(number + FIRST_NUMBER)
    return Stays(
        student=np.concatenate([ids, ids[movers]]),
        number=np.concatenate([number, number[movers]]),
        school=np.concatenate([school, destination]),
        cohort=np.concatenate([cohort, cohort[movers]]),
        from_level=np.concatenate([from_level, level[movers]]),
        until_level=np.concatenate([until_level, schools.last_level[destination]]),
    )


def draw_flags(settings: SyntheticWholeSchools, schools: WholeSchools, stays: Stays) -> Students:
    """Return who the students are; shares differ between schools and go with advantage and place."""
    random = open_stream(settings.seed, "whole school flags")
    count, people = settings.schools, int(stays.number.max()) + 1
    home = stays.school[:people]

    def share(typical: float, by_advantage: float, by_place: float, spread: float) -> Array:
        odds = np.log(typical / (1 - typical)) + spread * random.standard_normal(count)
        odds += by_advantage * schools.advantage + by_place * (schools.remoteness - 1.8)
        return 1 / (1 + np.exp(-odds))

    def flag(shares: Array) -> Flags:
        drawn: Flags = random.random(people) < shares[home]
        return drawn

    language = share(0.25, 0.2, -0.8, 1.0)
    background = flag(language)
    return Students(
        female=flag(share(0.49, 0.0, 0.0, 0.3)),
        disability_funding=flag(share(0.04, -0.2, 0.0, 0.6)),
        indigenous=flag(share(0.04, -0.5, 0.9, 0.8)),
        language_background=background,
        other_home_language=background & (random.random(people) < 0.7),
        refugee=background & flag(share(0.12, -0.4, 0.0, 0.8)),
        # Of students of another background many came lately; others were always here.
        years_enrolled=np.where(background, np.round(random.gamma(1.5, 2.5, people), 1), 9.0),
        fte=np.where(random.random(people) < 0.04, 0.6, 1.0),
    )


def present(stays: Stays, schools: WholeSchools, year: int) -> tuple[Whole, Whole]:
    """Return the stays that a calendar year finds in school, and their year levels."""
    level = year - stays.cohort
    inside = (
        (level >= stays.from_level) & (level <= stays.until_level) & (year >= schools.opened[stays.school])
    )
    found = np.flatnonzero(inside)
    return found, level[found]


def count_stability(stays: Stays, count: int, years: list[int]) -> Array:
    """Return the percentage (J, T) of students there in Year 7 and Year 9, of those there in either."""
    people = int(stays.number.max()) + 1
    early, late = np.full(people, -1), np.full(people, -1)
    for level, place in ((FIRST_SECONDARY, early), (STABLE_UNTIL, late)):
        there = (stays.from_level <= level) & (stays.until_level >= level)
        place[stays.number[there]] = stays.school[there]
    cohort = np.zeros(people, dtype=np.int64)
    cohort[stays.number] = stays.cohort
    stability = np.full((count, len(years)), np.nan)
    for column, year in enumerate(years):
        matched = (early >= 0) & (late >= 0) & (cohort == year - STABLE_UNTIL)
        same = early[matched] == late[matched]
        stable = np.bincount(early[matched][same], minlength=count)
        ends = np.bincount(early[matched], minlength=count)
        ends += np.bincount(late[matched][~same], minlength=count)
        stability[:, column] = 100 * np.divide(stable, ends, out=np.full(count, np.nan), where=ends > 0)
    return stability


def let_leave(stays: Stays, years: list[int], retention: Array, random: np.random.Generator) -> Stays:
    """Return the stays after students left before Year 10, as many as real retention (J, T) says.

    `retention` is a percentage of the Year 7 cohort; where more have left before, nobody returns.
    """
    until = stays.until_level.copy()
    # Stays of one school and cohort lie together, and so the first of them can be counted off.
    cohort_of_year = {year - RETAINED_UNTIL: place for place, year in enumerate(years)}
    place = np.array([cohort_of_year.get(cohort, -1) for cohort in stays.cohort])
    began = (stays.from_level <= FIRST_SECONDARY) & (until >= FIRST_SECONDARY) & (place >= 0)
    stay_on = began & (until >= RETAINED_UNTIL)
    key = stays.school * len(years) + place
    size = np.bincount(key[began], minlength=retention.size)
    target = round_at_random(np.nan_to_num(retention.ravel(), nan=100.0) / 100 * size, random)
    rows = np.flatnonzero(stay_on)
    order = rows[np.argsort(key[rows], kind="stable")]
    start = np.searchsorted(key[order], key[order], side="left")
    rank = np.arange(len(order)) - start
    leaving = order[rank >= target[key[order]]]
    until[leaving] = RETAINED_UNTIL - 1
    return Stays(stays.student, stays.number, stays.school, stays.cohort, stays.from_level, until)


def round_at_random(numbers: Array, random: np.random.Generator) -> Whole:
    """Return whole numbers next to the given ones, right on average: to the nearest, small schools lean."""
    below = np.floor(numbers)
    up: Whole = (below + (random.random(numbers.shape) < numbers - below)).astype(np.int64)
    return up
