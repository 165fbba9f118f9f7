"""From a design to estimates: start, search, boundary, standard errors."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.layered.criterion import evaluate
from valueadded.layered.design import LayeredDesign
from valueadded.layered.determined import least_squares_covariance, refuse_undetermined
from valueadded.layered.factor import Layout, lay_out
from valueadded.layered.parameters import Numbering, Parameters, pack, unpack
from valueadded.numerics.scoring import ScoringPoint, descend

Array = NDArray[np.float64]
Visit = Callable[[Array], ScoringPoint]

# Promised fall of the deviance at which the search ends.
TOLERANCE = 1e-12
# Two deviances count as one within their rounding.
SAME_DEVIANCE = 1e-8
# Steps of scoring before a quasi-Newton search takes over, and the promised fall that makes it needless.
SCORING_STEPS = 30
SETTLED = 1e-8
# The share of the variance of the scores that the effects get at the start.
EFFECTS_AT_START = 0.2
SMALLEST_EIGENVALUE = 0.05
# A class whose variance is below this share of the variance of its scores is tried at exactly 0.
NEARLY_NONE = 1e-6


@dataclass(frozen=True)
class Estimates:
    """The maximum of the likelihood of a layered model.

    at : the parameters, spreads not negative
    theta : (P,) the same, free ones only
    deviance : -2 log-likelihood there
    gradient : (P,) of the deviance
    covariance : (P, P) of the free parameters, with variances in place of spreads; not a number for a
        variance of 0 and what depends on it
    boundary : (K,) whether the variance of a class is 0
    boundary_slope : (K,) derivative of the deviance by that variance at 0; not a number elsewhere
    converged : whether the search ended where no step promises a fall
    """

    at: Parameters
    theta: Array
    deviance: float
    gradient: Array
    covariance: Array
    boundary: NDArray[np.bool_]
    boundary_slope: Array
    converged: bool


def estimate(
    design: LayeredDesign,
    numbering: Numbering,
    method: str,
    start: Array | None = None,
    layout: Layout | None = None,
) -> Estimates:
    """Return the maximum likelihood (or restricted) estimates.

    Parameters
    ----------
    layout
        Of the design, if it is known: with thousands of effects it takes as long as a step of the search.
    start
        Free parameters to start from; spreads must not be 0, which is a stationary point.
    """
    refuse_undetermined(design)
    layout = layout or lay_out(design)
    visit = _visit(design, layout, numbering, method == "REML")
    theta = starting_point(design, numbering) if start is None else start
    theta, found = _search(visit, theta)
    if not np.isfinite(found.deviance):
        raise FitError("the covariance of the students is not positive definite at the start of the search")
    n, k = numbering.n_covariances, len(design.classes)
    if (theta[n : n + k] < 0).any():
        theta[n : n + k] = np.abs(theta[n : n + k])
        found = visit(theta)
    theta, found, boundary = _settle_boundary(visit, theta, found, n, _variances_of_classes(design))
    slopes = np.full(k, np.nan)
    for number in np.flatnonzero(boundary):
        slopes[number] = boundary_slope(visit, theta, n + int(number), _variances_of_classes(design)[number])
    return Estimates(
        at=unpack(theta, numbering),
        theta=theta,
        deviance=found.deviance,
        gradient=found.gradient,
        covariance=_covariance(theta, found, numbering, boundary),
        boundary=boundary,
        boundary_slope=slopes,
        converged=_promised(found) < 1e-5 and not (slopes[boundary] < -1e-6).any(),
    )


def _search(visit: Visit, theta: Array) -> tuple[Array, ScoringPoint]:
    """Return the minimum of the deviance.

    With few teachers the average information is far from the second derivative, and scoring creeps. Where it
    has not arrived after some steps, a quasi-Newton search (BFGS) in units of that information learns the
    rest.
    """
    # Jobs that fit nothing import this package too, and need not wait for the library.
    from scipy.optimize import minimize

    theta, found = descend(visit, theta, TOLERANCE, SCORING_STEPS)
    if not np.isfinite(found.deviance) or _promised(found) < SETTLED:
        return theta, found
    values, vectors = np.linalg.eigh(found.curvature)
    units = vectors / np.sqrt(np.maximum(values, 1e-10 * values.max()))
    origin = theta

    def criterion(steps: Array) -> tuple[float, Array]:
        there = visit(origin + units @ steps)
        if not np.isfinite(there.deviance):
            return found.deviance + 1e6, np.zeros(len(steps))
        return there.deviance, units.T @ there.gradient

    steps = minimize(
        criterion, np.zeros(len(theta)), jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 200}
    ).x
    return descend(visit, origin + units @ steps, TOLERANCE, SCORING_STEPS)


def starting_point(design: LayeredDesign, numbering: Numbering) -> Array:
    """Return moments of the least squares residuals, a fifth of each variance given to the effects."""
    covariance = least_squares_covariance(design)
    own = _variances_of_classes(design)
    layers = len({layer for layer, _, _ in design.classes})
    spread = np.sqrt(EFFECTS_AT_START * own / max(layers, 1))
    persistence = np.where(numbering.persistence_label >= 0, 0.5, numbering.fixed_persistence)
    start = Parameters((1 - EFFECTS_AT_START) * covariance, spread, persistence)
    theta = pack(start, numbering)
    # A structure, or pairs seen by different students, may leave a matrix that is no covariance.
    at = unpack(theta, numbering)
    values, vectors = np.linalg.eigh(at.student_covariance)
    floor = SMALLEST_EIGENVALUE * values.mean()
    if values.min() < floor:
        mended = (vectors * np.maximum(values, floor)) @ vectors.T
        theta = pack(Parameters(mended, spread, persistence), numbering)
        values = np.linalg.eigvalsh(unpack(theta, numbering).student_covariance)
        if values.min() <= 0:
            diagonal = np.diag(np.diag(mended))
            theta = pack(Parameters(diagonal, spread, persistence), numbering)
    return theta


def boundary_slope(visit: Visit, theta: Array, place: int, variance: float) -> float:
    """Return the derivative of the deviance by a variance at 0.

    The derivative by the spread is 0 there whatever the data; that by the variance is its limit over twice
    the spread, exact to the square of a small spread.
    """
    near = theta.copy()
    near[place] = 1e-4 * np.sqrt(variance)
    return float(visit(near).gradient[place] / (2 * near[place]))


def _visit(design: LayeredDesign, layout: Layout, numbering: Numbering, restricted: bool) -> Visit:
    def visit(theta: Array) -> ScoringPoint:
        return evaluate(theta, design, layout, numbering, restricted)

    return visit


def _settle_boundary(
    visit: Visit, theta: Array, found: ScoringPoint, n: int, variances: Array
) -> tuple[Array, ScoringPoint, NDArray[np.bool_]]:
    """Return the point with every class that is better without variance at exactly 0."""
    boundary = np.zeros(len(variances), dtype=bool)
    for number in np.flatnonzero(theta[n : n + len(variances)] ** 2 < NEARLY_NONE * variances):
        tried = theta.copy()
        tried[n + number] = 0.0
        there = visit(tried)
        if there.deviance <= found.deviance + SAME_DEVIANCE:
            theta, found = tried, there
            boundary[number] = True
    return theta, found, boundary


def _promised(found: ScoringPoint) -> float:
    scale = np.sqrt(np.maximum(np.diag(found.curvature), 1e-12 * np.diag(found.curvature).max()))
    scaled = found.curvature / np.outer(scale, scale)
    step = np.linalg.lstsq(scaled, found.gradient / scale, rcond=1e-10)[0]
    return float(step @ (found.gradient / scale)) / 2


def _covariance(
    theta: Array, found: ScoringPoint, numbering: Numbering, boundary: NDArray[np.bool_]
) -> Array:
    """Return twice the inverse information of what is inside the parameter space, spreads squared."""
    n, k = numbering.n_covariances, len(boundary)
    known = np.ones(len(theta), dtype=bool)
    known[n : n + k] = ~boundary
    for number in range(numbering.n_persistence):
        owner = np.nonzero(numbering.persistence_label == number)[0][0]
        known[n + k + number] = not boundary[owner]
    # What no score is sensitive to has no error, and neither has what a saddle is found for.
    known &= np.diag(found.curvature) > 0
    covariance = np.full((len(theta),) * 2, np.nan)
    inner = found.curvature[np.ix_(known, known)]
    change = np.ones(len(theta))
    change[n : n + k] = 2 * theta[n : n + k]
    scale = np.sqrt(np.diag(inner))
    inverse = 2 * np.linalg.pinv(inner / np.outer(scale, scale), hermitian=True) / np.outer(scale, scale)
    covariance[np.ix_(known, known)] = inverse * np.outer(change[known], change[known])
    variances = np.diag(covariance)
    covariance[np.diag_indices_from(covariance)] = np.where(variances < 0, np.nan, variances)
    return covariance


def _variances_of_classes(design: LayeredDesign) -> Array:
    own = np.diag(least_squares_covariance(design))
    place = {cell: position for position, cell in enumerate(design.cells)}
    # A class whose own year has no score at all takes the mean variance.
    return np.array(
        [
            own[place[domain, year]] if (domain, year) in place else own.mean()
            for _, domain, year in design.classes
        ]
    )
