"""The mixed-effects location-scale model: schools differ in mean and in variance."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.location_scale.design import LocationScaleDesign, arrange_design
from valueadded.location_scale.fit import Estimates, covariance_with_intercept, effect_covariance, estimate
from valueadded.location_scale.posterior import school_posterior
from valueadded.mixed.moments import INTERCEPT, SchoolMoments
from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]

# A school's log variance has a part of its own if that is more than this share of its variance.
OWN_SHARE = 1e-6


@dataclass(frozen=True)
class LocationScaleFit:
    """A fitted location-scale model.

    design : the standardised columns it was fitted to
    estimates : the maximum and the evidence of the search
    random_scale : whether schools have an effect on the log variance
    """

    design: LocationScaleDesign
    estimates: Estimates
    random_scale: bool

    @property
    def coefficients(self) -> pd.DataFrame:
        """Return `function` (mean, log_variance), `term`, `estimate`, `std_error`, `lower`, `upper`.

        With terms of the intercept variance a third function, `intercept_variance`, holds gamma: the log
        variance of the school effects at the average student is gamma_0 + gamma'w. Intervals are of 95 per
        cent; everything is in the units of the data. Errors are from the observed information and missing
        where that is not positive definite, as it may be at a boundary.
        """
        design, at = self.design, self.estimates.at
        p, m, g = len(at.beta), len(at.alpha), len(at.gamma)
        size = p + m + (1 + g if g else 0)
        back = np.zeros((size, size))
        back[:p, :p] = design.outcome_spread * uncentred(design.location_centre, design.location_spread)
        back[p : p + m, p : p + m] = uncentred(design.scale_centre, design.scale_spread)
        values, covariance = np.concatenate([at.beta, at.alpha]), self.estimates.coefficient_covariance
        if g:
            centre, spread = np.append(0.0, design.intercept_centre), np.append(1.0, design.intercept_spread)
            back[p + m :, p + m :] = uncentred(centre, spread)
            values = np.concatenate([values, [np.log(at.factor[0] @ at.factor[0])], at.gamma])
            covariance = covariance_with_intercept(self.estimates, self.random_scale)
        values = back @ values
        values[0] += design.outcome_centre
        values[p : p + m + bool(g) : m] += 2 * np.log(design.outcome_spread)
        errors = np.sqrt(np.diag(back @ covariance @ back.T))
        z = NormalDist().inv_cdf(0.975)
        terms = [*design.location_terms, *design.scale_terms]
        terms += [INTERCEPT, *design.intercept_terms] if g else []
        functions = ["mean"] * p + ["log_variance"] * m + ["intercept_variance"] * (size - p - m)
        return pd.DataFrame(
            {
                "function": pd.array(functions, dtype="str"),
                "term": pd.array(terms, dtype="str"),
                "estimate": values,
                "std_error": errors,
                "lower": values - z * errors,
                "upper": values + z * errors,
            }
        )

    @property
    def covariance(self) -> pd.DataFrame:
        """Return the covariance of the school effects, in the units of the data.

        Rows and columns are `intercept`, the slope's term and `log_variance`, as far as the model has them;
        the intercept is the one where the slope's term is 0. With terms of the intercept variance it is the
        covariance in schools with average terms (each student counts once).
        """
        design = self.design
        q = len(design.random)
        at = list(design.random)
        back = np.eye(q + 1)
        back[:q, :q] = design.outcome_spread * uncentred(
            design.location_centre[at], design.location_spread[at]
        )
        values = back @ effect_covariance(self.estimates.at) @ back.T
        names = ["intercept", *([design.slope] if design.slope else []), "log_variance"]
        size = q + int(self.random_scale)
        return pd.DataFrame(values[:size, :size], index=names[:size], columns=names[:size])

    @property
    def log_likelihood(self) -> float:
        """Return the log-likelihood, comparable with that of lme4 and glmmTMB (ML)."""
        return -self.estimates.deviance / 2

    @property
    def n_parameters(self) -> int:
        """Return the number of free parameters."""
        return len(self.estimates.hessian)

    @property
    def record(self) -> SearchRecord:
        """Return the evidence of the search; its path is in standardised columns."""
        return self.estimates.record

    @property
    def mean_school_variance(self) -> float:
        """Return the population mean of the school variance, exp(alpha_0 + s^2 / 2)."""
        at = self.estimates.at
        return float(self.design.outcome_spread**2 * np.exp(at.alpha[0] + at.scale**2 / 2))

    @property
    def means_tell_variances(self) -> bool:
        """Return whether a school's variance follows from its effects on the mean, as at a boundary.

        The effect on the log variance then has no part of its own: its multiple correlation with the effects
        on the mean is +-1.
        """
        covariance = effect_covariance(self.estimates.at)
        own, means, together = covariance[-1, -1], covariance[:-1, :-1], covariance[:-1, -1]
        rest = own - together @ np.linalg.pinv(means, hermitian=True) @ together
        return bool(rest <= OWN_SHARE * own)

    def school_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return one row for each school, estimates taken as known.

        `mean_effect` (of a student with average terms), `slope_effect` (with a random slope) and
        `scale_effect` (v, on the log variance) each come with `_std_error`, `_lower`, `_upper`.
        `school_variance` is the posterior mean of the variance at average terms, with the interval of v
        carried over. `reference_variance` is that of a common reference distribution, all students (M5, M6),
        with a log-normal interval of the same mean and variance. `separated_mean` and `separated_variance`
        say whether the interval leaves out the average: 0, and the population mean variance (M11); none is
        separated on the variance where the means tell the variances.
        """
        design, at = self.design, self.estimates.at
        known = school_posterior(design, self.estimates)
        z = NormalDist().inv_cdf(0.5 + confidence / 2)
        spread = design.outcome_spread
        table: dict[str, object] = {
            "school_id": pd.array(design.moments.school_id, dtype="str"),
            "n_students": design.moments.n.astype(np.int64),
            **_interval("mean_effect", spread * known.effects[:, 0], spread * known.effect_spread[:, 0], z),
        }
        if design.slope is not None:
            unit = spread / design.location_spread[design.random[1]]
            table |= _interval(
                "slope_effect", unit * known.effects[:, 1], unit * known.effect_spread[:, 1], z
            )
        table |= _interval("scale_effect", known.log_variance, known.log_variance_spread, z)
        log_ends = (
            at.alpha[0] + known.log_variance[:, None] + z * known.log_variance_spread[:, None] * [-1.0, 1.0]
        )
        variance_ends = spread**2 * np.exp(log_ends)
        log_spread = np.sqrt(np.log1p((known.reference_spread / known.reference) ** 2))
        middle = known.reference * np.exp(-(log_spread**2) / 2)
        frame = pd.DataFrame(
            table
            | {
                "school_variance": spread**2 * known.variance,
                "school_variance_lower": variance_ends[:, 0],
                "school_variance_upper": variance_ends[:, 1],
                "reference_variance": spread**2 * known.reference,
                "reference_variance_lower": spread**2 * middle * np.exp(-z * log_spread),
                "reference_variance_upper": spread**2 * middle * np.exp(z * log_spread),
            }
        )
        average = self.mean_school_variance
        leaves_out = (variance_ends[:, 0] > average) | (variance_ends[:, 1] < average)
        return frame.assign(
            separated_mean=(frame["mean_effect_lower"] > 0) | (frame["mean_effect_upper"] < 0),
            separated_variance=leaves_out & (not self.means_tell_variances),
        )


