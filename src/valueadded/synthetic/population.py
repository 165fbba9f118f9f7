"""Schools, and the students of one cohort: who they are, which schools they attend, when they are tested."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valueadded.config.synthetic import Synthetic
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.truth import GAP_YEARS

# Each cohort numbers its students from a multiple of this, and no cohort is larger.
COHORT_NUMBERS = 10_000_000
ID_DIGITS = 10
# Odd and no multiple of 5, hence without a common divisor with 10 ** ID_DIGITS: different students get
# different identifiers, in no order that tells the cohort.
ID_FACTOR = 3_141_592_653

# Highest social advantage of each category but the last, in standard deviations.
EDUCATION_CUTS = (-1.1, 0.0, 0.6)
OCCUPATION_CUTS = (-1.2, -0.6, 0.1, 0.8)
UNKNOWN = -1

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Schools:
    """J schools.

    place, school_type : (J,) positions among the configured places and school types
    advantage : (J,) mean social advantage of the students, in standard deviations
    indigenous, esl : (J,) share of students, 0 to 1
    size : (J,) expected students of one cohort
    """

    place: Whole
    school_type: Whole
    advantage: Array
    indigenous: Array
    esl: Array
    size: Array


@dataclass(frozen=True)
class Students:
    """N students who reach the prior level in `prior_year`.

    number : (N,) unique in the state; `student_ids` turns it into an identifier
    female, indigenous, esl, disability : (N,) flags
    advantage : (N,) social advantage in standard deviations
    parent_education, parent_occupation : (N,) category from the lowest advantage up, -1 where unknown
    school_prior, school_outcome : (N,) positions among the schools
    outcome_year : (N,) calendar year of the outcome test
    sits_prior, sits_outcome : (N,) in the state and enrolled when that test is held
    """

    prior_year: int
    number: Whole
    female: Flags
    indigenous: Flags
    esl: Flags
    disability: Flags
    advantage: Array
    parent_education: Whole
    parent_occupation: Whole
    school_prior: Whole
    school_outcome: Whole
    outcome_year: Whole
    sits_prior: Flags
    sits_outcome: Flags


def draw_schools(settings: Synthetic) -> Schools:
    """Return the schools of the state; their intake goes with the place they are in."""
    random = open_stream(settings.seed, "schools")
    count, places = settings.schools, list(settings.places.values())
    place = random.choice(len(places), count, p=[entry.share for entry in places])
    school_type = random.choice(len(settings.school_types), count, p=list(settings.school_types.values()))
    beside = settings.students.school_spread * random.standard_normal(count)
    indigenous = np.array([entry.indigenous for entry in places])[place]
    esl = np.array([entry.esl for entry in places])[place]
    sizes = settings.school_sizes
    size = np.array([entry.students for entry in places])[place] * np.exp(
        sizes.spread * random.standard_normal(count)
    )
    return Schools(
        place=place,
        school_type=school_type,
        advantage=np.array([entry.advantage for entry in places])[place] + beside,
        indigenous=_shift_share(indigenous, -0.8 * beside + 0.6 * random.standard_normal(count)),
        esl=_shift_share(esl, 1.0 * random.standard_normal(count)),
        size=np.clip(size, sizes.minimum, sizes.maximum),
    )


def draw_students(settings: Synthetic, schools: Schools, prior_year: int) -> Students:
    """Return the students who reach the prior level in `prior_year`, wherever they are then.

    Students who arrive later have a school at the prior level, but do not sit its test. A mover's new
    school is drawn from the same place, so a mover may by chance stay in the school.
    """
    random = open_stream(settings.seed, "students", prior_year)
    who, movement, sizes = settings.students, settings.movement, settings.school_sizes
    counts = np.clip(random.poisson(schools.size), sizes.minimum, sizes.maximum)
    school = np.repeat(np.arange(settings.schools), counts)
    count = len(school)
    if count > COHORT_NUMBERS:
        raise ValueError(
            f"a cohort has {count} students; expected at most {COHORT_NUMBERS}; lower synthetic.schools"
        )
    advantage = schools.advantage[school] + who.student_spread * random.standard_normal(count)
    presence = random.random(count)
    pace = random.random(count)
    moves = random.random(count) < movement.movers
    return Students(
        prior_year=prior_year,
        number=(prior_year % 1000) * COHORT_NUMBERS + np.arange(count),
        female=random.random(count) < who.female,
        indigenous=random.random(count) < schools.indigenous[school],
        esl=random.random(count) < schools.esl[school],
        disability=random.random(count) < who.disability,
        advantage=advantage,
        parent_education=_draw_category(random, advantage, EDUCATION_CUTS, who.parent_unknown),
        parent_occupation=_draw_category(random, advantage, OCCUPATION_CUTS, who.parent_unknown),
        school_prior=school,
        school_outcome=np.where(moves, _draw_destinations(random, schools, school), school),
        outcome_year=prior_year
        + GAP_YEARS
        + (pace < movement.repeaters)
        - (pace >= 1 - movement.accelerants),
        sits_prior=presence >= movement.arrivals,
        sits_outcome=presence < 1 - movement.leavers,
    )


def student_ids(number: Whole) -> npt.NDArray[np.str_]:
    """Return identifiers (N,) of fixed length, some with leading zeros."""
    scrambled = number.astype(np.uint64) * np.uint64(ID_FACTOR) % np.uint64(10**ID_DIGITS)
    digits = scrambled[:, None] // 10 ** np.arange(ID_DIGITS - 1, -1, -1, dtype=np.uint64) % np.uint64(10)
    return (digits + ord("0")).astype(np.uint32).view(f"U{ID_DIGITS}").ravel()


def school_ids(count: int) -> npt.NDArray[np.str_]:
    """Return identifiers (J,) of fixed length with leading zeros."""
    return np.char.mod(f"%0{max(4, len(str(count)) + 1)}d", np.arange(1, count + 1))


def _shift_share(share: Array, shift: Array) -> Array:
    odds: Array = share / (1 - share) * np.exp(shift)
    return odds / (1 + odds)


def _draw_category(
    random: np.random.Generator, advantage: Array, cuts: tuple[float, ...], unknown: float
) -> Whole:
    category = np.digitize(advantage + 0.6 * random.standard_normal(len(advantage)), cuts)
    return np.where(random.random(len(advantage)) < unknown, UNKNOWN, category)


def _draw_destinations(random: np.random.Generator, schools: Schools, origin: Whole) -> Whole:
    """Return for each student a school of the same place, larger schools more often."""
    order = np.argsort(schools.place, kind="stable")
    ends = np.cumsum(schools.size[order])
    kinds = schools.place.max() + 1
    width = np.bincount(schools.place, weights=schools.size, minlength=kinds)
    start = np.concatenate([[0.0], np.cumsum(width)[:-1]])
    place = schools.place[origin]
    position = np.searchsorted(ends, start[place] + random.random(len(origin)) * width[place], side="right")
    destination: Whole = order[np.minimum(position, len(order) - 1)]
    return destination
