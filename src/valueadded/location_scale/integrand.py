"""The integrand over a school's scale effect: effects of mean and slope integrated out in closed form.

A student's score is y = x'beta + w'u + e, with variance exp(z'alpha + v) of e. School effects (u, v) are
normal and written with standard normal (zeta, eta): v = s zeta and u = c zeta + L eta, L square. With omega
= exp(-z'alpha), k = exp(-s zeta), A = sum omega ww' and t = sum omega w (r - w'c zeta), eta given zeta and
the students is normal with precision M = I + k L'AL and mean k M^-1 L't. In the eigenvectors of L'AL all of
that is elementwise, so a node costs a few products. No covariance is ever inverted: singular ones are
nothing special. Where the intercept variance differs between schools by exp(gamma'w), the first row of c and
L is multiplied by exp(gamma'w / 2), school by school.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.sums import WeightedSums

Array = NDArray[np.float64]
LOG_2_PI = float(np.log(2 * np.pi))
MAXIMUM_NEWTON_STEPS = 60


@dataclass(frozen=True)
class Parameters:
    """A point in the parameter space, or a gradient there.

    beta : (p,) coefficients of the mean
    alpha : (m,) coefficients of the log variance
    factor : (q, 1 + q) the columns c and L: u = c zeta + L eta
    scale : s, standard deviation of v up to sign
    gamma : (g,) coefficients of the log of the intercept variance, about the factor's
    """

    beta: Array
    alpha: Array
    factor: Array
    scale: float
    gamma: Array = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Integrand:
    """What the integrand over zeta is made of, for J schools, in the eigenvectors of L'AL.

    constant : (J,) what does not depend on zeta
    n : (J,) students
    squares : (3, J) coefficients of sum omega (r - w'c zeta)^2 as a polynomial in zeta
    precision : (q, J) eigenvalues of L'AL
    pull, drag : (q, J) so that L't = pull - zeta drag
    loading : (J, q, 1 + q) u = loading (zeta, eta), eta in eigenvectors
    rotation : (J, q, q) the eigenvectors
    scale : s
    """

    constant: Array
    n: Array
    squares: Array
    precision: Array
    pull: Array
    drag: Array
    loading: Array
    rotation: Array
    scale: float


def prepare(sums: WeightedSums, at: Parameters) -> Integrand:
    """Return the integrands of J schools at one point."""
    factor = np.repeat(at.factor[None], len(sums.n), axis=0)
    factor[:, 0] *= intercept_growth(sums, at)[:, None]
    c, root = factor[:, :, 0], factor[:, :, 1:]
    precision, rotation = np.linalg.eigh(np.swapaxes(root, 1, 2) @ sums.ww @ root)
    turned = root @ rotation
    towards_c = np.einsum("jab,jb->ja", sums.ww, c)
    return Integrand(
        constant=-0.5 * (sums.n * LOG_2_PI + sums.log_variance + LOG_2_PI),
        n=sums.n,
        squares=np.stack([sums.rr, -2 * np.sum(sums.wr * c, axis=1), np.sum(towards_c * c, axis=1)]),
        precision=np.clip(precision.T, 0.0, None),
        pull=np.einsum("jab,ja->bj", turned, sums.wr),
        drag=np.einsum("jab,ja->bj", turned, towards_c),
        loading=np.concatenate([c[:, :, None], turned], axis=2),
        rotation=rotation,
        scale=at.scale,
    )


def intercept_growth(sums: WeightedSums, at: Parameters) -> Array:
    """Return what the standard deviation of each school's intercept is multiplied by, (J,)."""
    return np.exp(sums.intercept_terms @ at.gamma / 2)


def log_integrand(it: Integrand, zeta: Array) -> Array:
    """Return log p(students, zeta), eta integrated out, at nodes (J, Q)."""
    k = np.exp(-it.scale * zeta)
    spread = 1.0 + k * it.precision[:, :, None]
    towards = it.pull[:, :, None] - zeta * it.drag[:, :, None]
    squares = polynomial(it.squares[:, :, None], zeta)
    explained = np.sum(k * towards**2 / spread, axis=0)
    penalty = it.n[:, None] * it.scale * zeta + np.log(spread).sum(axis=0) + zeta**2
    return it.constant[:, None] - 0.5 * (penalty + k * (squares - explained))


def curvature(it: Integrand, zeta: Array) -> tuple[Array, Array]:
    """Return first and second derivative of the log integrand at zeta (J,)."""
    s, k = it.scale, np.exp(-it.scale * zeta)
    share = k * it.precision / (1.0 + k * it.precision)
    change = s * (share - 2.0)
    towards = it.pull - zeta * it.drag
    amount = k**2 / (1.0 + k * it.precision)
    explained = amount * (change * towards**2 - 2 * it.drag * towards)
    explained_twice = amount * (
        (change**2 - s**2 * share * (1.0 - share)) * towards**2
        - 4 * change * it.drag * towards
        + 2 * it.drag**2
    )
    squares = polynomial(it.squares, zeta)
    slope = it.squares[1] + 2 * zeta * it.squares[2]
    first = it.n * s - s * share.sum(axis=0) + k * (slope - s * squares) - explained.sum(axis=0)
    second = (
        s**2 * (share * (1.0 - share)).sum(axis=0)
        + k * (2 * it.squares[2] - 2 * s * slope + s**2 * squares)
        - explained_twice.sum(axis=0)
    )
    return -0.5 * first - zeta, -0.5 * second - 1.0


def find_modes(it: Integrand, start: Array) -> tuple[Array, Array]:
    """Return the modes (J,) near `start` by Newton steps, and the widths (J,) their curvature gives.

    Nodes are valid anywhere, so a mode need not be exact; a school whose nodes do not fit takes another rule.
    """
    zeta = start.copy()
    for step_number in range(MAXIMUM_NEWTON_STEPS):
        first, second = curvature(it, zeta)
        step = np.clip(first / np.maximum(-second, 0.25), -1.0, 1.0)
        # Steps that overshoot in turn are halved until they settle.
        zeta = np.clip(zeta + (step if step_number < 12 else step / 2), -8.0, 8.0)
        if np.max(np.abs(step)) < 1e-9:
            break
    return zeta, 1.0 / np.sqrt(np.maximum(-curvature(it, zeta)[1], 0.25))


def best_of_grid(it: Integrand) -> Array:
    """Return the best of 49 points (J,) for each school, a start for the modes that no other mode hides."""
    grid = np.linspace(-6.0, 6.0, 49)
    values = log_integrand(it, np.broadcast_to(grid, (len(it.n), len(grid))))
    return grid[np.argmax(values, axis=1)]


def take(it: Integrand, schools: NDArray[np.intp]) -> Integrand:
    """Return the integrands of some schools."""
    return replace(
        it,
        constant=it.constant[schools],
        n=it.n[schools],
        squares=it.squares[:, schools],
        precision=it.precision[:, schools],
        pull=it.pull[:, schools],
        drag=it.drag[:, schools],
        loading=it.loading[schools],
        rotation=it.rotation[schools],
    )


def polynomial(coefficients: Array, zeta: Array) -> Array:
    """Return c_0 + c_1 zeta + c_2 zeta^2."""
    return coefficients[0] + zeta * (coefficients[1] + zeta * coefficients[2])
