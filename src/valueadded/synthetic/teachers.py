"""One cohort of students followed through schools, classes and teachers, and the truth behind its scores.

A score is the mean of its domain and year, plus the effects of the student's teachers (share x effect in
the year itself, share x persistence x effect later), plus what is the student's own: a normal deviation
correlated over years and domains, and a variable that no file holds. No model is called.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valueadded.config.synthetic_teachers import SyntheticTeachers
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.classes import Teaching, place_students, teacher_names

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TeacherRecords:
    """What a department would hold, and the truth.

    scores : a row for each student, year and domain; no score where it is missing (contract `TEACHER_SCORES`)
    links : a row for each teacher of such a row, with the share of the teaching (contract `TEACHER_LINKS`)
    truth_teachers : true effects (contract `TRUTH_TEACHERS`)
    """

    scores: pd.DataFrame
    links: pd.DataFrame
    truth_teachers: pd.DataFrame


def generate_teachers(settings: SyntheticTeachers) -> TeacherRecords:
    """Return the records that `settings` describe; the same settings always give the same records.

    Arrays are years x students, or years x domains x students, with one teacher for each school and class of
    a year, who teaches every domain there.
    """
    omitted = open_stream(settings.seed, "teachers", "omitted").standard_normal(settings.students)
    teaching = place_students(settings, omitted)
    effects = _draw_effects(settings)
    scores = _means(settings) + _draw_deviations(settings) + _act_on_students(settings, teaching, effects)
    years = np.arange(settings.years)
    variable = settings.omitted.level + settings.omitted.growth * years
    scores += variable[:, None, None] * omitted
    missing = _draw_missing(settings, scores)
    return TeacherRecords(
        scores=_write_scores(settings, teaching, np.where(missing, np.nan, scores)),
        links=_write_links(settings, teaching),
        truth_teachers=_tabulate(settings, teaching, effects, omitted, missing),
    )


def _means(settings: SyntheticTeachers) -> Array:
    """Return (years, domains, 1) mean scores."""
    years = np.arange(settings.years)
    means = [domain.mean + domain.growth * years for domain in settings.domains.values()]
    return np.array(means).T[:, :, None]


def _draw_effects(settings: SyntheticTeachers) -> Array:
    """Return (years, domains, schools x classes) true effects of the teachers of each year."""
    spread = np.array([domain.teacher_sd for domain in settings.domains.values()])
    places = settings.schools * settings.classes
    drawn = []
    for year in range(settings.years):
        random = open_stream(settings.seed, "teachers", "effects", year)
        shared = random.standard_normal(places)
        own = random.standard_normal((len(spread), places))
        common = settings.teacher_correlation
        drawn.append(spread[:, None] * (np.sqrt(common) * shared + np.sqrt(1 - common) * own))
    return np.array(drawn)


def _draw_deviations(settings: SyntheticTeachers) -> Array:
    """Return (years, domains, students); the correlation is the product of that of years and of domains."""
    spread = np.array([domain.student_sd for domain in settings.domains.values()])
    years, domains = settings.years, len(spread)
    correlation = np.kron(
        _equal_correlation(years, settings.year_correlation),
        _equal_correlation(domains, settings.domain_correlation),
    )
    values, vectors = np.linalg.eigh(correlation)
    # A symmetric root does not depend on the signs that a library gives eigenvectors.
    root = vectors @ np.diag(np.sqrt(np.clip(values, 0, None))) @ vectors.T
    random = open_stream(settings.seed, "teachers", "students")
    drawn = root @ random.standard_normal((settings.students, years * domains)).T
    return np.asarray(spread[:, None] * drawn.reshape(years, domains, settings.students))


def _equal_correlation(size: int, correlation: float) -> Array:
    return np.full((size, size), correlation) + (1 - correlation) * np.eye(size)


def _act_on_students(settings: SyntheticTeachers, teaching: Teaching, effects: Array) -> Array:
    """Return (years, domains, students) what this year's and earlier teachers add to each score."""
    domain = np.arange(len(settings.domains))[:, None]
    own = np.array(
        [
            teaching.share[year] * effects[year][domain, teaching.teacher[year]]
            + (1 - teaching.share[year]) * effects[year][domain, teaching.second[year]]
            for year in range(settings.years)
        ]
    )
    earlier = np.cumsum(own, axis=0) - own
    return np.asarray(own + settings.persistence * earlier)


