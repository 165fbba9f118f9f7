"""Intervals of school effects with variances and coefficients integrated out: honest also with few schools.

Given the variance ratio theta, a school's effect is a t distribution: about its shrunken value, with the
residual variance and the coefficients integrated out under flat priors (of log sigma, and of beta). What is
left is one integral over theta, whose weight is the restricted likelihood: a sum over a grid. The prior is
flat in theta itself, so the posterior falls off as theta^-(J - 1)/2 and exists for more than 3 schools.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valueadded.mixed.criterion import ProfileData, cross_products, profile_deviance, solve_gls
from valueadded.numerics.student_t import t_probability

Array = NDArray[np.float64]
Interval = Literal["integrated", "textbook"]

# Without more schools than this the posterior of the variance ratio cannot be integrated.
TOO_FEW_SCHOOLS = 3
# The trapezoid rule in log theta converges geometrically: these 41 points, over all where the posterior of
# log theta is within 14 units of its top (a share of 1e-6), leave each end within 1e-5 of the interval.
POINTS = 41
DEPTH = 14.0
# Where to look for the top of the posterior: log theta, from that of one student in a school's information.
# With 4 schools the posterior falls by half a unit for each unit of log theta.
SCAN = np.arange(-24.0, 51.0, 3.0)
# An end is found to this share of the school's standard error, far below what is printed.
END_TOLERANCE = 1e-8
MAXIMUM_STEPS = 100


@dataclass(frozen=True)
class RatioGrid:
    """The posterior of the variance ratio on a grid of G points.

    theta : (G,) ratios of school to residual variance
    weight : (G,) their posterior probabilities, summing to 1
    """

    theta: Array
    weight: Array


def ratio_posterior(data: ProfileData) -> RatioGrid:
    """Return the posterior of the variance ratio under a prior flat in it, for more than 3 schools."""
    # Jobs that only sum up moments import this package too, and need not wait for the library.
    from scipy.optimize import brentq, minimize_scalar

    def height(log_theta: float) -> float:
        # The last term is the derivative of theta.
        return -profile_deviance(data, float(np.exp(log_theta)), reml=True)[0] / 2 + log_theta

    scan = SCAN - np.log(data.n_students / len(data.n))
    heights = np.array([height(at) for at in scan])
    top = int(heights[1:-1].argmax()) + 1
    found = minimize_scalar(
        lambda at: -height(at),
        bounds=(scan[top - 1], scan[top + 1]),
        method="bounded",
        options={"xatol": 1e-3},
    )
    floor = -found.fun - DEPTH
    # Outwards from the outermost points that count: the posterior may have two tops.
    counted = np.append(scan[heights > floor], found.x)
    left, right = scan[scan < counted.min()], scan[scan > counted.max()]
    ends = [
        brentq(lambda at: height(at) - floor, *sorted((inside, outside)), xtol=1e-2)
        for inside, outside in ((counted.min(), left.max()), (counted.max(), right.min()))
    ]
    grid = np.linspace(ends[0], ends[1], POINTS)
    log_weight = np.array([height(at) for at in grid])
    weight = np.exp(log_weight - log_weight.max())
    return RatioGrid(np.exp(grid), weight / weight.sum())


def integrated_interval(
    data: ProfileData, level: Array, base: float, confidence: float
) -> tuple[Array, Array] | None:
    """Return the equal-tailed interval (J,), (J,) of school effects; nothing for 3 schools or fewer.

    Parameters
    ----------
    data
        Moments of J schools, arranged for the criterion.
    level
        (p,) coefficients, in centred columns, of what is added to a school's deviation: zeros for an effect
        measured from the fitted line, the drift's row for one measured from a frozen line.
    base
        Constant added to all effects (scale points).
    confidence
        Of the interval (0 to 1).
    """
    if len(data.n) <= TOO_FEW_SCHOOLS:
        return None
    grid = ratio_posterior(data)
    centre = np.empty((POINTS, len(data.n)))
    spread = np.empty_like(centre)
    freedom = data.n_students - len(data.terms)
    for point, theta in enumerate(grid.theta):
        solution = solve_gls(cross_products(data, theta))
        sigma2 = solution.rss / freedom
        share = data.n * theta / (1.0 + data.n * theta)
        centre[point] = base + level @ solution.beta + share * (solution.contrast @ data.rows)
        reach = level[:, None] - share * data.rows[:-1]
        of_line = (reach * solution.system.solve(reach)).sum(axis=0)
        spread[point] = np.sqrt(sigma2 * (theta * (1.0 - share) + of_line))
    return _both_ends(grid.weight, centre, spread, freedom, confidence)


def held_interval(
    source: ProfileData, n: Array, residual: Array, confidence: float
) -> tuple[Array, Array] | None:
    """Return the interval (J,), (J,) of effects measured from a frozen line with variances of another cohort.

    The line is what effects are measured from and has no error here; the variances are as uncertain as the
    cohort that they were estimated in leaves them. Nothing for 3 schools or fewer there.

    Parameters
    ----------
    source
        Moments of the cohort that the variances come from.
    n, residual
        (J,) students and mean residuals from the line, of the schools whose effects are asked for.
    """
    if len(source.n) <= TOO_FEW_SCHOOLS:
        return None
    grid = ratio_posterior(source)
    freedom = source.n_students - len(source.terms)
    sigma2 = np.array([solve_gls(cross_products(source, theta)).rss / freedom for theta in grid.theta])
    share = n * grid.theta[:, None] / (1.0 + n * grid.theta[:, None])
    spread = np.sqrt((sigma2 * grid.theta)[:, None] * (1.0 - share))
    return _both_ends(grid.weight, share * residual, spread, freedom, confidence)


def _both_ends(
    weight: Array, centre: Array, spread: Array, freedom: float, confidence: float
) -> tuple[Array, Array]:
    """Return the equal-tailed interval (J,), (J,) of mixtures of G t distributions (G, J)."""
    tail = (1.0 - confidence) / 2
    ends = [_mixture_quantile(at, weight, centre, spread, freedom) for at in (tail, 1.0 - tail)]
    return ends[0], ends[1]


def _mixture_quantile(
    probability: float, weight: Array, centre: Array, spread: Array, freedom: float
) -> Array:
    """Return a quantile (J,) of mixtures of G t distributions with centres and spreads (G, J).

    Newton's method, halving the bracket wherever a step would leave it.
    """
    from scipy.special import gammaln, stdtrit

    standard_quantile = stdtrit(freedom, probability)
    each = centre + standard_quantile * spread
    low, high = each.min(axis=0), each.max(axis=0)
    scale = np.sqrt(weight @ spread**2)
    at = np.clip(weight @ centre + standard_quantile * scale, low, high)
    log_height = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - np.log(freedom * np.pi) / 2
    for _ in range(MAXIMUM_STEPS):
        standard = (at - centre) / spread
        excess = weight @ t_probability(freedom, standard) - probability
        density = np.exp(log_height - (freedom + 1) / 2 * np.log1p(standard**2 / freedom))
        low, high = np.where(excess < 0, at, low), np.where(excess < 0, high, at)
        moved = at - excess / (weight @ (density / spread))
        moved = np.where((moved >= low) & (moved <= high), moved, (low + high) / 2)
        settled = np.abs(moved - at) <= END_TOLERANCE * scale
        at = moved
        if settled.all():
            break
    return at