def fit_location_scale(
    frame: pd.DataFrame | SchoolMoments,
    location: str,
    scale: str = "~ 1",
    school: str = "school_id",
    random_slope: str | None = None,
    random_scale: bool = True,
    intercept_variance: str = "~ 1",
) -> LocationScaleFit:
    """Return the location-scale model by exact maximum likelihood.

    Parameters
    ----------
    frame
        Students as rows; or moments that hold the terms, if none of the log variance varies within a school.
    location
        Formula of the mean, `score ~ terms`, with an intercept.
    scale
        Formula of the log of the student variance, `~ terms`, with an intercept.
    school
        Column of school identifiers (for a frame).
    random_slope
        Term of the mean whose slope varies between schools.
    random_scale
        Whether the log variance varies between schools. Without it the model is nested: its scale variance
        is 0.
    intercept_variance
        Formula of the log of the variance of the school effects at the average student, `~ terms`, of terms
        that are constant within schools (M16). The correlation with the scale effect is the same in all.

    Raises
    ------
    DesignError, FitError
        If the formulas do not fit the data, or the data do not determine the model.
    """
    if not isinstance(frame, SchoolMoments) and school not in frame.columns:
        raise DesignError(f"column {school} is not in the data; expected among {sorted(frame.columns)}")
    design = arrange_design(frame, location, scale, school, random_slope, intercept_variance)
    return LocationScaleFit(design, estimate(design, random_scale), random_scale)


def uncentred(centre: Array, spread: Array) -> Array:
    """Return the matrix from coefficients of standardised columns to those of the data."""
    back = np.diag(1.0 / spread)
    back[0, 1:] = -centre[1:] / spread[1:]
    return back


def _interval(name: str, value: Array, spread: Array, z: float) -> dict[str, object]:
    return {
        name: value,
        f"{name}_std_error": spread,
        f"{name}_lower": value - z * spread,
        f"{name}_upper": value + z * spread,
    }
