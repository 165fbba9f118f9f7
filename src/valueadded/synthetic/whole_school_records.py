"""Files of whole schools and their students, as a department would export them."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from valueadded.config.synthetic_whole_schools import SyntheticWholeSchools
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.population import school_ids
from valueadded.synthetic.whole_school_outcomes import BANDS, Planted
from valueadded.synthetic.whole_school_students import (
    Array,
    Flags,
    Stays,
    Students,
    Whole,
    WholeSchools,
    present,
)


def describe_students(
    settings: SyntheticWholeSchools, schools: WholeSchools, stays: Stays, students: Students
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield table and file of both census days, year by year."""
    ids = school_ids(settings.schools)
    for year in settings.years:
        rows, level = present(stays, schools, year)
        number = stays.number[rows]
        key = {
            "student": stays.student[rows],
            "school": ids[stays.school[rows]],
            "year": year,
            "level": level,
            "fte": students.fte[number],
        }
        yield (
            f"census_february_{year}",
            pd.DataFrame(
                key
                | {
                    "sex": np.where(students.female[number], "F", "M"),
                    "psd": _letters(students.disability_funding[number]),
                }
            ),
        )
        if year > settings.years[0]:
            yield (
                f"census_august_{year}",
                pd.DataFrame(
                    key
                    | {
                        "indigenous": _letters(students.indigenous[number]),
                        "lbote": _letters(students.language_background[number]),
                        "home_language": _letters(students.other_home_language[number]),
                        "years_enrolled": students.years_enrolled[number],
                        "refugee": _letters(students.refugee[number]),
                    }
                ),
            )


def describe_schools(settings: SyntheticWholeSchools, schools: WholeSchools) -> pd.DataFrame:
    """Return type and place of every school in every year it is open."""
    names = np.array(list(settings.school_types))
    school, year = _school_years(settings, schools)
    return pd.DataFrame(
        {
            "school": school_ids(settings.schools)[school],
            "year": year,
            "type": names[schools.school_type[school]],
            "aria": schools.remoteness[school],
        }
    )


def draw_campuses(
    settings: SyntheticWholeSchools, schools: WholeSchools, enrolments: Array
) -> tuple[pd.DataFrame, Array]:
    """Return the file of campuses and the index of each school and year (J, T), weighted by enrolments."""
    random = open_stream(settings.seed, "whole school campuses")
    count = settings.schools
    several = random.random(count) < settings.several_campuses
    campuses = np.where(several, random.integers(2, 4, count), 1)
    without = random.random(count) < settings.without_sfo
    school, year = _school_years(settings, schools)
    typical = 0.5 - 0.12 * schools.advantage + 0.05 * random.standard_normal(count)
    copies = campuses[school]
    rows = np.repeat(np.arange(len(school)), copies)
    campus = np.arange(len(rows)) - np.repeat(np.cumsum(copies) - copies, copies) + 1
    place = year[rows] - settings.years[0]
    whole = enrolments[school[rows], place]
    # The main campus has half, the others share the rest.
    share = np.where(campus == 1, np.where(copies[rows] > 1, 0.5, 1.0), 0.5 / np.maximum(copies[rows] - 1, 1))
    size = np.maximum(np.round(whole * share, 1), 0.1)
    index = np.clip(typical[school[rows]] + 0.06 * random.standard_normal(len(rows)), 0.05, 0.95).round(4)
    weight = np.bincount(rows, weights=size)
    weighed = np.bincount(rows, weights=size * index) / weight
    sfo = np.full(enrolments.shape, np.nan)
    sfo[school, year - settings.years[0]] = weighed
    frame = pd.DataFrame(
        {
            "school": school_ids(count)[school[rows]],
            "year": year[rows],
            "campus": campus,
            "sfo": np.where(without[school[rows]] & (campus == 1), "", index.astype(str)),
            "enrolments": size,
        }
    )
    return frame, sfo


def count_absence(
    settings: SyntheticWholeSchools, schools: WholeSchools, stays: Stays, students: Students, planted: Planted
) -> pd.DataFrame:
    """Return days absent of every school, year and year level; the rate of a school is the same in each."""
    frames = []
    for place, year in enumerate(settings.years[1:], start=1):
        rows, level = present(stays, schools, year)
        key = stays.school[rows] * 13 + level
        size = settings.schools * 13
        fte = np.bincount(key, weights=students.fte[stays.number[rows]], minlength=size)
        head = np.bincount(key, minlength=size)
        there = np.flatnonzero(head)
        school, of_level = there // 13, there % 13
        rate = np.where(
            of_level <= BANDS["P6"][1],
            planted.outcomes["studabs_P6"][school, place],
            planted.outcomes["studabs_712"][school, place],
        )
        days = np.maximum(rate, 0) * fte[there]
        frames.append(
            pd.DataFrame(
                {
                    "school": school_ids(settings.schools)[school],
                    "year": year,
                    "level": of_level,
                    "days": days.round(2),
                    "fte": fte[there].round(2),
                    "headcount": head[there],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _school_years(settings: SyntheticWholeSchools, schools: WholeSchools) -> tuple[Whole, Whole]:
    """Return school and calendar year of every open school and year."""
    school = np.repeat(np.arange(settings.schools), len(settings.years))
    year = np.tile(np.array(settings.years), settings.schools)
    open_then = year >= schools.opened[school]
    return school[open_then], year[open_then]


def _letters(flag: Flags) -> npt.NDArray[np.str_]:
    return np.where(flag, "Y", "N")
