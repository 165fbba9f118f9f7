"""Two cohorts jointly: how far schools keep their mean, and their variance."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.location_scale.two_cohorts.correlations import correlation_frame
from valueadded.location_scale.two_cohorts.design import TwoCohortDesign, arrange_two_cohorts
from valueadded.location_scale.two_cohorts.fit import Estimates, estimate
from valueadded.location_scale.two_cohorts.information import effect_covariance
from valueadded.location_scale.two_cohorts.posterior import effect_posterior
from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TwoCohortFit:
    """A fitted joint model of two cohorts.

    design : the standardised columns of each cohort
    estimates : the maximum and the evidence of the search
    random_scale : whether schools have effects on the log variance
    """

    design: TwoCohortDesign
    estimates: Estimates
    random_scale: bool

    @property
    def coefficients(self) -> pd.DataFrame:
        """Return `cohort`, `function`, `term`, `estimate`, `std_error`, `lower`, `upper`.

        In the units of the data, intervals of 95 per cent; errors from the observed information of all
        parameters, missing where that is not positive definite.
        """
        z = NormalDist().inv_cdf(0.975)
        spread = self.estimates.parameter_covariance
        parts, first = [], 0
        for t, year in enumerate(self.design.years):
            own, at = self.design.cohorts[t], self.estimates.at
            p, m = len(at.beta[t]), len(at.alpha[t])
            back = np.zeros((p + m, p + m))
            back[:p, :p] = own.outcome_spread * _uncentred(own.location_centre, own.location_spread)
            back[p:, p:] = _uncentred(own.scale_centre, own.scale_spread)
            values = back @ np.concatenate([at.beta[t], at.alpha[t]])
            values[0] += own.outcome_centre
            values[p] += 2 * np.log(own.outcome_spread)
            here = slice(first, first + p + m)
            errors = np.sqrt(np.diag(back @ spread[here, here] @ back.T))
            first += p + m
            parts.append(
                pd.DataFrame(
                    {
                        "cohort": year,
                        "function": pd.array(["mean"] * p + ["log_variance"] * m, dtype="str"),
                        "term": pd.array([*own.location_terms, *own.scale_terms], dtype="str"),
                        "estimate": values,
                        "std_error": errors,
                        "lower": values - z * errors,
                        "upper": values + z * errors,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    @property
    def covariance(self) -> pd.DataFrame:
        """Return the covariance of school effects, in the units of the data, labelled (effect, year)."""
        units = self._units
        values = units[:, None] * effect_covariance(self.estimates.at) * units
        labels = pd.MultiIndex.from_product(
            [["mean", "log_variance"], self.design.years], names=["effect", "year"]
        )
        size = 4 if self.random_scale else 2
        return pd.DataFrame(values[:size, :size], index=labels[:size], columns=labels[:size])

    @property
    def log_likelihood(self) -> float:
        """Return the log-likelihood (ML), comparable with that of the cohorts fitted alone."""
        return -self.estimates.deviance / 2

    @property
    def n_parameters(self) -> int:
        """Return the number of free parameters."""
        return len(self.estimates.kept)

    @property
    def record(self) -> SearchRecord:
        """Return the evidence of the search; its path is in standardised columns."""
        return self.estimates.record

    def correlations(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return `what`, `year_a`, `year_b`, `correlation`, `std_error`, `lower`, `upper`.

        `what` is `mean` or `log_variance`, the same effect in both years, or one such as
        `mean_a_log_variance_b`, the mean of `year_a` with the log variance of `year_b`.
        """
        return correlation_frame(self.design, self.estimates, self.random_scale, confidence)

    def school_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return one row for each school of either cohort, estimates taken as known.

        `mean_effect` (at the cohort's average student) and `scale_effect` of each year, with the year behind
        (`mean_effect_2019`), `mean_change` and `scale_change` from the first year to the second; each with
        `_std_error`, `_lower`, `_upper`. A change's error holds the posterior covariance of both years; it is
        missing for a school without students in one of them.
        """
        mean, covariance = effect_posterior(self.design, self.estimates)
        units = self._units
        mean, covariance = units * mean, units[:, None] * covariance * units
        z = NormalDist().inv_cdf(0.5 + confidence / 2)
        counts = self.design.n_students
        table: dict[str, object] = {"school_id": pd.array(self.design.school_id, dtype="str")}
        for t, year in enumerate(self.design.years):
            table[f"n_students_{year}"] = counts[:, t]
        kinds = ("mean", "scale") if self.random_scale else ("mean",)
        for k, kind in enumerate(kinds):
            for t, year in enumerate(self.design.years):
                at = 2 * k + t
                error = np.sqrt(covariance[:, at, at])
                table |= _interval(f"{kind}_effect_{year}", mean[:, at], error, z)
        both = (counts > 0).all(axis=1)
        for k, kind in enumerate(kinds):
            contrast = np.zeros(4)
            contrast[2 * k : 2 * k + 2] = -1.0, 1.0
            variance = np.einsum("a,jab,b->j", contrast, covariance, contrast)
            error = np.where(both, np.sqrt(np.maximum(variance, 0.0)), np.nan)
            table |= _interval(f"{kind}_change", np.where(both, mean @ contrast, np.nan), error, z)
        return pd.DataFrame(table)

    @property
    def _units(self) -> Array:
        return np.array([*(cohort.outcome_spread for cohort in self.design.cohorts), 1.0, 1.0])


def fit_two_cohorts(
    frame: pd.DataFrame,
    location: str,
    scale: str = "~ 1",
    school: str = "school_id",
    cohort: str = "year",
    random_scale: bool = True,
) -> TwoCohortFit:
    """Return the location-scale model of two cohorts jointly, by exact maximum likelihood.

    Parameters
    ----------
    frame
        Students as rows, of two cohorts; a school may be absent from one.
    location, scale
        Formulas of the mean and of the log variance, `score ~ terms` and `~ terms`, with intercepts;
        coefficients differ between cohorts.
    school, cohort
        Columns of school identifiers and of outcome years.
    random_scale
        Whether the log variance varies between schools; without it the model is that of `fit_multi_cohort`.

    Raises
    ------
    DesignError, FitError
        If there are not two cohorts, or one does not determine its own part.

    Notes
    -----
    Named as future work by the source of the location-scale models (M16, N5).
    """
    design = arrange_two_cohorts(frame, location, scale, school, cohort)
    return TwoCohortFit(design, estimate(design, random_scale), random_scale)


def _uncentred(centre: Array, spread: Array) -> Array:
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
