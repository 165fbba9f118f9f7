import numpy as np

from valueadded.numerics.square_factor import CovarianceCriterion, minimise_over_factor


def gaussian(sample: np.ndarray, noise: float):
    """Deviance of AA' + noise I for a sample covariance: least where its eigenvalues fall by the noise."""

    def criterion(factor: np.ndarray) -> CovarianceCriterion:
        total = factor @ factor.T + noise * np.eye(len(sample))
        inverse = np.linalg.inv(total)
        score = inverse - inverse @ sample @ inverse
        return CovarianceCriterion(
            np.linalg.slogdet(total)[1] + np.trace(inverse @ sample), score, np.kron(inverse, inverse)
        )

    return criterion


def test_an_interior_covariance_is_found() -> None:
    sample = np.array([[3.0, 1.0], [1.0, 2.0]])
    factor, record = minimise_over_factor(gaussian(sample, 0.5), np.eye(2))
    np.testing.assert_allclose(factor @ factor.T, sample - 0.5 * np.eye(2), rtol=1e-6)
    assert record.converged
    assert not record.boundary


def test_a_singular_covariance_is_reached_and_reported() -> None:
    # One eigenvalue of the sample is below the noise: the maximum likelihood covariance has rank 1.
    vectors = np.linalg.qr(np.random.default_rng(1).normal(size=(2, 2)))[0]
    sample = vectors @ np.diag([4.0, 0.2]) @ vectors.T
    factor, record = minimise_over_factor(gaussian(sample, 1.0), np.eye(2))
    np.testing.assert_allclose(factor @ factor.T, 3.0 * np.outer(vectors[:, 0], vectors[:, 0]), atol=1e-5)
    assert record.converged
    assert record.boundary


def test_every_start_ends_at_the_same_deviance() -> None:
    sample = np.array([[3.0, 1.7], [1.7, 1.0]])
    stream = np.random.default_rng(2)
    ends = [
        minimise_over_factor(gaussian(sample, 0.4), stream.normal(size=(2, 2)))[1].deviances[-1]
        for _ in range(10)
    ]
    assert np.ptp(ends) < 1e-9


def test_a_covariance_of_zero_is_exactly_zero() -> None:
    factor, record = minimise_over_factor(gaussian(np.diag([0.3, 0.5]), 1.0), np.eye(2))
    assert (factor == 0).all()
    assert record.boundary
    assert record.converged
    assert "exactly 0" in record.status


def test_a_saddle_is_left() -> None:
    # Started at a rank of one in the weaker direction, the gradient never points out of it.
    sample = np.diag([4.0, 2.0])
    factor, record = minimise_over_factor(gaussian(sample, 0.5), np.diag([0.0, 1.0]))
    np.testing.assert_allclose(factor @ factor.T, np.diag([3.5, 1.5]), rtol=1e-6, atol=1e-6)
    assert record.converged
