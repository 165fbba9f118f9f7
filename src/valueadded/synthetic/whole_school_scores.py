"""Scores, judgements, answers and destinations of students, each school mean exactly as planted."""

from collections.abc import Iterator
from typing import cast

import numpy as np
import pandas as pd

from valueadded.config.synthetic_whole_schools import Outcome, SyntheticWholeSchools
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.population import school_ids
from valueadded.synthetic.whole_school_outcomes import AIM_DOMAINS, DOMAINS, LEVELS, Planted
from valueadded.synthetic.whole_school_students import (
    Array,
    Flags,
    Stays,
    Whole,
    WholeSchools,
    present,
    round_at_random,
)

LOWER_C_OF_PREP, LOWER_C_A_LEVEL = 0.75, 0.5
JUDGED = {"P6": (2, 4, 6), "710": (8, 10)}
DIMENSIONS = {
    "English": ("Reading", "Writing"),
    "Mathematics": ("Number",),
    "Science": ("Science knowledge",),
    "The Arts": ("Creating and making",),
}
CORE = ("English", "Mathematics")
# Standard deviations of students about their school's mean, for scores without a planted outcome.
INTERVIEW_SPREAD, AIM_SPREAD = 0.3, 0.6
VCE_STUDIES = ("English", "Mathematics", "History")
# National tests and judgements exist for the last years only.
YEARS_OF_TESTS = 3
POSITIVE, NEGATIVE, UNKNOWN = ("E", "T", "F"), ("P", "S", "N"), "U"
FIVE_YEARS, FOUR_YEARS = 5, 4
FINAL_LEVEL = 12
SURVEYED: dict[Outcome, tuple[int, int]] = {"CtoS_56": (5, 6), "CtoS_712": (7, 12)}


