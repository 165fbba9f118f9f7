"""Scores of one cohort: who is present, the prior score, and the outcome score given the prior."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valueadded.config.synthetic import NewScale, Synthetic
from valueadded.contracts.columns import PARTICIPATION
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.population import Array, Flags, Students, Whole
from valueadded.synthetic.streams import draw_correlated
from valueadded.synthetic.truth import GAP_YEARS, Truth

PRESENT = PARTICIPATION.index("present")
# Scores stay within these bounds of the old scale, as on a real reporting scale.
LOWEST, HIGHEST = 1.0, 999.0

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Scores:
    """Both tests of N students in D domains, on the old scale.

    prior_participation, outcome_participation : (N, D) positions in `contracts.columns.PARTICIPATION`
    prior, outcome : (N, D) the scores the students have, or would have had, in scale points
    """

    prior_participation: Codes
    prior: Array
    outcome_participation: Codes
    outcome: Array


def draw_scores(settings: Synthetic, truth: Truth, students: Students) -> Scores:
    """Return the scores of one cohort.

    The outcome is drawn from the model that the pipeline fits:

        outcome = line(observed prior score, sex, Indigenous, ESL, school's mean observed prior)
                  + drift of the year + school effect of the year
                  + independent residual, its variance that of the school

    The line is one and the same in every year and holds at the *observed* prior score, measurement
    error included. So planted effects and drift are what a correct model recovers, with nothing lost to
    error in the prior. Advantage, parental background and disability work through the prior score
    alone. The school's mean is over the students of the outcome school who are matched: tested two years
    apart and present both times. Whether a student is present depends on advantage, never on a residual.
    """
    prior_participation = _draw_participation(settings, students, "prior")
    outcome_participation = _draw_participation(settings, students, "outcome")
    prior = _draw_prior(settings, students)
    matched = (
        (
            students.sits_prior
            & students.sits_outcome
            & (students.outcome_year == students.prior_year + GAP_YEARS)
        )[:, None]
        & (prior_participation == PRESENT)
        & (outcome_participation == PRESENT)
    )
    outcome = _draw_outcome(settings, truth, students, prior, matched)
    return Scores(prior_participation, prior, outcome_participation, outcome)


def standard_errors(settings: Synthetic, score: Array, domain: npt.NDArray[np.integer]) -> Array:
    """Return the standard error of each score on the old scale: smallest in the middle."""
    parts = list(settings.domains.values())
    centre = np.array([part.prior_centre for part in parts])[domain]
    scale = np.array([part.prior_scale for part in parts])[domain]
    least = np.array([part.score_se for part in parts])[domain]
    error: Array = least * np.sqrt(1 + ((score - centre) / (3 * scale)) ** 2)
    return error


def report_score(score: Array, calendar_year: int, new_scale: NewScale | None) -> Array:
    """Return scores of the old scale on the scale of `calendar_year`, to one decimal as published."""
    if new_scale is not None and calendar_year >= new_scale.first_year:
        score = (score - new_scale.intercept) / new_scale.slope
    return np.round(score, 1)


def report_error(error: Array, calendar_year: int, new_scale: NewScale | None) -> Array:
    """Return standard errors of the old scale on the scale of `calendar_year`, to one decimal."""
    if new_scale is not None and calendar_year >= new_scale.first_year:
        error = error / new_scale.slope
    return np.round(error, 1)


def _draw_participation(settings: Synthetic, students: Students, test: str) -> Codes:
    random = open_stream(settings.seed, "participation", test, students.prior_year)
    shares = settings.participation
    count, domains = len(students.number), len(settings.domains)
    code = np.full((count, domains), PRESENT, dtype=np.int8)
    # Less advantaged students are absent more often, as in real test programs.
    absent = np.minimum(shares.absent * np.exp(-0.4 * students.advantage), 1.0)
    # The last decision counts: being exempt or withdrawn settles all domains at once.
    for name, share in (
        ("cancelled", np.full(count, shares.cancelled)),
        ("sanctioned", np.full(count, shares.sanctioned)),
        ("refused", np.full(count, shares.refused)),
        ("absent", absent),
    ):
        code[random.random((count, domains)) < share[:, None]] = PARTICIPATION.index(name)
    for name, part in (("withdrawn", shares.withdrawn), ("exempt", shares.exempt)):
        code[random.random(count) < part] = PARTICIPATION.index(name)
    return code


def _draw_prior(settings: Synthetic, students: Students) -> Array:
    random = open_stream(settings.seed, "prior", students.prior_year)
    who, parts = settings.students, list(settings.domains.values())
    count = len(students.number)
    own = draw_correlated(random, count, len(parts), who.prior_correlation)
    error = random.standard_normal((count, len(parts)))
    common = (
        who.prior_advantage * students.advantage
        + who.prior_indigenous * students.indigenous
        + who.prior_esl * students.esl
        + who.prior_disability * students.disability
    )
    prior = np.empty((count, len(parts)))
    for column, part in enumerate(parts):
        standard = common + part.prior_female * students.female + who.prior_own * own[:, column]
        level = part.prior_centre + part.prior_scale * standard
        prior[:, column] = level + standard_errors(settings, level, np.full(count, column)) * error[:, column]
    return np.clip(prior, LOWEST, HIGHEST)


def _draw_outcome(
    settings: Synthetic, truth: Truth, students: Students, prior: Array, matched: Flags
) -> Array:
    random = open_stream(settings.seed, "outcome", students.prior_year)
    who, count = settings.students, len(students.number)
    residual = draw_correlated(random, count, len(settings.domains), who.residual_correlation)
    # Years outside the state's tests never reach a file; the nearest year's truth stands in for them.
    year: Whole = np.clip(students.outcome_year - truth.first_year, 0, len(truth.drift) - 1)
    outcome = np.empty_like(prior)
    for column, part in enumerate(settings.domains.values()):
        standard = (prior[:, column] - part.prior_centre) / part.prior_scale
        mean = average_by_school(standard, students.school_outcome, matched[:, column], settings.schools)
        line, spread = part.line, np.exp(truth.log_variance[column] / 2)
        outcome[:, column] = (
            line.intercept
            + line.prior_standard * standard
            + line.prior_standard_2 * standard**2
            + line.female * students.female
            + line.indigenous * students.indigenous
            + line.esl * students.esl
            + line.school_mean_prior * mean[students.school_outcome]
            + truth.drift[year, column]
            + truth.effects[year, column, students.school_outcome]
            + part.residual_sd * spread[students.school_outcome] * residual[:, column]
        )
    return np.clip(outcome, LOWEST, HIGHEST)


def average_by_school(values: Array, school: Whole, counted: Flags, schools: int) -> Array:
    """Return the mean (J,) of the counted values in each school, 0 where none is counted."""
    students = np.bincount(school[counted], minlength=schools)
    total = np.bincount(school[counted], weights=values[counted], minlength=schools)
    mean: Array = total / np.maximum(students, 1)
    return mean
