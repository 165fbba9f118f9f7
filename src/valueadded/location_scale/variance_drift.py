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

from valueadded.errors import DesignError, FitError
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


NUMBERS = (
    *("log_variance_ratio", "std_error", "lower", "upper"),
    *("sd_ratio", "sd_ratio_lower", "sd_ratio_upper"),
    *("intake_part", "intake_part_std_error"),
    *("like_part", "like_part_std_error", "like_part_lower", "like_part_upper"),
)


def measure_variance_drift(
    focal: Mapping[int, pd.DataFrame],
    benchmark: pd.DataFrame,
    location: str,
    scale: str = "~ 1",
    school: str = "school_id",
    random_slope: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return one row for each focal year, against the students of the benchmark cohort (N5).

    `log_variance_ratio` with `std_error`, `lower`, `upper`; `sd_ratio`, its exponential at half, with
    `sd_ratio_lower`, `sd_ratio_upper`; `intake_part` and `like_part` with their errors, and the interval of
    the latter; `converged` of both searches, `status`. A cohort that does not determine the model has a row
    whose status says so and whose numbers are missing; errors are missing too where a maximum is not strict.

    Raises
    ------
    DesignError
        If a cohort has not the columns, or not the terms of the log variance that the benchmark has.
    """
    before = arrange_design(benchmark, location, scale, school, random_slope)
    base = _fit(before, None)
    rows = []
    for year in sorted(focal):
        after = arrange_design(focal[year], location, scale, school, random_slope)
        if after.scale_terms != before.scale_terms:
            raise DesignError(
                f"year {year}: terms of the log variance are {list(after.scale_terms)}; expected those of the"
                f" benchmark cohort, {list(before.scale_terms)}"
            )
        row: dict[str, object] = {"year": year} | dict.fromkeys(NUMBERS, np.nan)
        if isinstance(base, str):
            rows.append(row | {"converged": False, "status": f"benchmark {base}"})
            continue
        own = _fit(after, base.at.alpha[1:] * after.scale_spread[1:] / before.scale_spread[1:])
        if isinstance(own, str):
            rows.append(row | {"converged": False, "status": own})
            continue
        found = compare_variances(before, base, after, own)
        converged = base.record.converged and own.record.converged
        status = own.record.status if base.record.converged else f"benchmark: {base.record.status}"
        rows.append(
            {"year": year, **_with_intervals(found, confidence), "converged": converged, "status": status}
        )
    return pd.DataFrame(rows, columns=["year", *NUMBERS, "converged", "status"]).astype(
        {"year": "int64", "converged": "bool", "status": "str"} | dict.fromkeys(NUMBERS, "float64")
    )


def _fit(design: LocationScaleDesign, pinned: Array | None) -> Estimates | str:
    """Return the estimates, or in words why there are none."""
    try:
        return estimate(design, True, pinned)
    except FitError as fault:
        return f"not fitted: {fault}"


def _with_intervals(found: VarianceDrift, confidence: float) -> dict[str, object]:
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    change, width = found.log_variance_ratio, z * found.std_error
    like, like_width = found.like_part, z * found.like_part_std_error
    return vars(found) | {
        "lower": change - width,
        "upper": change + width,
        "sd_ratio": np.exp(change / 2),
        "sd_ratio_lower": np.exp((change - width) / 2),
        "sd_ratio_upper": np.exp((change + width) / 2),
        "like_part_lower": like - like_width,
        "like_part_upper": like + like_width,
    }


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
