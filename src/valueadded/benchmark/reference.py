"""The benchmark line: fitted once to the benchmark cohort, then frozen (B4)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.benchmark.line import Line, cluster_covariance, fit_line
from valueadded.errors import DesignError
from valueadded.mixed.moments import INTERCEPT, SchoolMoments
from valueadded.mixed.random_intercept import RandomInterceptFit, fit_random_intercept
from valueadded.mixed.summarise import design_moments

Array = NDArray[np.float64]
LineKind = Literal["ols", "mixed"]
LINES: tuple[LineKind, ...] = ("ols", "mixed")


@dataclass(frozen=True)
class BenchmarkReference:
    """The frozen line.

    formula : formula of the line
    kind : "ols" or "mixed", how the line was fitted
    line : its coefficients (p,) and each school's influence on them
    covariance : (p, p) cluster-robust, schools as clusters
    mixed : the random-intercept model of the benchmark cohort by ML, always fitted; the frozen variant takes
        its coefficients and variances from it (B9)
    moments : moments of the benchmark cohort, one row for each school
    """

    formula: str
    kind: LineKind
    line: Line
    covariance: Array
    mixed: RandomInterceptFit
    moments: SchoolMoments

    @property
    def coefficients(self) -> dict[str, float]:
        """Return term -> coefficient of the frozen line."""
        return self.line.coefficients

    @property
    def table(self) -> pd.DataFrame:
        """Return both lines: `line`, `term`, `estimate`, the covariance in columns `cov:<term>`, `used`.

        `used` marks the line the models are measured from; the frozen variant takes the mixed one.
        """
        return pd.concat([self._rows(kind) for kind in LINES], ignore_index=True)

    def _rows(self, kind: LineKind) -> pd.DataFrame:
        line = self.line if kind == self.kind else fit_line(self.moments, _ratio(kind, self.mixed))
        covariance = cluster_covariance(line)
        named = {f"cov:{term}": covariance[:, column] for column, term in enumerate(line.terms)}
        frame = pd.DataFrame(
            {"term": pd.array(list(line.terms), dtype="str"), "estimate": line.beta, **named}
        )
        return frame.assign(line=kind, used=kind == self.kind).astype({"line": "str"})


def fit_reference(
    frame: pd.DataFrame | SchoolMoments, formula: str, school: str = "school_id", line: LineKind = "ols"
) -> BenchmarkReference:
    """Return the line of the benchmark cohort.

    Parameters
    ----------
    frame
        Students of the benchmark year, or of several years to pool; or their moments, stacked.
    formula
        `score ~ ...` with an intercept; a student counts once whatever the year.
    school
        Column of school identifiers (for a frame).
    line
        "ols": ordinary least squares, as the source does; "mixed": the fixed part of the random-intercept
        model. The covariance is cluster-robust either way, since ordinary standard errors ignore schools.

    Raises
    ------
    DesignError, FitError
        If the formula has no intercept or does not fit the data.
    """
    moments, intercept = design_moments(frame, formula, school)
    if not intercept:
        raise DesignError(
            f"benchmark formula '{formula}' has no intercept; expected one, since drift is movement "
            "of the line"
        )
    if line not in LINES:
        raise DesignError(f"benchmark line '{line}': expected 'ols' or 'mixed'")
    mixed = fit_random_intercept(moments, formula)
    fitted = fit_line(moments, _ratio(line, mixed))
    return BenchmarkReference(formula, line, fitted, cluster_covariance(fitted), mixed, moments)


def _ratio(kind: LineKind, mixed: RandomInterceptFit) -> float:
    """Return the variance ratio that a line weights schools by: 0 for ordinary least squares."""
    return 0.0 if kind == "ols" else mixed.school_variance / mixed.residual_variance


def check_against_reference(
    moments: SchoolMoments, reference: BenchmarkReference, columns: Collection[str], factors: Collection[str]
) -> None:
    """Refuse a cohort whose pinned terms the line cannot speak about.

    Parameters
    ----------
    moments
        Moments of the focal year.
    columns, factors
        Columns and factors of the pinned terms.

    Raises
    ------
    DesignError
        Naming a level of a factor that the benchmark cohort did not have, or another reference level.
    """
    known = reference.line.terms
    for column in columns:
        if column not in known:
            raise DesignError(
                f"term {column}: the benchmark cohort has no student with it, so the frozen line says "
                "nothing of it;"
                f" expected levels among {[name for name in known if name != INTERCEPT]}; recode it "
                "under `codes` of"
                " the covariate in section `input`, or name its term in benchmark.free_terms and "
                "leave `frozen` out"
                " of benchmark.variants"
            )
    for factor in factors:
        found, expected = moments.levels.get(factor), reference.moments.levels.get(factor)
        if found and expected and found[0] != expected[0]:
            raise DesignError(
                f"column {factor}: this cohort measures coefficients from level '{found[0]}', the "
                "benchmark from"
                f" '{expected[0]}'; name the level in the formula: C({factor}, "
                f"contr.treatment('{expected[0]}'))"
            )
