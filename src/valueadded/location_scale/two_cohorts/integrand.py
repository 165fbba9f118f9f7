"""The integrand over the scale effects of a school in two cohorts, its effects on the mean integrated out.

In cohort t a student's score is x'beta_t + u_t + e with variance exp(z'alpha_t + v_t) of e. Effects are
written with standard normal zeta (2) and eta (2): v = S zeta and u = C zeta + L eta, all three square. With
omega = exp(-z'alpha), A_t = exp(-v_t) sum omega and V = LL', u given zeta and the students is normal with
covariance P = (V + |V| diag(A_2, A_1)) / D, D = |I + VA|: two by two, so all is elementwise and no covariance
is inverted. A cohort in which the school has no student has sums of 0 and says nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.sums import WeightedSums
from valueadded.location_scale.two_cohorts.design import TwoCohortDesign

Array = NDArray[np.float64]
LOG_2_PI = float(np.log(2 * np.pi))
MAXIMUM_NEWTON_STEPS = 40
# Differences of an analytic slope: an error of the curvature of 1e-8, which only moves nodes.
CURVATURE_STEP = 1e-4


@dataclass(frozen=True)
class Loadings:
    """How effects depend on standard normal parts: v = S zeta, u = C zeta + L eta; each (2, 2)."""

    c: Array
    own: Array
    s: Array


@dataclass(frozen=True)
class SchoolSums:
    """Sums of J schools in two cohorts, each (J, 2), 0 where a school has no student.

    n : students
    log_variance : of z'alpha
    weight : of omega
    residual : of omega (y - x'beta)
    squares : of omega (y - x'beta)^2
    """

    n: Array
    log_variance: Array
    weight: Array
    residual: Array
    squares: Array

    def take(self, schools: NDArray[np.intp]) -> "SchoolSums":
        """Return the sums of some schools."""
        return SchoolSums(
            self.n[schools],
            self.log_variance[schools],
            self.weight[schools],
            self.residual[schools],
            self.squares[schools],
        )


@dataclass(frozen=True)
class Conditional:
    """What is known at nodes zeta (J, Q, 2), the effects on the mean integrated out.

    log_density : (J, Q) of the students and zeta together
    k : (J, Q, 2) exp(-v)
    mean : (J, Q, 2) of u
    covariance : (J, Q, 2, 2) of u
    pull : (J, Q, 2) expected derivative of the log density in u
    stretch : (J, Q, 2) expected derivative in v
    information : (J, Q, 2) the amounts A
    """

    log_density: Array
    k: Array
    mean: Array
    covariance: Array
    pull: Array
    stretch: Array
    information: Array


def side_by_side(design: TwoCohortDesign, sums: tuple[WeightedSums, WeightedSums]) -> SchoolSums:
    """Return the sums of both cohorts for all schools."""
    shape = (len(design.school_id), 2)
    n, log_variance, weight, residual, squares = (np.zeros(shape) for _ in range(5))
    for t, (own, place) in enumerate(zip(sums, design.places, strict=True)):
        n[place, t], log_variance[place, t] = own.n, own.log_variance
        weight[place, t], residual[place, t] = own.ww[:, 0, 0], own.wr[:, 0]
        squares[place, t] = own.rr
    return SchoolSums(n, log_variance, weight, residual, squares)


def condition(sums: SchoolSums, at: Loadings, zeta: Array) -> Conditional:
    """Return the integrand at nodes zeta (J, Q, 2), and the distribution of u there."""
    v, prior = zeta @ at.s.T, zeta @ at.c.T
    k = np.exp(-v)
    n, weight = sums.n[:, None], sums.weight[:, None]
    residual, squares = sums.residual[:, None], sums.squares[:, None]
    amount = k * weight
    spread, volume = at.own @ at.own.T, np.linalg.det(at.own) ** 2
    first, second = amount[..., 0], amount[..., 1]
    size = 1.0 + first * spread[0, 0] + second * spread[1, 1] + volume * first * second
    covariance = np.empty((*first.shape, 2, 2))
    covariance[..., 0, 0] = (spread[0, 0] + volume * second) / size
    covariance[..., 1, 1] = (spread[1, 1] + volume * first) / size
    covariance[..., 0, 1] = covariance[..., 1, 0] = spread[0, 1] / size
    towards = k * (residual - weight * prior)
    moved = np.einsum("jqab,jqb->jqa", covariance, towards)
    about = squares - prior * (2 * residual - weight * prior)
    penalty = (n * v + k * about - towards * moved + zeta**2).sum(axis=-1) + np.log(size)
    constant = (sums.n * LOG_2_PI + sums.log_variance).sum(axis=1) + 2 * LOG_2_PI
    mean = prior + moved
    own_variance = np.diagonal(covariance, axis1=2, axis2=3)
    left = squares - mean * (2 * residual - weight * mean) + weight * own_variance
    return Conditional(
        log_density=-0.5 * (constant[:, None] + penalty),
        k=k,
        mean=mean,
        covariance=covariance,
        pull=towards - amount * moved,
        stretch=0.5 * (k * left - n),
        information=amount,
    )


def find_modes(sums: SchoolSums, at: Loadings, start: Array) -> tuple[Array, Array]:
    """Return the modes (J, 2) near `start` by Newton steps, and roots (J, 2, 2) of the inverse curvature.

    Nodes are valid anywhere, so a mode need not be exact; a school whose nodes do not fit takes another rule.
    """
    zeta = start.copy()
    for number in range(MAXIMUM_NEWTON_STEPS):
        root = _width(sums, at, zeta)
        step = np.einsum("jab,jcb,jc->ja", root, root, _slope(sums, at, zeta))
        step /= np.maximum(1.0, np.abs(step).max(axis=1, keepdims=True))
        # Steps that overshoot in turn are halved until they settle.
        zeta = np.clip(zeta + (step if number < 12 else step / 2), -8.0, 8.0)
        if np.max(np.abs(step)) < 1e-7:
            break
    return zeta, _width(sums, at, zeta)


def best_of_grid(sums: SchoolSums, at: Loadings) -> Array:
    """Return the best of 625 points (J, 2) for each school, a start that no other mode hides."""
    line = np.linspace(-6.0, 6.0, 25)
    grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    values = condition(sums, at, np.broadcast_to(grid, (len(sums.n), *grid.shape))).log_density
    return grid[np.argmax(values, axis=1)]


def _slope(sums: SchoolSums, at: Loadings, zeta: Array) -> Array:
    """Return the derivative (J, 2) of the log integrand at zeta (J, 2)."""
    known = condition(sums, at, zeta[:, None, :])
    return known.stretch[:, 0] @ at.s + known.pull[:, 0] @ at.c - zeta


def _width(sums: SchoolSums, at: Loadings, zeta: Array) -> Array:
    """Return R (J, 2, 2) with RR' the inverse curvature, floored at a quarter of the prior's."""
    curvature = np.empty((len(zeta), 2, 2))
    for a in range(2):
        step = CURVATURE_STEP * np.eye(2)[a]
        fall = _slope(sums, at, zeta - step) - _slope(sums, at, zeta + step)
        curvature[:, a] = fall / (2 * CURVATURE_STEP)
    values, vectors = np.linalg.eigh((curvature + np.swapaxes(curvature, 1, 2)) / 2)
    return vectors / np.sqrt(np.maximum(values, 0.25))[:, None, :]