def _draw_missing(settings: SyntheticTeachers, scores: Array) -> Flags:
    """Return (years, domains, students) which scores nobody will see."""
    rules = settings.missing
    if rules.share in (0, 1):
        return np.full(scores.shape, bool(rules.share))
    low = (scores.mean(axis=2, keepdims=True) - scores) / scores.std(axis=2, keepdims=True)
    before = np.concatenate([np.zeros_like(low[:1]), low[:-1]])
    odds = np.log(rules.share / (1 - rules.share)) + rules.with_own * low + rules.with_earlier * before
    random = open_stream(settings.seed, "teachers", "missing")
    return np.asarray(random.random(scores.shape) < 1 / (1 + np.exp(-odds)))


def _keys(settings: SyntheticTeachers, teaching: Teaching) -> pd.DataFrame:
    """Return the columns that name a student, year and domain, in the order of (years, domains, students)."""
    shape = (settings.years, len(settings.domains), settings.students)
    year, domain, student = (place.ravel() for place in np.indices(shape))
    schools = np.array([f"S{number:03d}" for number in range(1, settings.schools + 1)])
    return pd.DataFrame(
        {
            "student_id": np.array([f"P{n:06d}" for n in range(1, settings.students + 1)])[student],
            "school_id": schools[teaching.school[year, student]],
            "calendar_year": settings.first_year + year,
            "year_level": settings.first_level + year,
            "domain": np.array(list(settings.domains))[domain],
        }
    )


def _write_scores(settings: SyntheticTeachers, teaching: Teaching, scores: Array) -> pd.DataFrame:
    """Return the file of scores; a student who was not tested has a row without a score."""
    frame = _keys(settings, teaching).assign(score=np.round(scores.ravel(), 1))
    return frame.sort_values(["calendar_year", "student_id", "domain"], ignore_index=True)


def _write_links(settings: SyntheticTeachers, teaching: Teaching) -> pd.DataFrame:
    """Return the file of teachers; the shares of a student, year and domain add up to 1."""
    keys = _keys(settings, teaching).drop(columns=["school_id", "year_level"])
    names = teacher_names(settings)
    year = (keys["calendar_year"] - settings.first_year).to_numpy()
    parts = []
    for teacher, share in ((teaching.teacher, teaching.share), (teaching.second, 1 - teaching.share)):
        place = np.repeat(teacher[:, None, :], len(settings.domains), axis=1).ravel()
        parts.append(keys.assign(teacher_id=names[year, place], share=np.round(share.ravel(), 2)))
    links = pd.concat(parts, ignore_index=True)
    order = ["calendar_year", "student_id", "domain", "teacher_id"]
    return links[links["share"] > 0].sort_values(order, ignore_index=True)


def _tabulate(
    settings: SyntheticTeachers, teaching: Teaching, effects: Array, omitted: Array, missing: Flags
) -> pd.DataFrame:
    """Return the true effects of all who taught somebody."""
    names, places = teacher_names(settings), settings.schools * settings.classes
    tables = []
    for year in range(settings.years):
        for number, domain in enumerate(settings.domains):
            share = teaching.share[year, number]
            parts = ((teaching.teacher[year], share), (teaching.second[year], 1 - share))
            weight, taught, seen, variable = np.zeros((4, places))
            for place, part in parts:
                weight += np.bincount(place, part, places)
                variable += np.bincount(place, part * omitted, places)
                taught += np.bincount(place, part > 0, places)
                seen += np.bincount(place, (part > 0) & ~missing[year, number], places)
            known = weight > 0
            school = np.arange(places) // settings.classes
            tables.append(
                pd.DataFrame(
                    {
                        "domain": domain,
                        "year": settings.first_year + year,
                        "teacher_id": names[year],
                        "school_id": [f"S{number + 1:03d}" for number in school],
                        "track": teaching.track[school] + 1,
                        "year_level": settings.first_level + year,
                        "n_students": taught.astype(np.int64),
                        "n_scores": seen.astype(np.int64),
                        "mean_omitted": np.divide(variable, weight, out=np.zeros(places), where=known),
                        "effect": effects[year, number],
                    }
                )[known]
            )
    texts = {name: "str" for name in ("domain", "teacher_id", "school_id")}
    return pd.concat(tables, ignore_index=True).astype(texts)
