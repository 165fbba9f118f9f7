"""School effects in several subjects given the estimates: conditional means and their standard errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.subjects.criterion import SubjectData, SubjectPoint

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SubjectPosterior:
    """What is known of J schools in T subjects, each (J, T) and in the units of the data.

    mean_residual : mean residual from the fixed part; missing where a school has no score
    effect, std_error : conditional mean given all the school's subjects, and its standard error
    """

    mean_residual: Array
    effect: Array
    std_error: Array


def subject_posterior(data: SubjectData, point: SubjectPoint) -> SubjectPosterior:
    """Return the school effects K_j S_j (-beta, 1) with the covariance K_j; see `criterion`.

    Variances and coefficients are taken as known (B7, B8 for several subjects).
    """
    contrast = point.solution.contrast
    scores = data.n @ data.patterns.astype(np.float64)
    total = np.einsum("jptk,k->jt", data.rows, contrast)
    mean = np.divide(total, scores, out=np.full_like(total, np.nan), where=scores > 0)
    return SubjectPosterior(
        mean_residual=mean * data.spread,
        effect=np.einsum("jab,jbk,k->ja", point.kernel, point.pull, contrast) * data.spread,
        std_error=np.sqrt(np.diagonal(point.kernel, axis1=1, axis2=2)) * data.spread,
    )
