"""Priors: densities, Jacobians and gradients against scipy and against differences; improper ones refused."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime, minimize
from scipy.stats import halfnorm, invwishart, norm, t

from valueadded.errors import FitError
from valueadded.location_scale.coordinates import Coordinates, read_factor, read_point, write_point
from valueadded.location_scale.priors import (
    InverseWishart,
    Priors,
    SeparateScales,
    check_priors,
    log_prior,
)

WISHART = Priors(0.5, 2.0, InverseWishart(3.0, intercept=0.3, slope=0.1, log_variance=0.6))
SCALES = Priors(0.5, 2.0, SeparateScales(1.7, 4.0, intercept=0.8, slope=0.3, log_variance=0.5))
NORMAL_SCALES = Priors(0.5, 2.0, SeparateScales(1.7, intercept=0.8, slope=0.3, log_variance=0.5))
FULL = Coordinates(n_location=2, n_scale=2, n_random=2, random_scale=True)
PLAIN = Coordinates(n_location=2, n_scale=1, n_random=1, random_scale=True)
NESTED = Coordinates(n_location=1, n_scale=1, n_random=2, random_scale=False)


@pytest.mark.parametrize("meaning", [FULL, PLAIN, NESTED])
@pytest.mark.parametrize("priors", [WISHART, SCALES, NORMAL_SCALES])
def test_gradient_is_the_derivative(priors: Priors, meaning: Coordinates) -> None:
    theta = np.random.default_rng(1).normal(scale=0.4, size=meaning.size)
    steps = 1e-6 * np.eye(meaning.size)
    expected = [
        (log_prior(theta + step, priors, meaning)[0] - log_prior(theta - step, priors, meaning)[0]) / 2e-6
        for step in steps
    ]
    # Central differences of values of size 10 with steps of 1e-6: errors of 1e-9 or so.
    assert log_prior(theta, priors, meaning)[1] == pytest.approx(np.array(expected), abs=1e-7)


@pytest.mark.parametrize("meaning", [FULL, PLAIN, NESTED])
def test_inverse_wishart_is_that_of_scipy_with_a_numerical_jacobian(meaning: Coordinates) -> None:
    theta = np.random.default_rng(2).normal(scale=0.4, size=meaning.size)
    d = meaning.n_effects
    rows, columns = np.tril_indices(d)

    def entries(packed: np.ndarray) -> np.ndarray:
        point = np.append(theta[: meaning.n_coefficients], packed)
        factor = read_factor(point, meaning)
        return (factor @ factor.T)[rows, columns]

    packed = theta[meaning.n_coefficients :]
    jacobian = np.array([approx_fprime(packed, lambda at, k=k: entries(at)[k]) for k in range(len(rows))])
    factor = read_factor(theta, meaning)
    scale = np.diag([0.6, 0.3, 0.1][1 - meaning.random_scale :][:d])
    spread = np.repeat([0.5, 2.0], [meaning.n_location, meaning.n_scale])
    expected = (
        norm.logpdf(theta[: meaning.n_coefficients], scale=spread).sum()
        + invwishart.logpdf(factor @ factor.T, d + 3.0, scale)
        + np.log(abs(np.linalg.det(jacobian)))
    )
    # Forward differences with steps of 1e-8 have errors of 1e-8 each.
    assert log_prior(theta, WISHART, meaning)[0] == pytest.approx(expected, abs=1e-6)


def test_moments_of_the_sampled_prior_are_those_of_scipy() -> None:
    meaning = Coordinates(1, 1, 1, True)
    prior = InverseWishart(19.0, intercept=0.8, log_variance=1.6)
    priors = Priors(1.0, 1.0, prior)

    def criterion(theta: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = log_prior(theta, priors, meaning)
        return -value, -gradient

    mode = minimize(criterion, np.zeros(meaning.size), jac=True).x
    hessian = np.array([approx_fprime(mode, lambda at, k=k: criterion(at)[1][k]) for k in range(len(mode))])
    root = np.linalg.cholesky(np.linalg.inv((hessian + hessian.T) / 2))
    stream = np.random.default_rng(3)
    standard = stream.standard_t(6, size=(5_000, meaning.size))
    points = mode + standard @ root.T
    log_weights = np.array([log_prior(point, priors, meaning)[0] for point in points])
    log_weights -= t.logpdf(standard, 6).sum(axis=1)
    weights = np.exp(log_weights - log_weights.max())
    # The density is normalised: weights over the proposal's density average to the root's determinant.
    total = weights.mean() * np.exp(log_weights.max()) * np.prod(np.diag(root))
    # An effective size above 2,000 makes errors of the means below 2 per cent each.
    assert total == pytest.approx(1.0, abs=0.05)
    factor = read_factor(points, meaning)
    covariance = factor @ np.swapaxes(factor, 1, 2)
    scale = np.diag([1.6, 0.8])
    distribution = {"df": 21.0, "scale": scale}
    mean = np.tensordot(weights / weights.sum(), covariance, axes=1)
    assert mean == pytest.approx(invwishart.mean(**distribution), abs=0.004)
    variance = np.tensordot(weights / weights.sum(), (covariance - mean) ** 2, axes=1)
    assert variance == pytest.approx(invwishart.var(**distribution), rel=0.2)


def test_separate_scales_factor_into_half_normals_and_lkj() -> None:
    """Of two effects LKJ is (1 - r^2)^(eta - 1) over its integral; the Jacobian is checked by differences."""
    prior = NORMAL_SCALES.covariance
    spread, r = np.array([0.4, 0.7]), 0.35
    total = quad(lambda x: (1 - x**2) ** (prior.concentration - 1), -1, 1)[0]
    of_parts = (
        halfnorm.logpdf(spread, scale=[0.5, 0.8]).sum()
        + (prior.concentration - 1) * np.log(1 - r**2)
        - np.log(total)
    )

    def to_coordinates(parts: np.ndarray) -> np.ndarray:
        a, b, c = parts
        factor = np.array([[a, 0.0], [b * c, b * np.sqrt(1 - c**2)]])
        return write_point(np.zeros(2), np.zeros(1), factor)[3:]

    parts = np.array([*spread, r])
    jacobian = np.array([approx_fprime(parts, lambda at, k=k: to_coordinates(at)[k]) for k in range(3)])
    theta = np.concatenate([np.zeros(3), to_coordinates(parts)])
    expected = of_parts - np.log(abs(np.linalg.det(jacobian)))
    expected += norm.logpdf(0, scale=[0.5, 0.5, 2.0]).sum()
    assert log_prior(theta, NORMAL_SCALES, PLAIN)[0] == pytest.approx(expected, abs=1e-6)


def test_a_half_t_of_many_degrees_is_half_normal() -> None:
    theta = np.random.default_rng(4).normal(scale=0.3, size=FULL.size)
    nearly = Priors(0.5, 2.0, SeparateScales(1.7, 1e9, intercept=0.8, slope=0.3, log_variance=0.5))
    # They differ by about ratio^4 / degrees; the difference of two log gammas keeps 6 digits.
    assert log_prior(theta, nearly, FULL)[0] == pytest.approx(
        log_prior(theta, NORMAL_SCALES, FULL)[0], abs=1e-5
    )


def test_coordinates_go_there_and_back() -> None:
    theta = np.random.default_rng(5).normal(size=FULL.size)
    at = read_point(theta, FULL)
    factor = np.vstack([[at.scale, 0.0, 0.0], at.factor])
    assert write_point(at.beta, at.alpha, factor) == pytest.approx(theta, abs=1e-12)


@pytest.mark.parametrize(
    ("priors", "fault"),
    [
        (Priors(mean_spread=0.0), "mean_spread"),
        (Priors(covariance=InverseWishart(degrees_above_size=-1.0)), "degrees_above_size"),
        (Priors(covariance=SeparateScales(concentration=0.0)), "concentration"),
    ],
)
def test_improper_priors_are_refused(priors: Priors, fault: str) -> None:
    with pytest.raises(FitError, match=fault):
        check_priors(priors)
