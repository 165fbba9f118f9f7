"""How many students a school must have to be told from the average, on its mean and on its variance (N11).

The estimate of a log variance from n students has variance about 2 / (n - 1), that of a mean sigma2 / n; with
the normal distribution of the school effects as prior, the interval of a school and how often it leaves out
the average follow in closed form.
"""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError

Array = NDArray[np.float64]
MANY_STUDENTS = 10_000_000


def plan_location_scale(
    n_students: Sequence[int],
    scale_sd: float,
    school_variance: float,
    student_variance: float,
    n_schools: int = 100,
    confidence: float = 0.95,
    power: float = 0.8,
) -> pd.DataFrame:
    """Return what can be expected of schools of each size.

    Parameters
    ----------
    n_students
        Students in each school.
    scale_sd
        Standard deviation s of the school effects on the log variance.
    school_variance, student_variance
        Variance of the school effects on the mean, and within the median school; both of adjusted scores.
    n_schools
        Schools in the study.
    confidence
        Of a school's interval.
    power
        Probability with which a scale variance above 0 is to be found.

    Returns
    -------
    pandas.DataFrame
        One row a size: `n_students`, `n_schools`, `reliability_mean`, `reliability_variance`,
        `share_separated_mean`, `share_separated_variance` (expected shares of schools whose interval leaves
        out the average, which for variances is the population mean variance), `schools_separated_mean`,
        `schools_separated_variance` (of n_schools), and `schools_needed`, with which a test of the
        `confidence` level's size finds that schools differ in variance with probability `power`.

    Raises
    ------
    DesignError
        If a size or a variance is not possible.
    """
    sizes = np.asarray(n_students, dtype=np.float64)
    if not len(sizes) or (sizes < 2).any() or n_schools < 2:
        raise DesignError(
            f"n_students {list(n_students)}, n_schools {n_schools}: expected at least 2 of each"
        )
    if not min(scale_sd, school_variance, student_variance) > 0:
        raise DesignError(
            f"scale_sd {scale_sd}, school_variance {school_variance}, student_variance {student_variance}:"
            " expected numbers above 0"
        )
    if not (0 < confidence < 1 and 0 < power < 1):
        raise DesignError(f"confidence {confidence}, power {power}: expected numbers between 0 and 1")
    normal = NormalDist()
    z = normal.inv_cdf(0.5 + confidence / 2)
    of_mean, reliability_mean = share_separated_mean(sizes, scale_sd, school_variance, student_variance, z)
    of_variance, reliability_variance = share_separated_variance(sizes, scale_sd, z)
    # The variance of a school's estimated log variance is s^2 + 2 / (n - 1); its own error over J schools is
    # that of a variance.
    needed = 2 * ((z + normal.inv_cdf(power)) / reliability_variance) ** 2
    return pd.DataFrame(
        {
            "n_students": sizes.astype(np.int64),
            "n_schools": n_schools,
            "reliability_mean": reliability_mean,
            "reliability_variance": reliability_variance,
            "share_separated_mean": of_mean,
            "share_separated_variance": of_variance,
            "schools_separated_mean": n_schools * of_mean,
            "schools_separated_variance": n_schools * of_variance,
            "schools_needed": np.ceil(needed).astype(np.int64),
        }
    )


def students_needed(share: float, scale_sd: float, confidence: float = 0.95) -> int:
    """Return the least size of schools of which this share is separated on variance.

    Raises
    ------
    DesignError
        If no school of up to ten million students gets there.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    low, high = 1, MANY_STUDENTS
    if not (0 < share < 1 and share_separated_variance(np.array([float(high)]), scale_sd, z)[0][0] >= share):
        raise DesignError(
            f"share {share} with scale_sd {scale_sd}: no school is large enough; expected a share between 0"
            " and 1 that large schools reach"
        )
    while high - low > 1:
        middle = (low + high) // 2
        reached = share_separated_variance(np.array([float(middle)]), scale_sd, z)[0][0] >= share
        low, high = (low, middle) if reached else (middle, high)
    return high


def share_separated_variance(n: Array, scale_sd: float, z: float) -> tuple[Array, Array]:
    """Return the expected share separated on variance, and the reliability of v, for sizes (Q,).

    Given v, its estimate is normal about it; posterior means have variance s^2 R and intervals the half width
    z s sqrt(1 - R), R = s^2 / (s^2 + 2 / (n - 1)). The population mean variance lies s^2 / 2 above the median
    school's in logarithms, so fewer schools are above it than below.
    """
    reliability = scale_sd**2 / (scale_sd**2 + 2 / (n - 1))
    spread = scale_sd * np.sqrt(reliability)
    half_width, average = z * scale_sd * np.sqrt(1 - reliability), scale_sd**2 / 2
    below, above = (average - half_width) / spread, (average + half_width) / spread
    return _below(below) + _below(-above), reliability


def share_separated_mean(
    n: Array, scale_sd: float, school_variance: float, student_variance: float, z: float
) -> tuple[Array, Array]:
    """Return the expected share separated on the mean, and the reliability of a median school, (Q,) each.

    2 Phi(-z sqrt((1 - R) / R)), R of a school with its own variance, averaged over the normal v.
    """
    points, weights = np.polynomial.hermite_e.hermegauss(31)
    variance = student_variance * np.exp(scale_sd * points)
    shares = 2 * _below(-z * np.sqrt(variance / (n[:, None] * school_variance)))
    reliability = n * school_variance / (n * school_variance + student_variance)
    return shares @ weights / weights.sum(), reliability


def _below(x: Array) -> Array:
    # Jobs that plan nothing import this package too, and need not wait for the library.
    from scipy.special import ndtr

    return np.asarray(ndtr(x))
