"""The change of the spread within schools since the benchmark year.

The log variance of a focal year is pinned to the benchmark's slopes and has an intercept of its own, like the
mean of the mixed benchmark's variant `drift`. The mean is each year's own, as are the school effects: a mean
pinned as well would put its squared drift into the variance that is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.location_scale.criterion import school_scores
from valueadded.location_scale.design import LocationScaleDesign, arrange_design
from valueadded.location_scale.fit import Estimates, estimate
from valueadded.location_scale.information import coefficient_covariance, strict_positions

Array = NDArray[np.float64]


@dataclass(frozen=True)
class VarianceDrift:
    """Change of the log variance within schools, from the benchmark cohort to a focal cohort.

    Both are of the median school (v = 0) at the cohort's own mean terms.

    log_variance_ratio : the whole change, the sum of the two parts
    intake_part : alpha_1'(mean z of the focal cohort - mean z of the benchmark cohort)
    like_part : change for students with the same terms
    std_error, intake_part_std_error, like_part_std_error : clustered on schools, the same school in both
        cohorts being one cluster; mean terms taken as known
    """

    log_variance_ratio: float
    intake_part: float
    like_part: float
    std_error: float
    intake_part_std_error: float
    like_part_std_error: float


def measure_variance_drift(
    cohorts: Mapping[int, pd.DataFrame],
    benchmark_year: int,
    location: str,
    scale: str = "~ 1",
    school: str = "school_id",
    random_slope: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return one row for each focal year (N5), against the cohort of the benchmark year.

    `log_variance_ratio` with `std_error`, `lower`, `upper`; `sd_ratio`, its exponential at half, with
    `sd_ratio_lower`, `sd_ratio_upper`; `intake_part` and `like_part` with their errors, and the interval of
    the latter; `converged` of both searches. Errors are missing where a maximum is not strict, as at a
    boundary.

    Raises
    ------
    DesignError
        If there is no benchmark cohort, or a cohort lacks a term of the log variance.
    FitError
        If the data of a cohort do not determine the model.
    """
    if benchmark_year not in cohorts:
        raise DesignError(f"benchmark year {benchmark_year}: no cohort; expected among {sorted(cohorts)}")
    before = arrange_design(cohorts[benchmark_year], location, scale, school, random_slope)
    base = estimate(before, True)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rows = []
    for year in sorted(set(cohorts) - {benchmark_year}):
        after = arrange_design(cohorts[year], location, scale, school, random_slope)
        if after.scale_terms != before.scale_terms:
            raise DesignError(
                f"year {year}: terms of the log variance are {list(after.scale_terms)}; expected those of the"
                f" benchmark year, {list(before.scale_terms)}"
            )
        pinned = base.at.alpha[1:] * after.scale_spread[1:] / before.scale_spread[1:]
        focal = estimate(after, True, pinned)
        found = compare_variances(before, base, after, focal)
        change, like = found.log_variance_ratio, found.like_part
        rows.append(
            {
                "year": year,
                "benchmark_year": benchmark_year,
                "log_variance_ratio": change,
                "std_error": found.std_error,
                "lower": change - z * found.std_error,
                "upper": change + z * found.std_error,
                "sd_ratio": np.exp(change / 2),
                "sd_ratio_lower": np.exp((change - z * found.std_error) / 2),
                "sd_ratio_upper": np.exp((change + z * found.std_error) / 2),
                "intake_part": found.intake_part,
                "intake_part_std_error": found.intake_part_std_error,
                "like_part": like,
                "like_part_std_error": found.like_part_std_error,
                "like_part_lower": like - z * found.like_part_std_error,
                "like_part_upper": like + z * found.like_part_std_error,
                "converged": base.record.converged and focal.record.converged,
            }
        )
    return pd.DataFrame(rows)


def compare_variances(
    before: LocationScaleDesign, base: Estimates, after: LocationScaleDesign, focal: Estimates
) -> VarianceDrift:
    """Return the change between a benchmark fit and a focal fit that is pinned to its slopes.

    The pinned slopes carry the benchmark's error into the focal intercept: a school's pull on the focal
    estimates is that of its focal scores, less what its pull on the slopes does to them. The same schools
    stand in both cohorts, so their pulls are subtracted before they are squared (sandwich, J / (J - 1)).
    """
    p, m = len(base.at.beta), len(base.at.alpha)
    slopes = slice(p + 1, p + m)
    pulls = _scores(before, base) @ coefficient_covariance(base.hessian, len(base.hessian))
    # From slopes of the benchmark's standardised terms to those of the focal cohort.
    rescale = after.scale_spread[1:] / before.scale_spread[1:]
    free = np.setdiff1d(np.arange(len(focal.hessian)), np.arange(p + 1, p + m))
    covariance = coefficient_covariance(focal.hessian[np.ix_(free, free)], len(free))
    moved = _sum_by_school(after, before, pulls[:, slopes] * rescale, focal=False)
    scores = _sum_by_school(after, before, _scores(after, focal)[:, free], focal=True)
    own = (scores - moved @ focal.hessian[slopes, free] / 2) @ covariance
    whole = own[:, p] - _sum_by_school(after, before, pulls[:, [p]], focal=False)[:, 0]
    shift = (after.scale_centre[1:] - before.scale_centre[1:]) / after.scale_spread[1:]
    intake = moved @ shift
    total = (
        focal.at.alpha[0]
        - base.at.alpha[0]
        + 2 * float(np.log(after.outcome_spread) - np.log(before.outcome_spread))
    )
    intake_part = float(focal.at.alpha[1:] @ shift)
    return VarianceDrift(
        log_variance_ratio=float(total),
        intake_part=intake_part,
        like_part=float(total) - intake_part,
        std_error=_clustered(whole),
        intake_part_std_error=_clustered(intake),
        like_part_std_error=_clustered(whole - intake),
    )


def _scores(design: LocationScaleDesign, estimates: Estimates) -> Array:
    scores = school_scores(design.data, estimates.at, estimates.rules, estimates.modes)
    return scores[:, strict_positions(estimates.at, True)]


def _sum_by_school(
    after: LocationScaleDesign, before: LocationScaleDesign, values: Array, focal: bool
) -> Array:
    """Return the rows of one cohort, (schools of either cohort, columns), 0 where a school is not in it."""
    schools = np.union1d(after.moments.school_id.astype(str), before.moments.school_id.astype(str))
    rows = np.zeros((len(schools), values.shape[1]))
    own = (after if focal else before).moments.school_id.astype(str)
    rows[np.searchsorted(schools, own)] = values
    return rows


def _clustered(pulls: Array) -> float:
    return float(np.sqrt(len(pulls) / (len(pulls) - 1) * np.sum(pulls**2)))
