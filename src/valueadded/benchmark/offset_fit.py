"""Models measured from the frozen line: its terms pinned, the rest estimated in the focal year (B5, B9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.benchmark.held import held_estimates
from valueadded.benchmark.reference import BenchmarkReference, check_against_reference
from valueadded.errors import DesignError, FitError
from valueadded.mixed.criterion import (
    ROUNDING_OF_A_CONSTANT,
    SMALLEST_RESIDUAL_SHARE,
    arrange,
)
from valueadded.mixed.fit import FittedModel, estimate_intercept_model
from valueadded.mixed.formula import read_formula, term_columns
from valueadded.mixed.integrated import Interval, held_interval, integrated_interval
from valueadded.mixed.moments import (
    INTERCEPT,
    SchoolMoments,
    measure_from,
    pin,
    pool,
    restrict,
    student_means,
)
from valueadded.mixed.posterior import SchoolPosterior, effects_frame, mean_residuals, population_mean, shrink
from valueadded.mixed.summarise import summarise_schools

Array = NDArray[np.float64]
Variant = Literal["offset", "drift", "frozen"]


@dataclass(frozen=True)
class BenchmarkFit(FittedModel):
    """A model of one focal year measured from the benchmark line.

    estimates, moments : as in FittedModel; estimates hold the free terms and the variances, moments the terms
        of the line and the free ones
    residual : moments of what is left without the pinned part, the free terms measured from `origin`
    benchmark : moments of the benchmark cohort
    variant : "offset", "drift" or "frozen"
    coefficients : term -> coefficient of the line, pinned or free, the free drift not included
    pinned : terms held at the benchmark
    origin : free term -> the intake at which the drift is taken: the benchmark cohort's mean, or the focal
        year's for a term outside the line; 0 but for the variant "drift"
    """

    residual: SchoolMoments
    benchmark: SchoolMoments
    variant: str
    coefficients: dict[str, float]
    pinned: tuple[str, ...]
    origin: dict[str, float]

    @property
    def drift(self) -> float:
        """Return the free level of the year at `origin`, above the line; 0 but for the variant "drift"."""
        return self.estimates.coefficients.get(INTERCEPT, 0.0) if self.variant == "drift" else 0.0

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `term`, `estimate`, `std_error`; a pinned term has no standard error of its own here.

        The intercept is the line's plus the drift.
        """
        # Back from the origin of the free terms to 0, where an intercept stands.
        back = np.eye(len(self.estimates.terms))
        if INTERCEPT in self.estimates.terms:
            back[0, 1:] = [-self.origin[term] for term in self.estimates.terms[1:]]
        variances = np.diag(back @ self.estimates.covariance @ back.T)
        errors = dict(zip(self.estimates.terms, np.sqrt(variances), strict=True))
        terms = list(self.coefficients)
        estimates = [self.coefficients[term] + (self.drift if term == INTERCEPT else 0.0) for term in terms]
        return pd.DataFrame(
            {
                "term": pd.array(terms, dtype="str"),
                "estimate": estimates,
                "std_error": [float(errors.get(term, np.nan)) for term in terms],
            }
        )

    def school_effects(self, confidence: float = 0.95, interval: Interval = "integrated") -> pd.DataFrame:
        """Return one row for each school, measured from the benchmark line.

        For "drift" the effect is the drift plus the school's shrunken deviation, and its standard error is
        the prediction error of that sum: sqrt(q_j'V q_j + tau2 (1 - lambda_j)) with q_j = (1, 0, ...) -
        lambda_j (1, free intake of the school) and V the covariance of drift and free coefficients. The error
        of the line's own coefficients is common to all schools and belongs to the drift's interval.
        `deviation` is measured from the level of all schools that year. The "integrated" interval is over the
        variances and the free coefficients; that of "frozen" over the variances of the benchmark cohort, as
        uncertain as it leaves them.
        """
        from_line = mean_residuals(self.moments, self.coefficients)
        tau2, sigma2 = self.school_variance, self.residual_variance
        deviation, error, reliability = shrink(from_line - self.drift, self.moments.n, tau2, sigma2)
        effect = self.drift + deviation
        if self.variant == "drift":
            error = np.sqrt(error**2 + self._drift_variance(reliability))
        elif reliability.any():
            deviation = effect - reliability * (reliability @ from_line / reliability.sum())
        posterior = SchoolPosterior(from_line, effect, error, reliability, deviation)
        population = population_mean(self.moments, self.coefficients, {})
        ends = self._integrated(confidence, from_line) if interval == "integrated" else None
        return effects_frame(self.moments, posterior, population, confidence, ends)

    def _integrated(self, confidence: float, from_line: Array) -> tuple[Array, Array] | None:
        """Return the integrated interval of the effects, the drift's own part included."""
        if self.variant == "frozen":
            return held_interval(arrange(self.benchmark, True), self.moments.n, from_line, confidence)
        data = arrange(self.residual, self.variant == "drift")
        level, base = np.zeros(len(data.terms)), 0.0
        if self.variant == "drift":
            level[0], level[1:], base = 1.0, -data.centre[1:-1], float(data.centre[-1])
        return integrated_interval(data, level, base, confidence)

    def _drift_variance(self, reliability: Array) -> Array:
        """Return q_j'V q_j (J,)."""
        free = [self.moments.columns.index(term) for term in self.origin]
        origin = np.array(list(self.origin.values()))
        intake = self.moments.mean[:, free] + self.moments.centre[free] - origin
        rows = -reliability[:, None] * np.column_stack([np.ones(len(reliability)), intake])
        rows[:, 0] += 1.0
        return np.einsum("ja,ab,jb->j", rows, self.estimates.covariance, rows)


