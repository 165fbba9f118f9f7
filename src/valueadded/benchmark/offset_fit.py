"""Models measured from the frozen line: its terms pinned, the rest estimated in the focal year (B5, B9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from valueadded.benchmark.reference import BenchmarkReference, check_against_reference
from valueadded.errors import DesignError
from valueadded.mixed.criterion import arrange, profile_deviance
from valueadded.mixed.design import formula_terms, read_formula
from valueadded.mixed.fit import Estimates, FittedModel, estimate_intercept_model
from valueadded.mixed.moments import INTERCEPT, SchoolMoments, pin, pool, restrict
from valueadded.mixed.posterior import effects_frame, mean_residuals, population_mean, shrink
from valueadded.mixed.summarise import summarise_schools
from valueadded.numerics.search import SearchRecord

Variant = Literal["offset", "drift", "frozen"]


@dataclass(frozen=True)
class BenchmarkFit(FittedModel):
    """A model of one focal year measured from the benchmark line.

    estimates, moments : as in FittedModel; estimates hold the free terms and the variances, moments the terms
        of the line and the free ones
    variant : "offset", "drift" or "frozen"
    coefficients : term -> coefficient of the line, pinned or free, the free drift not included
    pinned : terms held at the benchmark
    """

    variant: str
    coefficients: dict[str, float]
    pinned: tuple[str, ...]

    @property
    def drift(self) -> float:
        """Return the free intercept of the focal year; 0 but for the variant "drift"."""
        return self.estimates.coefficients.get(INTERCEPT, 0.0) if self.variant == "drift" else 0.0

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `term`, `estimate`, `std_error`; a pinned term has no standard error of its own here.

        The intercept is the line's plus the drift.
        """
        errors = dict(zip(self.estimates.terms, np.sqrt(np.diag(self.estimates.covariance)), strict=True))
        terms = list(self.coefficients)
        estimates = [self.coefficients[term] + (self.drift if term == INTERCEPT else 0.0) for term in terms]
        return pd.DataFrame(
            {
                "term": pd.array(terms, dtype="str"),
                "estimate": estimates,
                "std_error": [float(errors.get(term, np.nan)) for term in terms],
            }
        )

    def school_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return one row for each school, measured from the benchmark line.

        For "drift" the effect is the drift plus the school's shrunken deviation, and its standard error is
        the prediction error of that sum: sqrt((1 - lambda_j)^2 V(drift) + tau2 (1 - lambda_j)). The error of
        the line's own coefficients is common to all schools and belongs to the drift's interval.
        """
        from_line = mean_residuals(self.moments, self.coefficients)
        deviation, error, reliability = shrink(
            from_line - self.drift, self.moments.n, self.school_variance, self.residual_variance
        )
        if self.variant == "drift":
            variance = self.estimates.covariance[0, 0]
            error = np.sqrt(error**2 + (1.0 - reliability) ** 2 * variance)
        population = population_mean(self.moments, self.coefficients)
        return effects_frame(
            self.moments, from_line, self.drift + deviation, error, reliability, population, confidence
        )


def fit_offset(
    data: pd.DataFrame | SchoolMoments,
    reference: BenchmarkReference,
    variant: Variant = "offset",
    free: Sequence[str] | None = None,
    school: str = "school_id",
) -> BenchmarkFit:
    """Return the model of a focal year with the benchmark line's coefficients held fixed.

    Parameters
    ----------
    data
        Students of the focal year, or their moments.
    reference
        The frozen line.
    variant
        "offset": every term pinned, no intercept, variances re-estimated by ML (B5, the source's way: a
        drift of the system enters the school variance). "drift": one free intercept for the year. "frozen":
        coefficients and variances of the benchmark's random-intercept model (B9).
    free
        Terms estimated in the focal year instead of pinned; terms outside the line's formula are allowed
        (pinning the source's Eq. 1 inside its Eq. 2).
    school
        Column of school identifiers (for a frame).

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
    if any(not read_formula(f"score ~ {term}").terms for term in released):
        raise DesignError(
            f"free terms {released}: expected names of terms; a free intercept is variant 'drift'"
        )
    moments, free_columns = _focal_moments(data, reference, released, school)
    line = reference.mixed.estimates.coefficients if variant == "frozen" else reference.coefficients
    pinned = {term: value for term, value in line.items() if term not in free_columns}
    residual = pin(moments, pinned, free_columns)
    if variant == "frozen":
        estimates = _held_estimates(residual, reference)
    else:
        estimates = estimate_intercept_model(residual, variant == "drift", "ML")
    coefficients = {**pinned, **{term: estimates.coefficients[term] for term in free_columns}}
    return BenchmarkFit(estimates, moments, variant, coefficients, tuple(pinned))


def _focal_moments(
    data: pd.DataFrame | SchoolMoments, reference: BenchmarkReference, released: list[str], school: str
) -> tuple[SchoolMoments, list[str]]:
    """Return moments of the line's terms and the free ones, and the columns of the free ones."""
    formulas = [reference.formula]
    if released:
        formulas.append(f"{reference.formula.partition('~')[0]} ~ {' + '.join(released)}")
    moments = data if isinstance(data, SchoolMoments) else summarise_schools(data, formulas, school)
    constant = moments.constant_factors
    line_columns, _ = formula_terms(reference.formula, moments.terms, constant)
    free_columns = formula_terms(formulas[-1], moments.terms)[0] if released else []
    check_against_reference(
        restrict(moments, [name for name in line_columns if name not in free_columns]), reference
    )
    return pool(restrict(moments, list(dict.fromkeys([*line_columns, *free_columns])))), free_columns


def _held_estimates(residual: SchoolMoments, reference: BenchmarkReference) -> Estimates:
    """Return the benchmark's variances with the likelihood they give the focal year."""
    tau2, sigma2 = reference.mixed.school_variance, reference.mixed.residual_variance
    data = arrange(residual, intercept=False)
    theta = tau2 / sigma2
    # The profile deviance holds at its own sigma2; here sigma2 is given.
    profiled, _ = profile_deviance(data, theta, reml=False)
    weights = data.n / (1.0 + data.n * theta)
    rss = float(data.within[-1, -1] + (weights * data.rows[-1] ** 2).sum())
    count = data.n_students
    deviance = profiled - count * (1.0 + np.log(rss / count)) + count * np.log(sigma2) + rss / sigma2
    record = SearchRecord(
        parameters=("variance_ratio",),
        path=np.array([[theta]]),
        deviances=np.array([deviance]),
        status="held at the benchmark's values, nothing searched",
        converged=True,
        boundary=tau2 == 0.0,
    )
    return Estimates((), np.zeros(0), np.zeros((0, 0)), np.array([[tau2]]), sigma2, deviance, record)