def score_students(
    settings: SyntheticWholeSchools, schools: WholeSchools, stays: Stays, planted: Planted
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield table and file of interviews, tests, study scores, judgements, surveys and exits."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for place in range(1, len(settings.years)):
        for table, frame in _score_year(settings, schools, stays, planted, place):
            parts.setdefault(table, []).append(frame)
    for table, frames in parts.items():
        joined = pd.concat(frames, ignore_index=True)
        if table == "surveys":
            joined.insert(0, "answer", np.arange(1, len(joined) + 1))
        yield table, joined


def _score_year(
    settings: SyntheticWholeSchools, schools: WholeSchools, stays: Stays, planted: Planted, place: int
) -> Iterator[tuple[str, pd.DataFrame]]:
    year, outcomes = settings.years[place], settings.outcomes
    random = open_stream(settings.seed, "whole school scores", year)
    rows, level = present(stays, schools, year)
    school = stays.school[rows]
    ids = school_ids(settings.schools)[school]
    everyone = pd.DataFrame({"student": stays.student[rows], "school": ids, "year": year, "level": level})

    def around(chosen: Flags | Whole, means: Array, spread: float) -> Array:
        return spread_around(school[chosen], means[:, place], spread, random)

    prep = level == 0
    scores = around(prep, planted.interviews, INTERVIEW_SPREAD).round(3)
    yield "interviews", everyone[prep].drop(columns="level").assign(score=scores)
    if place >= len(settings.years) - YEARS_OF_TESTS:
        for tested in LEVELS:
            inside, spread = level == tested, outcomes["NAPLANyr3Read"].spread
            by_domain = {
                domain: around(inside, planted.tests[tested, domain], spread).round(1) for domain in DOMAINS
            }
            yield "tests", everyone[inside].assign(**by_domain)
        for frame in _judge(settings, planted, place, everyone, school, random):
            yield "judgements", frame
    final = np.flatnonzero(level == FINAL_LEVEL)
    studied = np.repeat(final, len(VCE_STUDIES))
    scores = np.clip(around(studied, planted.outcomes["VCE"], outcomes["VCE"].spread), 0, 50).round(2)
    yield (
        "vce",
        everyone.iloc[studied]
        .drop(columns="level")
        .assign(study=np.tile(VCE_STUDIES, len(final)), score=scores),
    )
    for name, (lowest, highest) in SURVEYED.items():
        # About half of the students answer.
        answers = (level >= lowest) & (level <= highest) & (stays.number[rows] % 2 == year % 2)
        scores = around(answers, planted.outcomes[name], outcomes[name].spread).round(3)
        yield "surveys", everyone[answers].drop(columns="student").assign(score=scores)
    exits = planted.outcomes["pctExits"][:, place]
    yield "exits", _leave(everyone.iloc[final], school[final], exits, random)


def spread_around(school: Whole, means: Array, spread: float, random: np.random.Generator) -> Array:
    """Return scores (n,) whose mean in each school is that of `means` (J,), students apart by `spread`."""
    # Bounded, so that no score leaves its scale.
    noise = spread * np.sqrt(3) * random.uniform(-1, 1, len(school))
    size = np.bincount(school, minlength=len(means))
    centre = np.bincount(school, weights=noise, minlength=len(means)) / np.maximum(size, 1)
    scores: Array = means[school] + noise - centre[school]
    return scores


def _judge(
    settings: SyntheticWholeSchools,
    planted: Planted,
    place: int,
    everyone: pd.DataFrame,
    school: Whole,
    random: np.random.Generator,
) -> Iterator[pd.DataFrame]:
    level = everyone["level"].to_numpy()
    for band, levels in JUDGED.items():
        inside = np.isin(level, levels)
        lower_c = LOWER_C_OF_PREP + LOWER_C_A_LEVEL * level[inside]
        for domain, dimensions in DIMENSIONS.items():
            name = f"TJ{'EngMaths' if domain in CORE else 'other'}{band}"
            means = planted.outcomes[name][:, place]
            spread = settings.outcomes[cast(Outcome, name)].spread
            for dimension in dimensions:
                above = spread_around(school[inside], means, spread, random)
                yield everyone[inside].assign(
                    domain=domain, dimension=dimension, points=(lower_c + above).round(3)
                )


def _leave(
    everyone: pd.DataFrame, school: Whole, percentage: Array, random: np.random.Generator
) -> pd.DataFrame:
    """Return destinations; of the known ones as many are positive as the percentage (J,) allows."""
    known = random.random(len(school)) >= 0.08
    size = np.bincount(school[known], minlength=len(percentage))
    target = round_at_random(np.clip(np.nan_to_num(percentage), 0, 100) / 100 * size, random)
    order = np.flatnonzero(known)[np.argsort(school[known], kind="stable")]
    rank = np.arange(len(order)) - np.searchsorted(school[order], school[order], side="left")
    positive = rank < target[school[order]]
    destination = np.full(len(school), UNKNOWN)
    good, poor = random.choice(POSITIVE, len(order)), random.choice(NEGATIVE, len(order))
    destination[order] = np.where(positive, good, poor)
    return everyone.assign(destination=destination)


def record_aim(
    settings: SyntheticWholeSchools, schools: WholeSchools, stays: Stays, planted: Planted
) -> pd.DataFrame:
    """Return Year 7 AIM scores of the VCE students of every year.

    Of most schools every VCE student has a score, of some exactly half have, sat wherever they were in
    Year 7. Of `unknown_aim` of the schools none has; then others sat the test at the school five years
    before, or only those of the last VCE year four years before.
    """
    random = open_stream(settings.seed, "whole school aim")
    ids = school_ids(settings.schools)
    kind = random.random(settings.schools)
    unknown = kind < settings.unknown_aim
    half = kind > 0.9
    last = settings.years[-1]
    known_schools = np.flatnonzero(~unknown)
    frames = []
    for place, year in enumerate(settings.years[1:], start=1):
        rows, level = present(stays, schools, year)
        final = rows[level == FINAL_LEVEL]
        school = stays.school[final]
        order = np.argsort(school, kind="stable")
        rank = np.empty(len(final), dtype=np.int64)
        rank[order] = np.arange(len(final)) - np.searchsorted(school[order], school[order], side="left")
        size = np.bincount(school, minlength=settings.schools)
        sat = ~half[school] | (rank < (size[school] + 1) // 2)
        four = unknown & (kind < settings.unknown_aim / 3)
        sat &= ~four[school] | (year == last)
        final, school = final[sat], school[sat]
        scores = {
            domain: spread_around(school, planted.aim[domain][:, place], AIM_SPREAD, random).round(3)
            for domain in AIM_DOMAINS
        }
        elsewhere = (random.random(len(school)) < 0.1) & ~unknown[school]
        at = np.where(elsewhere, random.choice(known_schools, len(school)), school)
        gap = np.where(four[school], FOUR_YEARS, FIVE_YEARS)
        # Whoever sat the test for a school without known students is nobody's VCE student.
        prefix = np.where(unknown[school], "X", "")
        frames.append(
            pd.DataFrame(
                {
                    "student": np.char.add(prefix, stays.student[final]),
                    "school": ids[at],
                    "year": year - gap,
                    **scores,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
