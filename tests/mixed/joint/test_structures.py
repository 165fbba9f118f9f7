import numpy as np
import pytest

from valueadded.errors import FitError
from valueadded.mixed.joint.structures import (
    STRUCTURES,
    build_structure,
    correlations_by_lag,
    pin_correlation,
)

YEARS = (2015, 2016, 2018, 2019)
COVARIANCE = np.array(
    [[9.0, 5.0, 4.0, 3.0], [5.0, 8.0, 4.5, 3.5], [4.0, 4.5, 7.0, 5.0], [3.0, 3.5, 5.0, 10.0]]
)


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_jacobian_is_the_derivative(name: str) -> None:
    structure = build_structure(name, YEARS)
    point = structure.start(COVARIANCE) + 0.05
    step = 1e-6
    for k, column in enumerate(structure.jacobian(point).T):
        move = step * (np.arange(len(point)) == k)
        slope = (structure.covariance(point + move) - structure.covariance(point - move)) / (2 * step)
        # Central differences of smooth functions of size 10.
        np.testing.assert_allclose(column.reshape(4, 4), slope, atol=1e-7)


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_start_has_the_variances_asked_for(name: str) -> None:
    structure = build_structure(name, YEARS)
    found = structure.covariance(structure.start(COVARIANCE))
    np.testing.assert_allclose(np.diag(found), np.diag(COVARIANCE), rtol=1e-12)


def test_lag_structures_count_calendar_years() -> None:
    ar1 = build_structure("ar1", YEARS)
    found = ar1.covariance(np.array([1.0, 1.0, 1.0, 1.0, np.arctanh(0.9)]))
    np.testing.assert_allclose(found[0], [1.0, 0.9, 0.9**3, 0.9**4], rtol=1e-12)
    assert ar1.n_parameters == 5
    # Lags 1, 2, 3 and 4 occur: 2015-2016, 2016-2018, 2015-2018, 2015-2019.
    assert build_structure("toeplitz", YEARS).n_parameters == 8


def test_every_partial_autocorrelation_gives_a_covariance() -> None:
    stream = np.random.default_rng(1)
    lags = np.abs(np.subtract.outer(range(6), range(6)))
    for _ in range(50):
        matrix = correlations_by_lag(stream.normal(0, 1.5, 5), 5).real[lags]
        assert np.linalg.eigvalsh(matrix)[0] > -1e-12
        np.testing.assert_allclose(np.diag(matrix), 1.0)


def test_the_pinned_correlation_holds_and_nothing_else_is_held() -> None:
    structure = pin_correlation(4, 2, 1, -0.3)
    point = np.random.default_rng(2).normal(size=structure.linear.shape[1])
    point[:2] = 2.0, 3.0
    found = structure.covariance(point)
    assert found[1, 2] / np.sqrt(found[1, 1] * found[2, 2]) == pytest.approx(-0.3, abs=1e-12)
    # Nine different entries stay free.
    assert np.linalg.matrix_rank(structure.jacobian(point)) == structure.n_parameters == 9


def test_an_unknown_structure_is_refused_by_name() -> None:
    with pytest.raises(FitError, match="structure 'diagonal': expected one of"):
        build_structure("diagonal", YEARS)
