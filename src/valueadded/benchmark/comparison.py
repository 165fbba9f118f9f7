"""A focal cohort beside the benchmark cohort: the lines and means that every measure of movement needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from valueadded.benchmark.drift import Drift, compare_lines, fit_both_lines
from valueadded.benchmark.line import Basis, Line, fit_line
from valueadded.benchmark.prior_terms import PRIOR
from valueadded.benchmark.reference import BenchmarkReference
from valueadded.mixed.moments import SchoolMoments


@dataclass(frozen=True)
class Comparison:
    """One focal cohort beside the benchmark cohort of its domain, on one basis.

    domain, year, years : domain, outcome year, benchmark years
    focal, benchmark : all moments of both, one row for each school
    before, after : least squares lines of the formula
    outcome : movement of the raw mean outcome; prior : of the mean prior score, None without prior scores
    """

    domain: str
    year: int
    years: Sequence[int]
    basis: Basis
    focal: SchoolMoments
    benchmark: SchoolMoments
    before: Line
    after: Line
    outcome: Drift
    prior: Drift | None


def compare_cohorts(
    domain: str,
    year: int,
    years: Sequence[int],
    focal: SchoolMoments,
    benchmark: SchoolMoments,
    reference: BenchmarkReference,
    basis: Basis,
) -> Comparison:
    """Return a focal cohort beside the benchmark cohort, all lines on one basis."""
    before, after = fit_both_lines(focal, reference, basis)
    outcome, prior = (
        compare_lines(
            fit_line(_mean_of(benchmark, name), basis=basis), fit_line(_mean_of(focal, name), basis=basis)
        )
        if name in focal.columns and name in benchmark.columns
        else None
        for name in (focal.columns[-1], PRIOR)
    )
    assert outcome is not None
    return Comparison(domain, year, years, basis, focal, benchmark, before, after, outcome, prior)


def mean_score(moments: SchoolMoments, column: str, basis: Basis) -> float:
    """Return the mean of a column, each student or each school counting once."""
    return float(fit_line(_mean_of(moments, column), basis=basis).beta[0])


def normal_interval(value: float, std_error: float, z: float) -> dict[str, float]:
    """Return a normal interval with its standard error."""
    return {"std_error": std_error, "lower": value - z * std_error, "upper": value + z * std_error}


def _mean_of(moments: SchoolMoments, column: str) -> SchoolMoments:
    """Return the moments of one column as the response of a model without terms."""
    keep = [moments.columns.index(column)]
    return replace(
        moments,
        columns=(column,),
        centre=moments.centre[keep],
        mean=moments.mean[:, keep],
        scatter=moments.scatter[:, keep][:, :, keep],
    )
