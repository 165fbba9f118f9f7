"""The random-intercept model: design, moments, criterion, fit and posterior in one call."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.mixed.criterion import arrange
from valueadded.mixed.fit import FittedModel, Method, estimate_intercept_model
from valueadded.mixed.integrated import Interval, integrated_interval
from valueadded.mixed.moments import INTERCEPT, SchoolMoments
from valueadded.mixed.posterior import SchoolPosterior, effects_frame, mean_residuals, population_mean, shrink
from valueadded.mixed.summarise import design_moments


@dataclass(frozen=True)
class RandomInterceptFit(FittedModel):
    """A fitted random-intercept model.

    estimates, moments : as in FittedModel
    method : "ML" or "REML"
    """

    method: str

    def school_effects(self, confidence: float = 0.95, interval: Interval = "integrated") -> pd.DataFrame:
        """Return each school's mean residual, shrunken effect, standard error, interval and reliability.

        Effects, standard errors and textbook intervals follow B7 and B8 of the source: they take the
        estimated variances and coefficients as known. With `interval` "integrated", `lower` and `upper`
        integrate over both; with 3 schools or fewer they are the textbook's, as the column says.
        """
        coefficients = self.estimates.coefficients
        residual = mean_residuals(self.moments, coefficients)
        effect, error, reliability = shrink(
            residual, self.moments.n, self.school_variance, self.residual_variance
        )
        posterior = SchoolPosterior(residual, effect, error, reliability, deviation=effect)
        population = population_mean(self.moments, coefficients, {})
        ends = None
        if interval == "integrated":
            data = arrange(self.moments, INTERCEPT in self.estimates.terms)
            ends = integrated_interval(data, np.zeros(len(data.terms)), 0.0, confidence)
        return effects_frame(self.moments, posterior, population, confidence, ends)


def fit_random_intercept(
    frame: pd.DataFrame | SchoolMoments, formula: str, school: str = "school_id", method: Method = "ML"
) -> RandomInterceptFit:
    """Return the random-intercept model of `formula` with schools as groups.

    Parameters
    ----------
    frame
        Students as rows, or moments that hold the terms of the formula.
    formula
        Fixed part, `score ~ prior_score + ...`.
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
    return RandomInterceptFit(estimate_intercept_model(moments, intercept, method), moments, method)
