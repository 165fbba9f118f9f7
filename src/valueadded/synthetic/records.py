"""The files a department would export: test records of one year, students, schools, scale links."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valueadded.config.synthetic import Synthetic
from valueadded.contracts.columns import PARTICIPATION
from valueadded.contracts.records import SCALE_LINKS
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.population import Array, Schools, Students, Whole, school_ids, student_ids
from valueadded.synthetic.scores import PRESENT, Codes, Scores, report_error, report_score, standard_errors

PRIOR_LEVEL, OUTCOME_LEVEL = 3, 5
REFUSED = PARTICIPATION.index("refused")

# Codes as departments write them: one letter for participation, the national data standards for parents.
PARTICIPATION_LETTERS = np.array([name[0].upper() for name in PARTICIPATION])
EDUCATION_CODES = np.array(["8", "5", "6", "7", ""])
OCCUPATION_CODES = np.array(["8", "4", "3", "2", "1", ""])

# Least difference between the two scores of a student recorded twice, in points.
RESCORED_BY = 5.0


@dataclass(frozen=True)
class Records:
    """R test records of one calendar year and level, on the old scale, sorted by nothing in particular.

    number : (R,) student numbers
    school : (R,) positions among the schools
    level : (R,) year level
    domain : (R,) positions among the domains
    participation : (R,) positions in `contracts.columns.PARTICIPATION`
    score : (R,) scale points; meaningless unless present
    """

    number: Whole
    school: Whole
    level: Whole
    domain: Whole
    participation: Codes
    score: Array


def record_test(students: Students, scores: Scores, calendar_year: int, level: int) -> Records:
    """Return one record for each domain of every student of a cohort who sits a test that year."""
    if level == PRIOR_LEVEL:
        sits = students.sits_prior & (students.prior_year == calendar_year)
        school, participation, score = students.school_prior, scores.prior_participation, scores.prior
    else:
        sits = students.sits_outcome & (students.outcome_year == calendar_year)
        school, participation, score = students.school_outcome, scores.outcome_participation, scores.outcome
    domains, count = score.shape[1], int(sits.sum())
    return Records(
        number=np.repeat(students.number[sits], domains),
        school=np.repeat(school[sits], domains),
        level=np.full(count * domains, level),
        domain=np.tile(np.arange(domains), count),
        participation=participation[sits].ravel(),
        score=score[sits].ravel(),
    )


def join_records(parts: list[Records]) -> Records:
    """Return all the records as one."""
    return Records(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Records.__annotations__)
    )


def repeat_records(settings: Synthetic, records: Records, calendar_year: int) -> Records:
    """Return the records and, for a few present students, a second one with another score.

    Some of the second records are at another school, the others at the same one.
    """
    random = open_stream(settings.seed, "repeated records", calendar_year)
    chance = random.random(len(records.number))
    elsewhere = random.integers(1, settings.schools, len(records.number))
    change = RESCORED_BY + 20 * random.random(len(records.number))
    movement = settings.movement
    present = records.participation == PRESENT
    again = present & (chance < movement.two_schools + movement.two_records)
    at_another = (chance < movement.two_schools)[again]
    school = records.school[again]
    second = Records(
        number=records.number[again],
        school=np.where(at_another, (school + elsewhere[again]) % settings.schools, school),
        level=records.level[again],
        domain=records.domain[again],
        participation=records.participation[again],
        score=records.score[again] + np.where(records.score[again] > 500, -change[again], change[again]),
    )
    return join_records([records, second])


def write_assessments(settings: Synthetic, records: Records, calendar_year: int) -> pd.DataFrame:
    """Return the test file of one year as text, in the order of schools, levels and students."""
    ids = student_ids(records.number)
    order = np.lexsort((records.domain, ids, records.level, records.school))
    present = (records.participation == PRESENT)[order]
    # The export writes 0 for a refused student; only the participation code says that it is no score.
    refused = (records.participation == REFUSED)[order]
    score = report_score(records.score[order], calendar_year, settings.new_scale)
    error = report_error(
        standard_errors(settings, records.score[order], records.domain[order]),
        calendar_year,
        settings.new_scale,
    )
    return pd.DataFrame(
        {
            "student": ids[order],
            "school": school_ids(settings.schools)[records.school[order]],
            "year": np.full(len(order), str(calendar_year)),
            "level": records.level[order].astype(str),
            "domain": np.array(list(settings.domains))[records.domain[order]],
            "participation": PARTICIPATION_LETTERS[records.participation[order]],
            "score": np.where(present, _one_decimal(score), np.where(refused, "0.0", "")),
            "score_se": np.where(present, _one_decimal(error), ""),
        },
        dtype="str",
    )


def write_students(students: Students, calendar_year: int) -> pd.DataFrame:
    """Return the characteristics, as text, of a cohort's students who sit a test that year."""
    sits = (students.sits_prior & (students.prior_year == calendar_year)) | (
        students.sits_outcome & (students.outcome_year == calendar_year)
    )
    return pd.DataFrame(
        {
            "student": student_ids(students.number[sits]),
            "year": np.full(int(sits.sum()), str(calendar_year)),
            "sex": np.where(students.female[sits], "F", "M"),
            "indigenous": np.where(students.indigenous[sits], "1", "4"),
            "esl": np.where(students.esl[sits], "Y", "N"),
            "parent_education": EDUCATION_CODES[students.parent_education[sits]],
            "parent_occupation": OCCUPATION_CODES[students.parent_occupation[sits]],
            "disability": np.where(students.disability[sits], "Y", "N"),
        },
        dtype="str",
    )


