"""From the joint criterion to estimates: the search over a structure of Sigma and T residual variances."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.criterion import cross_products, profile_deviance, solve_gls
from valueadded.mixed.fit import flag_few_schools
from valueadded.mixed.joint.criterion import JointCriterion, JointSolution, joint_deviance, solve_joint
from valueadded.mixed.joint.design import JointData
from valueadded.mixed.joint.structures import FactorStructure, Structure
from valueadded.numerics.scoring import WEAKEST_DAMPING, ScoringPoint, ceiling, descend, scoring_step
from valueadded.numerics.search import SearchRecord, minimise_ratio
from valueadded.numerics.square_factor import (
    MAXIMUM_ESCAPES,
    NEGLIGIBLE_FALL,
    certify,
    find_downhill,
    is_singular,
)

Array = NDArray[np.float64]

# The search ends when it promises a fall of the deviance below this, which leaves estimates within a ten
# millionth of their standard errors.
DEVIANCE_TOLERANCE = 1e-14
# The start has no correlation structure weaker than this: a singular start would begin on the boundary.
WEAKEST_START = 0.02


@dataclass(frozen=True)
class JointEstimates:
    """Estimates of one joint model.

    covariance : Sigma (T, T)
    residual : residual variances (T,)
    solution : coefficients and residuals there
    criterion : the deviance, its score and information there
    n_parameters : free parameters of Sigma
    record : the evidence of the search
    """

    covariance: Array
    residual: Array
    solution: JointSolution
    criterion: JointCriterion
    n_parameters: int
    record: SearchRecord


def start_joint(data: JointData) -> tuple[Array, Array]:
    """Return Sigma (T, T) and sigma2 (T,) to start from: each cohort by itself, then cross-products.

    Variances come from the random-intercept model of each cohort, covariances from products of the
    school mean residuals, whose errors are independent between cohorts; the eigenvalues of the
    correlation matrix are floored.
    """
    means, variances, residual = [], [], []
    for profile, rows in zip(data.profiles, data.rows, strict=True):
        theta, _ = minimise_ratio(
            partial(profile_deviance, profile, reml=False),
            profile.n_students / len(profile.n),
            "variance_ratio",
        )
        solution = solve_gls(cross_products(profile, theta))
        sigma2 = solution.rss / profile.n_students
        residual.append(sigma2)
        # A variance of 0 would stay 0: its derivative in the factor vanishes there.
        variances.append(sigma2 * max(theta, 0.01))
        means.append(solution.contrast @ rows)
    spread = np.sqrt(variances)
    reliability = data.n / (data.n + np.array(residual) / np.array(variances))
    pull = np.column_stack(means) * reliability / spread
    joint_weight = reliability.T @ reliability
    moment = np.divide(pull.T @ pull, joint_weight, out=np.eye(len(spread)), where=joint_weight > 0)
    np.fill_diagonal(moment, 1.0)
    values, vectors = np.linalg.eigh(np.clip(moment, -1, 1))
    floored = (vectors * np.maximum(values, WEAKEST_START)) @ vectors.T
    scale = spread / np.sqrt(np.diag(floored))
    return floored * np.outer(scale, scale), np.array(residual)


def estimate_joint(
    data: JointData, structure: Structure, reml: bool, start: tuple[Array, Array] | None = None
) -> JointEstimates:
    """Return the estimates of a structure of Sigma with a residual variance for each cohort.

    `start` holds Sigma (T, T) and sigma2 (T,). A singular Sigma is a result and is reported.
    """
    covariance, residual = start_joint(data) if start is None else start
    point = np.concatenate([structure.start(covariance), np.log(residual)])
    search = JointSearch(data, structure, reml)
    point, now = descend(search.visit, point, DEVIANCE_TOLERANCE)
    if isinstance(structure, FactorStructure) and structure.linear.shape == (covariance.size,) * 2:
        point, now, converged, status = _leave_saddles(search, structure, point, now)
    else:
        converged = bool(
            np.isfinite(now.deviance) and scoring_step(now, WEAKEST_DAMPING)[1] <= NEGLIGIBLE_FALL
        )
        status = "derivative 0 at the minimum" if converged else "stopped where the derivative is not 0"
    covariance, residual = search.split(point)
    covariance = _exact_zeros(data, covariance, residual, reml, now.deviance)
    without = [
        str(year) for year, variance in zip(data.cohorts, np.diag(covariance), strict=True) if not variance
    ]
    if without:
        status += f"; variance exactly 0 in {', '.join(without)}"
    return JointEstimates(
        covariance=covariance,
        residual=residual,
        solution=solve_joint(data, covariance, residual),
        criterion=joint_deviance(data, covariance, residual, reml),
        n_parameters=structure.n_parameters,
        record=flag_few_schools(
            search.record(converged, status, is_singular(_correlation_like(covariance))),
            [len(profile.n) for profile in data.profiles],
        ),
    )


class JointSearch:
    """The deviance in q parameters of Sigma, then T logarithms of sigma2; keeps where it went."""

    def __init__(self, data: JointData, structure: Structure, reml: bool) -> None:
        self.data, self.structure, self.reml = data, structure, reml
        self._path: list[Array] = []
        self._deviances: list[float] = []

    def split(self, point: Array) -> tuple[Array, Array]:
        """Return Sigma (T, T) and sigma2 (T,)."""
        size = len(self.data.cohorts)
        return self.structure.covariance(point[:-size]), np.exp(point[-size:])

    def criterion(self, point: Array) -> JointCriterion:
        """Return the criterion at the parameters."""
        return joint_deviance(self.data, *self.split(point), self.reml)

    def visit(self, point: Array) -> ScoringPoint:
        """Return the criterion in the parameters, by the chain rule."""
        covariance, residual = self.split(point)
        found = joint_deviance(self.data, covariance, residual, self.reml)
        jacobian = self.structure.jacobian(point[: -len(residual)])
        crossed = jacobian.T @ found.cross_information
        curvature = np.block(
            [
                [jacobian.T @ found.information @ jacobian + self.structure.bend(found.score), crossed],
                [crossed.T, found.residual_information],
            ]
        )
        self._path.append(np.concatenate([covariance.ravel(), residual]))
        self._deviances.append(found.deviance)
        gradient = np.concatenate([jacobian.T @ found.score.ravel(), found.residual_score])
        return ScoringPoint(found.deviance, gradient, curvature)

    def record(self, converged: bool, status: str, boundary: bool) -> SearchRecord:
        """Return the evidence of the search."""
        years = self.data.cohorts
        names = [f"covariance[{a},{b}]" for a in years for b in years]
        return SearchRecord(
            parameters=(*names, *(f"residual_variance[{year}]" for year in years)),
            path=np.array(self._path),
            deviances=np.array(self._deviances),
            status=status,
            converged=converged,
            boundary=boundary,
        )


def _leave_saddles(
    search: JointSearch, structure: FactorStructure, point: Array, now: ScoringPoint
) -> tuple[Array, ScoringPoint, bool, str]:
    """Return the point after leaving every saddle, and its certificate: S A = 0, S positive semidefinite."""
    size = len(search.data.cohorts)
    for _ in range(MAXIMUM_ESCAPES):
        factor = structure.factor(point[:-size])
        downhill = find_downhill(search.criterion(point).score, factor)
        if downhill is None:
            break
        moved = np.concatenate([point[:-size] + downhill.ravel(), point[-size:]])
        point, now = descend(search.visit, moved, DEVIANCE_TOLERANCE)
    score = search.criterion(point).score
    converged, status = certify(now, score, structure.factor(point[:-size]))
    return point, now, converged, status


def _exact_zeros(data: JointData, covariance: Array, residual: Array, reml: bool, deviance: float) -> Array:
    """Return Sigma with the variances that only approach 0 set to it, where that is as good."""
    small = np.flatnonzero(np.diag(covariance) < 1e-9 * residual)
    if len(small) == 0:
        return covariance
    trial = covariance.copy()
    trial[small] = 0.0
    trial[:, small] = 0.0
    better = joint_deviance(data, trial, residual, reml).deviance <= ceiling(deviance)
    return trial if better else covariance


def _correlation_like(covariance: Array) -> Array:
    """Return Sigma in units of its standard deviations, a variance of 0 left as it is."""
    spread = np.sqrt(np.diag(covariance))
    scale = np.where(spread > 0, spread, 1.0)
    return covariance / np.outer(scale, scale)


def vech_covariance(estimates: JointEstimates) -> tuple[NDArray[np.intp], Array]:
    """Return the entries (E, 2) of Sigma on and below the diagonal and their covariance matrix (E, E).

    Twice the inverse of the expected second derivative of the deviance, residual variances included, taken
    to the E = T (T + 1) / 2 different entries of an unstructured Sigma.
    """
    size = len(estimates.residual)
    entries = np.column_stack(np.tril_indices(size))
    spread = np.zeros((size * size, len(entries)))
    for column, (a, b) in enumerate(entries):
        spread[a * size + b, column] = spread[b * size + a, column] = 1.0
    found = estimates.criterion
    crossed = spread.T @ found.cross_information
    curvature = np.block(
        [[spread.T @ found.information @ spread, crossed], [crossed.T, found.residual_information]]
    )
    scale = np.sqrt(np.diag(curvature))
    inverse = 2 * np.linalg.inv(curvature / np.outer(scale, scale)) / np.outer(scale, scale)
    return entries, inverse[: len(entries), : len(entries)]
