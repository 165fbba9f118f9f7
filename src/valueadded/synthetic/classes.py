"""Which school, class and teacher each student of a synthetic cohort has in each year."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valueadded.config.synthetic_teachers import SyntheticTeachers
from valueadded.numerics.streams import open_stream

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

# The part of the teaching that the first of two teachers has, as departments write it.
FIRST_SHARES = (0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True)
class Teaching:
    """Who is taught where and by whom.

    school : (years, students) school of each student
    track : (schools,) track of each school
    teacher : (years, students) place of the class teacher among the schools x classes of the year
    second : (years, students) another teacher of the school, who may have part of the teaching
    share : (years, domains, students) part of the teaching that the class teacher has; 1 where alone
    """

    school: Whole
    track: Whole
    teacher: Whole
    second: Whole
    share: Array


def place_students(settings: SyntheticTeachers, omitted: Array) -> Teaching:
    """Return the teaching of a cohort; `omitted` (students,) sorts students as far as the settings say."""
    track = np.arange(settings.schools) * settings.tracks // settings.schools
    school = _choose_schools(settings, omitted, track)
    years = range(settings.years)
    number = np.array([_choose_classes(settings, omitted, school[year], year) for year in years])
    step = np.array(
        [
            open_stream(settings.seed, "teachers", "second", year).integers(
                1, max(settings.classes, 2), settings.students
            )
            for year in years
        ]
    )
    return Teaching(
        school=school,
        track=track,
        teacher=school * settings.classes + number,
        second=school * settings.classes + (number + step) % settings.classes,
        share=_draw_shares(settings),
    )


def teacher_names(settings: SyntheticTeachers) -> npt.NDArray[np.str_]:
    """Return (years, schools x classes) names of the teachers; nobody teaches two years of the cohort."""
    places = settings.schools * settings.classes
    width = max(4, len(str(settings.years * places)))
    numbers = np.arange(1, settings.years * places + 1).reshape(settings.years, places)
    return np.array([[f"T{number:0{width}d}" for number in row] for row in numbers])


def _choose_schools(settings: SyntheticTeachers, omitted: Array, track: Whole) -> Whole:
    """Return (years, students); schools are of one size at first, then some students move."""
    random = open_stream(settings.seed, "teachers", "schools")
    order = _rank(omitted, settings.omitted.sorted_to_schools, random)
    now = order * settings.schools // settings.students
    school = [now]
    for year in range(1, settings.years):
        random = open_stream(settings.seed, "teachers", "moves", year)
        moves = random.random(settings.students) < settings.movers
        leaves = random.random(settings.students) < settings.between_tracks
        pick = random.random(settings.students)
        now = now.copy()
        for student in np.flatnonzero(moves):
            here = now[student]
            same = track == track[here]
            open_to = np.flatnonzero(~same if leaves[student] else same & (np.arange(len(track)) != here))
            if len(open_to):
                now[student] = open_to[int(pick[student] * len(open_to))]
        school.append(now)
    return np.array(school)


def _choose_classes(settings: SyntheticTeachers, omitted: Array, school: Whole, year: int) -> Whole:
    """Return (students,) the class of each student in the school of a year; classes are of one size.

    Students are sorted as far as the settings say; which of the teachers takes which class is chance.
    """
    random = open_stream(settings.seed, "teachers", "classes", year)
    place = _rank(omitted, settings.omitted.sorted_to_classes, random)
    names = random.permuted(np.tile(np.arange(settings.classes), (settings.schools, 1)), axis=1)
    number = np.zeros(settings.students, dtype=np.int64)
    for one in range(settings.schools):
        here = np.flatnonzero(school == one)
        order = np.argsort(np.argsort(place[here], kind="stable"), kind="stable")
        number[here] = names[one][order * settings.classes // max(len(here), 1)]
    return number


def _rank(omitted: Array, correlation: float, random: np.random.Generator) -> Whole:
    """Return (students,) the rank, from 0, by what correlates with `omitted` as far as asked."""
    other = random.standard_normal(len(omitted))
    latent = correlation * omitted + np.sqrt(1 - correlation**2) * other
    return np.argsort(np.argsort(latent, kind="stable"), kind="stable").astype(np.int64)


def _draw_shares(settings: SyntheticTeachers) -> Array:
    shares = np.ones((settings.years, len(settings.domains), settings.students))
    for year in range(settings.years):
        random = open_stream(settings.seed, "teachers", "shares", year)
        shared = random.random(shares.shape[1:]) < settings.shared
        shares[year] = np.where(shared, random.choice(FIRST_SHARES, shares.shape[1:]), 1.0)
    return shares
