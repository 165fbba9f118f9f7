"""What a correlation of school effects is expected to be, given the true one: closed forms (K1-K3, K6, K7).

Every method correlates linear predictions W_j r_j of the mean residuals r_j of a school, whose covariance is
V_j = Sigma + E_j: true effects and sampling error. Over schools the covariance of the predictions is the
mean of W_j V_j W_j', and its correlation is what the method shows in many schools (Leckie 2018).
"""

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError

Array = NDArray[np.float64]

SEPARATE = ("shrunken", "unshrunken", "reflated_global", "reflated_school", "disattenuated")


def mean_residual_covariances(school_covariance: Array, residual_covariance: Array, n: Array) -> Array:
    """Return the covariances V_j (J, T, T) of a school's mean residuals in T cohorts or subjects.

    Parameters
    ----------
    school_covariance
        Sigma (T, T), of the true effects.
    residual_covariance
        (T, T) of one student's residuals; diagonal for cohorts, which have different students.
    n
        (J, T) students. Where subjects share students, those of the smaller one are taken to be among those
        of the larger, so that the errors of two means covary by s_ab / max(n_a, n_b).
    """
    larger = np.maximum(n[:, :, None], n[:, None, :])
    return school_covariance + residual_covariance / larger


def separate_reliabilities(school_covariance: Array, residual_covariance: Array, n: Array) -> Array:
    """Return the reliabilities (J, T) of a model for each cohort or subject by itself."""
    school = np.diag(school_covariance)
    return school / (school + np.diag(residual_covariance) / n)


def expected_correlation(method: str, reliability: Array, total: Array) -> float:
    """Return the correlation a method is expected to show over two cohorts or subjects.

    Parameters
    ----------
    method
        "shrunken" or "reflated_global": weights lambda, and rho E(l1 l2) / sqrt(E l1 E l2) for independent
        residuals (K1; K3: one rescaling for all schools changes nothing); "unshrunken": no weights;
        "reflated_school": weights sqrt(lambda); "disattenuated": that of "shrunken" times
        sqrt(sum l1 sum l2) / sum(l1 l2) (K8). With residuals that covary, as over subjects of the same
        students, every one of them gains a part of their covariance (K2).
    reliability
        (J, 2) reliabilities that the method used.
    total
        (J, 2, 2) covariances V_j of the mean residuals.

    Raises
    ------
    FitError
        If the method is unknown.
    """
    if method not in SEPARATE:
        raise FitError(f"method '{method}': expected one of {list(SEPARATE)}")
    power = {"unshrunken": 0.0, "reflated_school": 0.5}.get(method, 1.0)
    weights = reliability**power
    found = _correlation((weights[:, :, None] * total * weights[:, None, :]).mean(axis=0))
    if method == "disattenuated" and np.isfinite(found):
        a, b = reliability.T
        found *= float(np.sqrt(a.sum() * b.sum()) / (a * b).sum())
    return found


def expected_joint_predictions(
    school_covariance: Array, residual_covariance: Array, n: Array, pair: tuple[int, int]
) -> float:
    """Return the correlation that the joint model's predicted effects are expected to show (K6).

    The predictions Sigma V_j^-1 r_j have the covariance Sigma V_j^-1 Sigma: each borrows from the other
    cohorts, and for independent residuals they are more alike than the effects themselves.

    Parameters
    ----------
    school_covariance, residual_covariance
        (T, T); see `mean_residual_covariances`.
    n
        (J, T) students, 0 where a school has none.
    pair
        The two cohorts; schools with students in both count.
    """
    present = n > 0
    both = present[:, :, None] & present[:, None, :]
    total = mean_residual_covariances(school_covariance, residual_covariance, np.where(present, n, 1.0))
    # A cohort without students tells nothing: it is parted from the others and then left out.
    inverse = np.where(both, np.linalg.inv(np.where(both, total, np.eye(n.shape[1]))), 0.0)
    counted = present[:, pair[0]] & present[:, pair[1]]
    predicted = (school_covariance @ inverse[counted] @ school_covariance).mean(axis=0)
    return _correlation(predicted[np.ix_(pair, pair)])


def _correlation(covariance: Array) -> float:
    """Return the correlation of a covariance (2, 2); missing where a variance is 0."""
    product = covariance[0, 0] * covariance[1, 1]
    return float(covariance[0, 1] / np.sqrt(product)) if product > 0 else np.nan
