"""The layered model of teacher effects over years, fitted by maximum likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.layered.design import LayeredDesign, arrange_design
from valueadded.layered.factor import lay_out
from valueadded.layered.fit import Estimates, estimate
from valueadded.layered.known import KnownModel
from valueadded.layered.parameters import Numbering, covariance_names, number_parameters
from valueadded.layered.posterior import effects_posterior
from valueadded.layered.records import read_records
from valueadded.layered.tracks import note_on_tracks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LayeredFit(KnownModel):
    """A fitted layered model.

    numbering : its free parameters
    estimates : the maximum and how it was reached
    method : "ML" or "REML"
    notes : outcomes a reader should know of, as sentences
    """

    numbering: Numbering
    estimates: Estimates
    method: str
    notes: tuple[str, ...]

    @property
    def log_likelihood(self) -> float:
        """Return the log-likelihood; the restricted one, without log|X'X|, for REML."""
        return -self.estimates.deviance / 2

    @property
    def n_parameters(self) -> int:
        """Return the number of covariance parameters and, for ML, coefficients."""
        coefficients = self.design.n_coefficients if self.method == "ML" else 0
        return len(self.estimates.theta) + coefficients

    @property
    def converged(self) -> bool:
        """Return whether the search ended at a maximum."""
        return self.estimates.converged

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `domain`, `year`, `term`, `estimate`, `std_error`."""
        frame = pd.DataFrame(self.design.coefficients, columns=["domain", "year", "term"])
        errors = np.sqrt(np.diag(self.posterior.beta_covariance))
        return frame.assign(estimate=self.posterior.beta + self.design.origin, std_error=errors)

    @property
    def teacher_variances(self) -> pd.DataFrame:
        """Return `layer`, `domain`, `year`, `variance`, `std_error`, `boundary`, `boundary_slope`.

        A variance of exactly 0 is marked `boundary`; its slope is the derivative of -2 log-likelihood by the
        variance there, which is not negative at a maximum.
        """
        n, k = self.numbering.n_covariances, len(self.design.classes)
        errors = np.sqrt(np.diag(self.estimates.covariance))
        frame = pd.DataFrame(list(self.design.classes), columns=["layer", "domain", "year"])
        return frame.assign(
            variance=self.estimates.at.spread**2,
            std_error=errors[n : n + k],
            boundary=self.estimates.boundary,
            boundary_slope=self.estimates.boundary_slope,
        )

    @property
    def student_covariance(self) -> pd.DataFrame:
        """Return R (C x C); rows and columns are `domain`, `year`. Pairs nobody has are missing."""
        labels = pd.MultiIndex.from_tuples(self.design.cells, names=["domain", "year"])
        known = self.numbering.covariance_label >= 0
        values = np.where(known, self.estimates.at.student_covariance, np.nan)
        return pd.DataFrame(values, index=labels, columns=labels)

    @property
    def student_covariance_errors(self) -> pd.DataFrame:
        """Return `parameter`, `estimate`, `std_error` of the free parameters of R."""
        n = self.numbering.n_covariances
        errors = np.sqrt(np.diag(self.estimates.covariance))[:n]
        names = pd.array(list(covariance_names(self.design, self.numbering)), dtype="str")
        return pd.DataFrame({"parameter": names, "estimate": self.estimates.theta[:n], "std_error": errors})

    @property
    def persistence(self) -> pd.DataFrame:
        """Return `layer`, `domain`, `year` (of the teacher), `score_year`, `lag`, `persistence`, `std_error`.

        Lag counts the years of the data. Estimates are not held between 0 and 1. The error is missing where
        persistence was fixed, or the variance it belongs to is 0 and nothing determines it.
        """
        years = sorted({year for _, year in self.design.cells})  # type: ignore[type-var]
        n = self.numbering.n_covariances + len(self.design.classes)
        errors = np.sqrt(np.diag(self.estimates.covariance))[n:]
        rows = []
        for k, (layer, domain, year) in enumerate(self.design.classes):
            for c, (_, score_year) in enumerate(self.design.cells):
                if not self.design.reach[k, c] or score_year == year:
                    continue
                label = self.numbering.persistence_label[k, c]
                lag = sum(year < other <= score_year for other in years)  # type: ignore[operator]
                value = self.estimates.at.persistence[k, c]
                error = errors[label] if label >= 0 else np.nan
                rows.append((layer, domain, year, score_year, lag, value, error))
        names = ["layer", "domain", "year", "score_year", "lag", "persistence", "std_error"]
        return pd.DataFrame(rows, columns=names)


def fit_layered(
    frame: pd.DataFrame,
    persistence: str | float = "complete",
    student_covariance: str = "unstructured",
    covariates: Sequence[str] | None = None,
    method: str = "ML",
    unscored: str = "ignore",
    schools: bool = False,
) -> LayeredFit:
    """Return the layered model by maximum likelihood (ML) or restricted maximum likelihood (REML).

    A score is a mean of its domain and year, plus the effects of the student's teachers of that year and of
    earlier years (share x persistence x effect), plus a deviation; deviations of one student are correlated.

    Parameters
    ----------
    frame
        `student_id`, `year`, `teacher_id`, `score`; optional `share` (0 to 1; equal shares without it),
        `domain` and `cohort`. Several teachers of one score are several rows. Years are numbers or texts that
        sort in time. Every cohort, for example of students who reach the same year of school in different
        calendar years, has means of its own and its teachers effects of their own, while variances,
        covariances and persistence are common. Every score is used, holes and all; scores are assumed missing
        at random given those observed.
    persistence
        "complete" (the layered model), "zero" (non-layered), "variable" (one parameter for each pair of
        years of a domain) or a number.
    student_covariance
        "unstructured", "toeplitz" or "compound_symmetric" over domains and years.
    covariates
        Columns of numbers, each with a coefficient for every domain and year. A student's earlier scores
        and the layering already adjust for lasting differences. A covariate that goes with who is taught by
        whom takes real differences between teachers with it (overcorrection): if poor schools have weaker
        teachers, adjusting for poverty makes these look stronger than they are.
    unscored
        "ignore" or "act": whether the teacher of a year without a score acts on later scores.
    schools
        Whether schools (`school_id`) have effects of their own beside the teachers', with the same kind of
        persistence.

    Raises
    ------
    DesignError, FitError
        If the frame does not describe a layered model, or does not determine it.
    """
    names = list(covariates or [])
    if method not in ("ML", "REML"):
        raise DesignError(f"method is {method!r}; expected 'ML' or 'REML'")
    if "n_students" in frame.columns:
        raise DesignError("means of students (n_students) cannot give variances; expected students as rows")
    records = read_records(frame, names, unscored, schools)
    design = arrange_design(records, names, centre=True)
    if not design.classes:
        raise DesignError("no score has a teacher: column teacher_id is empty; expected identifiers")
    numbering = number_parameters(design, student_covariance, persistence)
    layout = lay_out(design)
    estimates = estimate(design, numbering, method, layout=layout)
    notes = [*design.notes, *note_on_tracks(design), *_notes_on(design, numbering, estimates)]
    posterior = effects_posterior(design, estimates.at, layout)
    return LayeredFit(records, design, estimates.at, posterior, numbering, estimates, method, tuple(notes))


def _notes_on(design: LayeredDesign, numbering: Numbering, estimates: Estimates) -> list[str]:
    notes = []
    if design.covariates:
        notes.append(
            f"Adjusted for {', '.join(design.covariates)}: a covariate that goes with who is taught by whom "
            "takes real differences of teachers with it (overcorrection). Compare with the model without."
        )
    for number in np.flatnonzero(estimates.boundary):
        layer, domain, year = design.classes[number]
        notes.append(f"The {layer} variance of {domain}, {year} is 0: no differences are found there.")
    if (numbering.covariance_label < 0).any():
        notes.append("Some pairs of years have no student in common: their covariance is not determined.")
    if not estimates.converged:
        notes.append("The search did not end at a maximum: do not use these estimates.")
    return notes
