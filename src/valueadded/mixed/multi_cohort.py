"""The joint model of several cohorts: schools keep part of their effect from year to year (K5, K6, K10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.mixed.fit import Estimates, Method, in_data_units, is_reml
from valueadded.mixed.joint.changes import change_frame
from valueadded.mixed.joint.correlations import correlation_frame, lag_frame
from valueadded.mixed.joint.design import JointData, arrange_joint, cohort_moments
from valueadded.mixed.joint.fit import JointEstimates, estimate_joint, vech_covariance
from valueadded.mixed.joint.posterior import Reference, joint_posterior
from valueadded.mixed.joint.structures import StructureName, build_structure
from valueadded.mixed.moments import SchoolMoments, student_means
from valueadded.mixed.posterior import SchoolPosterior, effects_frame, mean_residuals, population_mean
from valueadded.numerics.search import SearchRecord

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MultiCohortFit:
    """A fitted joint model of T cohorts.

    joint : covariance over cohorts, residual variances, the evidence of the search
    data : the moments side by side
    moments : outcome year -> moments of that cohort
    structure : "unstructured", "toeplitz", "ar1" or "independent"
    method : "ML" or "REML"
    """

    joint: JointEstimates
    data: JointData
    moments: dict[int, SchoolMoments]
    structure: str
    method: str

    @property
    def school_covariance(self) -> pd.DataFrame:
        """Return the covariance of true school effects, outcome years as rows and columns."""
        years = pd.Index(self.data.cohorts, name="year")
        return pd.DataFrame(self.joint.covariance, index=years, columns=years)

    @property
    def residual_variances(self) -> pd.Series:
        """Return the residual variance of each cohort, by outcome year."""
        return pd.Series(self.joint.residual, index=pd.Index(self.data.cohorts, name="year"))

    @property
    def log_likelihood(self) -> float:
        """Return the log-likelihood (restricted for REML)."""
        return -self.joint.criterion.deviance / 2

    @property
    def record(self) -> SearchRecord:
        """Return the evidence of the search; `boundary` says whether the covariance is singular."""
        return self.joint.record

    @property
    def n_parameters(self) -> int:
        """Return the number of free parameters: coefficients, covariance, residual variances."""
        return len(self.joint.solution.beta) + self.joint.n_parameters + len(self.data.cohorts)

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `year`, `term` (`Intercept` first), `estimate`, `std_error` (generalised least squares)."""
        parts = [
            self.estimates(year).fixed_effects.assign(year=year).set_index("year").reset_index()
            for year in self.data.cohorts
        ]
        return pd.concat(parts, ignore_index=True)

    @property
    def covariance_error(self) -> pd.DataFrame:
        """Return the covariance matrix of the estimated covariances, labelled (year_a, year_b), a <= b.

        The different entries of an unstructured covariance, by expected information: approximate where the
        covariance is singular, missing for another structure.
        """
        entries, variance = vech_covariance(self.joint)
        years = np.array(self.data.cohorts)
        labels = pd.MultiIndex.from_arrays(
            [years[entries[:, 1]], years[entries[:, 0]]], names=["year_a", "year_b"]
        )
        if self.structure != "unstructured":
            variance = np.full_like(variance, np.nan)
        return pd.DataFrame(variance, index=labels, columns=labels)

    def estimates(self, year: int) -> Estimates:
        """Return what one cohort's estimates are, in the form of a model of one cohort."""
        t = self.data.cohorts.index(year)
        own = slice(self.data.starts[t], self.data.starts[t + 1])
        solution = self.joint.solution
        profile = self.data.profiles[t]
        beta, covariance = in_data_units(
            profile.terms, profile.centre, solution.beta[own], solution.system.inverse()[own, own]
        )
        return Estimates(
            terms=profile.terms,
            beta=beta,
            covariance=covariance,
            random_covariance=self.joint.covariance[t : t + 1, t : t + 1],
            residual_variance=float(self.joint.residual[t]),
            deviance=self.joint.criterion.deviance,
            record=self.record,
        )

    def correlations(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return the correlation of true effects for each pair of years.

        `lower` and `upper` are the profile likelihood interval; `lower_delta`, `lower_fisher` and so on stand
        beside it. A structure other than "unstructured" ties the correlations together: its own intervals are
        not profiled, and every interval is missing.
        """
        return correlation_frame(self.data, self.joint, self.structure, is_reml(self.method), confidence)

    def lag_profile(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return the mean correlation of the pairs at each lag (calendar years), with an interval (K10)."""
        return lag_frame(self.data, self.joint, confidence)

    def school_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return one row for each school and year in which it has students; adds `year`.

        The effect of a year draws on the school's students of every year. Do not correlate these effects:
        they are drawn together by the model and correlate more than the true ones (K6); `correlations` is the
        answer.
        """
        posterior = joint_posterior(self.joint)
        variance = np.diagonal(posterior.covariance, axis1=1, axis2=2)
        parts = []
        for t, (year, moments) in enumerate(self.moments.items()):
            place = np.searchsorted(self.data.school_id.astype(str), moments.school_id.astype(str))
            coefficients = self.estimates(year).coefficients
            own = np.maximum(variance[place, t], 0.0)
            prior = self.joint.covariance[t, t]
            found = SchoolPosterior(
                mean_residual=mean_residuals(moments, coefficients),
                effect=posterior.effect[place, t],
                std_error=np.sqrt(own),
                reliability=np.clip(1 - own / prior, 0, 1) if prior > 0 else np.zeros(len(own)),
                deviation=posterior.effect[place, t],
            )
            population = population_mean(moments, coefficients, {})
            parts.append(effects_frame(moments, found, population, confidence).assign(year=year))
        return pd.concat(parts, ignore_index=True)

    def changes(
        self, base_year: int, benchmark_years: Sequence[int] | None = None, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Return each school's change between `base_year` and every other year, forward in time (B14, B16).

        `relative_change` is a change of place among schools. `benchmark_change` adds the movement of the line
        since the benchmark years (`base_year` if left out) at the mean intake of their students. Standard
        errors hold the covariance of both years, of effects and of coefficients.
        """
        years = [base_year] if benchmark_years is None else list(benchmark_years)
        count = {year: self.moments[year].n_students for year in years}
        total = sum(count.values())
        intake: dict[str, float] = {}
        for year in years:
            for term, mean in student_means(self.moments[year]).items():
                intake[term] = intake.get(term, 0.0) + mean * count[year] / total
        reference = Reference(intake, {year: count[year] / total for year in years})
        return change_frame(self.data, self.joint, base_year, reference, confidence)


def fit_multi_cohort(
    frame: pd.DataFrame | SchoolMoments,
    formula: str,
    school: str = "school_id",
    cohort: str = "year",
    structure: StructureName = "unstructured",
    method: Method = "ML",
    start: tuple[Array, Array] | None = None,
) -> MultiCohortFit:
    """Return the joint model of several cohorts, coefficients and residual variance free for each.

    Parameters
    ----------
    frame
        Students as rows, or moments with a row for each school and cohort (`stack` puts cohorts together).
    formula
        Fixed part, `score ~ prior_score + ...`, the same for each cohort.
    school, cohort
        Columns of school identifiers and outcome years (for a frame). A school may be absent from a
        cohort, and years may be missing between cohorts.
    structure
        Of the school covariance (T, T): "unstructured"; "toeplitz", correlations by lag in calendar years;
        "ar1", a correlation that is a power of the lag; "independent", none. Variances differ by cohort in
        each.
    method
        "ML" or "REML".
    start
        Covariance (T, T) and residual variances (T,) to start from; moments if left out.

    Raises
    ------
    DesignError, FitError
        If there are fewer than two cohorts, or one does not determine its own coefficients and variances.

    Notes
    -----
    The covariance is the estimate of how school effects persist that has none of the faults of correlating
    effects (Leckie 2018). It may be singular: a correlation of exactly 1 is an answer.
    """
    moments, intercept = cohort_moments(frame, formula, school, cohort)
    data = arrange_joint(moments, intercept)
    estimates = estimate_joint(data, build_structure(structure, data.cohorts), is_reml(method), start)
    return MultiCohortFit(estimates, data, moments, structure, method)
