"""One invented system: students drawn as arrays, summed to moments, the truth kept beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.formula import read_formula
from valueadded.mixed.moments import SchoolMoments
from valueadded.numerics.group_moments import summarise_groups
from valueadded.validate_benchmark.world import STANDING_LEVEL, World

Array = NDArray[np.float64]

FORMULA = "score ~ prior"
"""The line of the question: outcome score on prior score (B1)."""
COLUMNS = ("prior", "score")
FORMULAS = {read_formula(FORMULA).key: {"prior": ("prior",)}}


@dataclass(frozen=True)
class System:
    """One invented system as an analyst sees it, and its truth.

    moments : outcome year -> moments of its students, in the order of years: benchmark first, focal last
    true_drift : movement of the outcome of a student of the benchmark cohort's mean ability
    true_change : school -> the same movement within that school, drift included
    link_std_error : standard error that the link of the focal scores is published with, at the mean score
    """

    moments: dict[int, SchoolMoments]
    true_drift: float
    true_change: dict[str, float]
    link_std_error: float


@dataclass(frozen=True)
class Schools:
    """J schools over T cohorts.

    name : (J,) identifiers
    size : (J,) typical students of a cohort
    ability : (J,) mean ability
    effect : (T, J) true effects
    """

    name: NDArray[np.object_]
    size: Array
    ability: Array
    effect: Array


@dataclass(frozen=True)
class Students:
    """N students of one cohort.

    school : (N,) number of the school
    prior, score : (N,) what the tests say
    """

    school: NDArray[np.intp]
    prior: Array
    score: Array


def draw_system(world: World, years: Sequence[int], random: np.random.Generator) -> System:
    """Return one system drawn from a world, its last year the focal one.

    Truth is what happens to the outcome of a student of given true ability, at the mean ability of the
    benchmark cohort, which is 0: the planted drift, and for a school also the change of its own effect. A
    change of who is tested, of how well ability is measured, or of which schools exist does not change it.
    """
    schools = _draw_schools(world, years, random)
    last = len(years) - 1
    moments = {}
    for t, year in enumerate(years):
        students = _draw_students(world, schools, t, t == last, random)
        moments[year] = summarise_students(students, schools.name, year)
    change = world.drift + schools.effect[last] - schools.effect[0]
    return System(
        moments=moments,
        true_drift=world.drift,
        true_change=dict(zip(map(str, schools.name), map(float, change), strict=True)),
        link_std_error=world.link_std_error,
    )


def summarise_students(students: Students, names: NDArray[np.object_], year: int) -> SchoolMoments:
    """Return the moments of one cohort; a school without students is absent."""
    present, codes = np.unique(students.school, return_inverse=True)
    groups = summarise_groups(np.column_stack([students.prior, students.score]), codes, len(present))
    return SchoolMoments(
        school_id=names[present],
        cohort=np.full(len(present), year, dtype=np.int64),
        n=groups.n,
        columns=COLUMNS,
        centre=groups.centre,
        mean=groups.mean,
        scatter=groups.scatter,
        formulas=FORMULAS,
    )


def _draw_schools(world: World, years: Sequence[int], random: np.random.Generator) -> Schools:
    count = world.schools
    size = world.students_median * np.exp(world.students_spread * random.standard_normal(count))
    ability = world.intake_between * random.standard_normal(count)
    lags = np.abs(np.subtract.outer(years, years))
    # A power of 0 is 1 also for a correlation of 0.
    covariance = world.school_sd**2 * np.power(float(world.year_correlation), lags)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    effect = root @ random.standard_normal((len(years), count))
    width = len(str(count))
    name = np.array([f"{number + 1:0{width}d}" for number in range(count)], dtype=object)
    return Schools(name, size, ability, effect)


def _draw_students(
    world: World, schools: Schools, t: int, focal: bool, random: np.random.Generator
) -> Students:
    expected = random.poisson(schools.size)
    n = np.clip(expected, world.students_minimum, world.students_maximum)
    ability, effect = schools.ability, schools.effect[t]
    if focal:
        moved = world.intake_shift_spread * random.standard_normal(len(ability))
        ability = ability + world.intake_shift + moved
        n = np.where(_closed(effect, world.closed_share), 0, n)
    school = np.repeat(np.arange(len(n)), n)
    own = ability[school] + world.intake_within * random.standard_normal(len(school))
    slope = world.slope + world.slope_change * focal
    score = STANDING_LEVEL + world.drift * focal + slope * own + world.contextual * ability[school]
    score += effect[school] + world.residual_sd * random.standard_normal(len(school))
    spread = world.prior_error
    if focal and world.focal_prior_error is not None:
        spread = world.focal_prior_error
    prior = own - world.prior_fall * focal + spread * random.standard_normal(len(school))
    if not focal:
        return Students(school, prior, score)
    there = random.random(len(school)) >= _risk_of_absence(world, score)
    intercept_error, slope_error = random.standard_normal(2)
    score = score + world.link_std_error * intercept_error
    score += world.link_slope_std_error * slope_error * (score - STANDING_LEVEL)
    return Students(school[there], prior[there], score[there])


def _closed(effect: Array, share: float) -> NDArray[np.bool_]:
    """Return which schools (J,) have closed: the given share with the lowest effects."""
    order = np.argsort(np.argsort(effect, kind="stable"), kind="stable")
    return order < round(share * len(effect))


def _risk_of_absence(world: World, score: Array) -> Array:
    """Return each student's risk (N,), falling with the outcome; the mean is about the planted share."""
    standard = (score - score.mean()) / score.std()
    weight = np.exp(-world.absence_steepness * standard)
    return np.minimum(1.0, world.absence_share * weight / weight.mean())