def write_schools(settings: Synthetic, schools: Schools) -> pd.DataFrame:
    """Return the characteristics of every school in every tested year, as text, sorted by year."""
    frames = []
    for calendar_year in settings.tested_years:
        random = open_stream(settings.seed, "enrolments", calendar_year)
        # Seven year levels, counted in full-time equivalents.
        enrolments = 7 * schools.size * np.exp(0.04 * random.standard_normal(settings.schools))
        frames.append(
            pd.DataFrame(
                {
                    "school": school_ids(settings.schools),
                    "year": np.full(settings.schools, str(calendar_year)),
                    "school_type": np.array(list(settings.school_types))[schools.school_type],
                    "remoteness": np.array(list(settings.places))[schools.place],
                    "enrolments": _one_decimal(enrolments),
                },
                dtype="str",
            )
        )
    return pd.concat(frames, ignore_index=True)


def link_scales(settings: Synthetic, *, estimated: bool) -> pd.DataFrame:
    """Return the linking table: the true constants, or estimates with their standard error.

    The error of the estimated line is drawn at the centre of the prior score and in the slope.
    """
    rows = []
    new = settings.new_scale
    for domain, part in settings.domains.items():
        if new is not None:
            errors = open_stream(settings.seed, "scale link", domain).standard_normal(2) * estimated
            slope = new.slope + new.slope_std_error * errors[1]
            centre = (part.prior_centre - new.intercept) / new.slope
            intercept = part.prior_centre + new.std_error * errors[0] - slope * centre
            known = (new.std_error * estimated, new.slope_std_error * estimated, part.prior_centre)
            rows.append((domain, new.new_era, new.old_era, intercept, slope, *known))
    links = pd.DataFrame(rows, columns=[*SCALE_LINKS.columns, "slope_std_error", "anchor"])
    return links.astype(
        {
            "domain": "str",
            "from_era": "str",
            "to_era": "str",
            "intercept": "float64",
            "slope": "float64",
            "std_error": "float64",
            "slope_std_error": "float64",
            "anchor": "float64",
        }
    )


def _one_decimal(values: Array) -> npt.NDArray[np.str_]:
    """Return non-missing numbers as text with one decimal; each distinct number is formatted once."""
    tenths = np.rint(values * 10).astype(np.int64)
    lowest = tenths.min(initial=0)
    return np.char.mod("%.1f", np.arange(lowest, tenths.max(initial=0) + 1) / 10)[tenths - lowest]
