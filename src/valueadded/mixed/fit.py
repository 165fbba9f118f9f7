"""From a criterion to estimates: the variance search, then everything that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.mixed.criterion import (
    arrange,
    cross_products,
    profile_deviance,
    solve_gls,
)
from valueadded.mixed.moments import INTERCEPT, SchoolMoments
from valueadded.mixed.slope_criterion import arrange_slope, slope_cross_products, slope_deviance, slope_kernel
from valueadded.numerics.search import SearchRecord, minimise_ratio
from valueadded.numerics.square_factor import minimise_over_factor

Array = NDArray[np.float64]
Method = Literal["ML", "REML"]

# With three schools or fewer no interval that integrates over the school variance exists either.
ENOUGH_SCHOOLS = 4


@dataclass(frozen=True)
class Estimates:
    """Estimates of one linear mixed model.

    terms : p names, `Intercept` first
    beta : (p,) coefficients in the units of the data
    covariance : (p, p) of beta
    random_covariance : (1, 1) school variance, or (2, 2) of intercept and slope, in the units of the data
    residual_variance : sigma2
    deviance : -2 log-likelihood
    record : the evidence of the search
    """

    terms: tuple[str, ...]
    beta: Array
    covariance: Array
    random_covariance: Array
    residual_variance: float
    deviance: float
    record: SearchRecord

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `term`, `estimate`, `std_error`, the intercept first."""
        errors = np.sqrt(np.diag(self.covariance)) if len(self.beta) else np.zeros(0)
        return pd.DataFrame(
            {"term": pd.array(list(self.terms), dtype="str"), "estimate": self.beta, "std_error": errors}
        )

    @property
    def coefficients(self) -> dict[str, float]:
        """Return term -> coefficient."""
        return dict(zip(self.terms, map(float, self.beta), strict=True))


@dataclass(frozen=True)
class FittedModel:
    """What every fitted model shows of itself.

    estimates : coefficients, variances and the evidence of the search
    moments : the moments it was fitted to, one row for each school
    """

    estimates: Estimates
    moments: SchoolMoments

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `term` (`Intercept` first), `estimate`, `std_error` (generalised least squares)."""
        return self.estimates.fixed_effects

    @property
    def school_variance(self) -> float:
        """Return the variance between schools; of the intercept, if a slope varies too."""
        return float(self.estimates.random_covariance[0, 0])

    @property
    def residual_variance(self) -> float:
        """Return the variance of students about their expectation given their school."""
        return self.estimates.residual_variance

    @property
    def log_likelihood(self) -> float:
        """Return the log-likelihood (restricted for REML), comparable with lme4's."""
        return -self.estimates.deviance / 2

    @property
    def record(self) -> SearchRecord:
        """Return the evidence of the search."""
        return self.estimates.record


def estimate_intercept_model(moments: SchoolMoments, intercept: bool, method: Method) -> Estimates:
    """Return the ML or REML estimates of a model with a random intercept for each school.

    Raises
    ------
    FitError
        If the design does not determine the coefficients or the variances.
    """
    reml = is_reml(method)
    data = arrange(moments, intercept)
    typical_n = data.n_students / moments.n_schools
    theta, record = minimise_ratio(
        lambda ratio: profile_deviance(data, ratio, reml), typical_n, "variance_ratio"
    )
    if not record.converged:
        raise FitError(
            "students of a school do not differ about their expectation; expected some residual variance"
            " within schools, and scores less than a million standard deviations off the line"
        )
    solution = solve_gls(cross_products(data, theta))
    freedom = data.n_students - len(solution.beta) * reml
    sigma2 = solution.rss / freedom
    beta, covariance = in_data_units(
        data.terms, data.centre, solution.beta, sigma2 * solution.system.inverse()
    )
    return Estimates(
        terms=data.terms,
        beta=beta,
        covariance=covariance,
        random_covariance=np.array([[theta * sigma2]]),
        residual_variance=sigma2,
        deviance=profile_deviance(data, theta, reml)[0],
        record=flag_few_schools(record, [moments.n_schools]),
    )


def estimate_slope_model(moments: SchoolMoments, intercept: bool, slope: str, method: Method) -> Estimates:
    """Return the ML or REML estimates of a model with a random intercept and slope for each school.

    The covariance is unstructured and may be singular, which the record reports.

    Raises
    ------
    FitError
        If the design does not determine the coefficients or the variances.
    """
    reml = is_reml(method)
    data = arrange(moments, intercept)
    arranged = arrange_slope(data, slope)
    position = data.terms.index(slope)
    theta, _ = minimise_ratio(
        lambda ratio: profile_deviance(data, ratio, reml),
        data.n_students / moments.n_schools,
        "variance_ratio",
    )
    # The search starts from the random intercept, the slope a third as variable over one spread of its term.
    start = np.sqrt(max(theta, 0.01)) * np.diag([1.0, 1.0 / 3.0])
    factor, record = minimise_over_factor(lambda trial: slope_deviance(arranged, trial, reml), start)
    kernel, _ = slope_kernel(arranged, factor)
    solution = solve_gls(slope_cross_products(arranged, kernel))
    sigma2 = solution.rss / (data.n_students - len(solution.beta) * reml)
    beta, covariance = in_data_units(
        data.terms, data.centre, solution.beta, sigma2 * solution.system.inverse()
    )
    shift = np.array([[1.0, -data.centre[position] / arranged.spread], [0.0, 1.0 / arranged.spread]])
    return Estimates(
        terms=data.terms,
        beta=beta,
        covariance=covariance,
        random_covariance=sigma2 * shift @ factor @ factor.T @ shift.T,
        residual_variance=sigma2,
        deviance=slope_deviance(arranged, factor, reml).deviance,
        record=flag_few_schools(record, [moments.n_schools]),
    )


def flag_few_schools(record: SearchRecord, counts: Sequence[int]) -> SearchRecord:
    """Return the record with a note in its status if a variance rests on fewer than four schools.

    `counts` holds the schools of each variance: with J schools it has J - 1 deviations to go by.
    """
    fewest = min(counts)
    if fewest >= ENOUGH_SCHOOLS:
        return record
    return replace(record, status=f"{record.status}; weak: school variance from {fewest} schools")


def in_data_units(terms: Sequence[str], centre: Array, beta: Array, covariance: Array) -> tuple[Array, Array]:
    """Return coefficients (p,) and their covariance (p, p) for columns that are not centred.

    `centre` (p + 1,) is that of the terms and, last, of the score.
    """
    if not terms or terms[0] != INTERCEPT:
        return beta, covariance
    back = np.eye(len(beta))
    back[0, 1:] = -centre[1:-1]
    moved = back @ beta
    moved[0] += centre[-1]
    return moved, back @ covariance @ back.T


def is_reml(method: str) -> bool:
    """Return whether the method is REML.

    Raises
    ------
    FitError
        If it is neither ML nor REML.
    """
    if method not in ("ML", "REML"):
        raise FitError(f"method '{method}': expected 'ML' or 'REML'")
    return method == "REML"
