"""The random-slope model: schools differ in intercept and in the slope of one term."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.mixed.fit import FittedModel, Method, estimate_slope_model
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.posterior import (
    SchoolPosterior,
    effects_frame,
    mean_residuals,
    population_mean,
    slope_posterior,
)
from valueadded.mixed.summarise import design_moments


@dataclass(frozen=True)
class RandomSlopeFit(FittedModel):
    """A fitted model with a random intercept and a random slope.

    estimates, moments : as in FittedModel; the random covariance (2, 2) is that of intercept and slope where
        the slope's term is 0
    slope : the term whose slope varies
    method : "ML" or "REML"
    """

    slope: str
    method: str

    @property
    def slope_variance(self) -> float:
        """Return the variance of the slope between schools."""
        return float(self.estimates.random_covariance[1, 1])

    @property
    def slope_covariance(self) -> float:
        """Return the covariance of intercept and slope between schools."""
        return float(self.estimates.random_covariance[0, 1])

    def school_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return one row for each school; `effect` is its effect where the slope's term is 0.

        That is lme4's `(Intercept)`; measure the term from a value of interest (a standardised prior score
        from the benchmark's mean) for an effect there. `effect_plus_mean` is taken at 0 likewise.
        `slope_effect` and `slope_std_error` follow: the school's slope minus the mean slope.
        """
        coefficients = self.estimates.coefficients
        means, covariances = slope_posterior(
            self.moments, self.slope, coefficients, self.estimates.random_covariance, self.residual_variance
        )
        variance = covariances[:, 0, 0]
        reliability = (
            1.0 - variance / self.school_variance if self.school_variance > 0 else np.zeros(len(variance))
        )
        posterior = SchoolPosterior(
            mean_residual=mean_residuals(self.moments, coefficients),
            effect=means[:, 0],
            std_error=np.sqrt(variance),
            reliability=np.clip(reliability, 0.0, 1.0),
            deviation=means[:, 0],
        )
        population = population_mean(self.moments, coefficients, {self.slope: 0.0})
        frame = effects_frame(self.moments, posterior, population, confidence)
        return frame.assign(slope_effect=means[:, 1], slope_std_error=np.sqrt(covariances[:, 1, 1]))


def fit_random_slope(
    frame: pd.DataFrame | SchoolMoments,
    formula: str,
    slope: str,
    school: str = "school_id",
    method: Method = "ML",
) -> RandomSlopeFit:
    """Return the model of `formula` with a random intercept and a random slope of the term `slope`.

    Parameters
    ----------
    frame
        Students as rows, or moments that hold the terms of the formula.
    formula
        Fixed part; it must hold the term and an intercept.
    slope
        Numeric student-level term whose slope varies between schools; covariance with the intercept free.
    school
        Column of school identifiers (for a frame).
    method
        "ML" or "REML".

    Raises
    ------
    DesignError, FitError
        If the formula does not fit the data, or the data do not determine the model.
    """
    moments, intercept = design_moments(frame, formula, school)
    return RandomSlopeFit(estimate_slope_model(moments, intercept, slope, method), moments, slope, method)
