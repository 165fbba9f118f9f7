"""Several subjects of the same students in one model (K2, K5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from valueadded.errors import FitError
from valueadded.mixed.fit import Method, is_reml
from valueadded.mixed.subjects.correlations import correlation_frame
from valueadded.mixed.subjects.design import SubjectMoments, summarise_subjects
from valueadded.mixed.subjects.fit import SubjectEstimates, estimate_subjects
from valueadded.mixed.subjects.posterior import subject_posterior
from valueadded.numerics.search import SearchRecord


@dataclass(frozen=True)
class MultiSubjectFit:
    """A fitted model of T subjects of the same students.

    estimates : coefficients, covariances and the evidence of the search
    moments : the moments it was fitted to
    method : "ML" or "REML"
    """

    estimates: SubjectEstimates
    moments: SubjectMoments
    method: str

    @property
    def school_covariance(self) -> pd.DataFrame:
        """Return the covariance (T, T) of true school effects; missing for a pair that no school has."""
        return self._labelled(self.estimates.school_covariance)

    @property
    def residual_covariance(self) -> pd.DataFrame:
        """Return the covariance (T, T) of a student's residuals; missing for a pair that no student has."""
        return self._labelled(self.estimates.residual_covariance)

    @property
    def covariance_error(self) -> pd.DataFrame:
        """Return the covariance matrix of the estimated school covariances, labelled (domain_a, domain_b).

        By expected information: approximate at a singular covariance.
        """
        rows, columns = np.triu_indices(len(self.moments.subjects))
        names = np.array(self.moments.subjects)
        labels = pd.MultiIndex.from_arrays([names[rows], names[columns]], names=["domain_a", "domain_b"])
        error = self.estimates.element_covariance[: len(rows), : len(rows)]
        return pd.DataFrame(error, index=labels, columns=labels)

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `domain`, `term`, `estimate`, `std_error` (generalised least squares)."""
        parts = [
            pd.DataFrame(
                {
                    "domain": subject,
                    "term": names,
                    "estimate": beta,
                    "std_error": np.sqrt(np.diag(covariance)),
                }
            )
            for subject, names, beta, covariance in zip(
                self.moments.subjects,
                self.moments.terms,
                self.estimates.beta,
                self.estimates.covariance,
                strict=True,
            )
        ]
        return pd.concat(parts, ignore_index=True).astype({"domain": "str", "term": "str"})

    @property
    def log_likelihood(self) -> float:
        """Return the log-likelihood (restricted for REML, without a log|X'X| term)."""
        return -self.estimates.deviance / 2

    @property
    def record(self) -> SearchRecord:
        """Return the evidence of the search."""
        return self.estimates.record

    def correlations(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return the correlation of true school effects for each pair of subjects.

        `lower` and `upper` are the profile likelihood interval; those of the delta method and on the scale of
        Fisher's z stand beside it, missing at +-1. `residual_correlation` is that of a
        student's residuals, which effects from a model for each subject by itself would take in (K2).
        """
        return correlation_frame(self.moments, self.estimates, self.method == "REML", confidence)

    def school_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return a row for each school and subject it has: mean residual, effect, error, interval.

        An effect borrows from the school's other subjects; variances and coefficients are taken as known.
        `reliability` is 1 - variance of the error / school variance. Do not correlate these effects: see
        `correlations` for what they are meant to show (K6).
        """
        z = NormalDist().inv_cdf(0.5 + confidence / 2)
        schools, subjects = np.nonzero(self.moments.n_scores > 0)
        posterior = subject_posterior(self.estimates.data, self.estimates.point)
        effect, error = (part[schools, subjects] for part in (posterior.effect, posterior.std_error))
        variance = np.diag(self.estimates.school_covariance)[subjects]
        reliability = np.zeros(len(effect))
        np.divide(variance - error**2, variance, out=reliability, where=variance > 0)
        return pd.DataFrame(
            {
                "school_id": pd.array(self.moments.school_id[schools], dtype="str"),
                "domain": pd.array(np.array(self.moments.subjects)[subjects], dtype="str"),
                "n_students": self.moments.n_scores[schools, subjects].astype(np.int64),
                "mean_residual": posterior.mean_residual[schools, subjects],
                "effect": effect,
                "std_error": error,
                "lower": effect - z * error,
                "upper": effect + z * error,
                "reliability": np.clip(reliability, 0.0, 1.0),
            }
        )

    def _labelled(self, matrix: np.ndarray) -> pd.DataFrame:
        names = list(self.moments.subjects)
        return pd.DataFrame(matrix, index=names, columns=names)


def fit_multi_subject(
    frame: pd.DataFrame | SubjectMoments,
    formula: str | Mapping[str, str] | None = None,
    subjects: Sequence[str] | None = None,
    school: str = "school_id",
    student: str = "student_id",
    subject: str = "domain",
    method: Method = "ML",
) -> MultiSubjectFit:
    """Return the model of several subjects of the same students.

    Coefficients are free for each subject; school effects have one covariance over subjects and a student's
    residuals another, both unstructured. A student with some subjects missing is kept with the others, which
    is right if what is missing depends on nothing but what is seen (missing at random).

    Parameters
    ----------
    frame
        One row for each student and subject, or moments from `summarise_subjects`.
    formula
        Fixed part, `score ~ prior_score + ...`, one for all subjects or one for each; not for moments.
    subjects
        Subjects to fit; every subject of the formulas, or of the frame, if left out.
    school, student, subject
        Columns of identifiers and of the subject's name.
    method
        "ML" or "REML".

    Raises
    ------
    DesignError, FitError
        If the formulas do not fit the data, or the data do not determine the model.
    """
    reml = is_reml(method)
    moments = (
        frame
        if isinstance(frame, SubjectMoments)
        else summarise_subjects(frame, _formulas(frame, formula, subjects, subject), school, student, subject)
    )
    return MultiSubjectFit(estimate_subjects(moments, reml), moments, method)


def _formulas(
    frame: pd.DataFrame,
    formula: str | Mapping[str, str] | None,
    subjects: Sequence[str] | None,
    subject: str,
) -> dict[str, str]:
    """Return the formula of each subject."""
    if formula is None:
        raise FitError("no formula; expected `score ~ ...`, or one for each subject")
    if isinstance(formula, str):
        if subjects is None:
            subjects = sorted(frame[subject].dropna().astype("str").unique()) if subject in frame else ["all"]
        return dict.fromkeys(subjects, formula)
    chosen = list(formula) if subjects is None else list(subjects)
    absent = [name for name in chosen if name not in formula]
    if absent:
        raise FitError(f"no formula for subject {', '.join(absent)}; found {sorted(formula)}")
    return {name: formula[name] for name in chosen}