def fit_offset(
    frame: pd.DataFrame | SchoolMoments,
    reference: BenchmarkReference,
    variant: Variant = "offset",
    free: Sequence[str] | None = None,
    school: str = "school_id",
) -> BenchmarkFit:
    """Return the model of a focal year with the benchmark line's coefficients held fixed.

    Parameters
    ----------
    frame
        Students of the focal year, or their moments.
    reference
        The frozen line.
    variant
        "offset": every term pinned, no intercept, variances re-estimated by ML (B5, the source's way: a
        drift of the system enters the school variance). "drift": one free intercept for the year. "frozen":
        coefficients and variances of the benchmark's random-intercept model (B9).
    free
        Terms estimated in the focal year instead of pinned; terms outside the line's formula are allowed
        (pinning the source's Eq. 1 inside its Eq. 2). With "drift" they turn about the benchmark cohort's
        mean intake, where the drift is then measured. With "offset" the pinned intercept holds the line
        where they are 0, as the source's offset does: measure them from a value that makes sense there.

    Raises
    ------
    DesignError, FitError
        If the line does not apply to the focal year, or the data do not determine the model.
    """
    if variant not in ("offset", "drift", "frozen"):
        raise DesignError(f"benchmark variant '{variant}': expected 'offset', 'drift' or 'frozen'")
    released = list(free or [])
    if variant == "frozen" and released:
        raise DesignError(
            f"benchmark variant 'frozen' with free terms {released}; expected none, since it pins everything"
        )
    moments, free_columns = _focal_moments(frame, reference, released, school)
    line = reference.mixed.estimates.coefficients if variant == "frozen" else reference.coefficients
    at_mean = variant == "drift"
    origin = _mean_intake(free_columns, reference, moments) if at_mean else dict.fromkeys(free_columns, 0.0)
    height = line[INTERCEPT] + sum(line.get(term, 0.0) * origin[term] for term in free_columns)
    slopes = {term: value for term, value in line.items() if term not in (INTERCEPT, *free_columns)}
    residual = measure_from(pin(moments, {INTERCEPT: height, **slopes}, free_columns), origin)
    _check_residual(moments, residual)
    if variant == "frozen":
        estimates = held_estimates(residual, reference)
    else:
        estimates = estimate_intercept_model(residual, variant == "drift", "ML")
    found = {term: estimates.coefficients[term] for term in free_columns}
    intercept = height - sum(found[term] * origin[term] for term in free_columns)
    coefficients = {INTERCEPT: intercept, **slopes, **found}
    pinned = (INTERCEPT, *slopes)
    return BenchmarkFit(
        estimates, moments, residual, reference.moments, variant, coefficients, pinned, origin
    )


def _focal_moments(
    frame: pd.DataFrame | SchoolMoments, reference: BenchmarkReference, released: list[str], school: str
) -> tuple[SchoolMoments, list[str]]:
    """Return moments of the line's terms and the free ones, and the columns of the free ones."""
    line = read_formula(reference.formula)
    free_formula = f"{line.response} ~ {' + '.join(released)}" if released else f"{line.response} ~ 1"
    free_part = read_formula(free_formula)
    if released and not free_part.terms:
        raise DesignError(
            f"free terms {released}: expected names of terms; a free intercept is variant 'drift'"
        )
    formulas = [reference.formula, free_formula]
    moments = frame if isinstance(frame, SchoolMoments) else summarise_schools(frame, formulas, school)
    columns = term_columns(reference.formula, moments.formulas)
    outside = term_columns(free_formula, moments.formulas)
    free_columns = [column for term in free_part.terms for column in columns.get(term, outside[term])]
    pinned = [term for term in line.terms if term not in free_part.terms]
    check_against_reference(
        moments,
        reference,
        [column for term in pinned for column in columns[term]],
        {factor for term in pinned for factor in line.factors[term]},
    )
    wanted = dict.fromkeys([*(column for term in line.terms for column in columns[term]), *free_columns])
    return pool(restrict(moments, list(wanted))), free_columns


def _check_residual(moments: SchoolMoments, residual: SchoolMoments) -> None:
    """Refuse scores that are all the same, or that all lie on the line or at one distance from it."""
    level = abs(student_means(moments)[moments.columns[-1]])
    spread, left = _squares_about_mean(moments), _squares_about_mean(residual)
    constant = spread <= moments.n_students * (ROUNDING_OF_A_CONSTANT * level) ** 2
    if constant or left <= SMALLEST_RESIDUAL_SHARE * spread:
        raise FitError(
            f"response '{moments.columns[-1]}' is {'constant' if constant else 'explained by the line'}, "
            "without residual: found a residual variance of 0; expected scores that vary about the line"
        )


def _squares_about_mean(moments: SchoolMoments) -> float:
    """Return the sum of squares of the response about its mean over all students."""
    means = moments.mean[:, -1]
    about = means - moments.n @ means / moments.n.sum()
    return float(moments.scatter[:, -1, -1].sum() + moments.n @ about**2)


def _mean_intake(free: list[str], reference: BenchmarkReference, moments: SchoolMoments) -> dict[str, float]:
    benchmark = dict(zip(reference.line.terms, map(float, reference.line.mean_intake), strict=True))
    focal = student_means(moments)
    return {term: benchmark.get(term, focal[term]) for term in free}
