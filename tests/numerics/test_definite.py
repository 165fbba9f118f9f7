import numpy as np
import pytest

from valueadded.numerics.definite import DefiniteSystem, condition_number, find_aliased


def test_solution_and_determinant() -> None:
    root = np.random.default_rng(1).normal(size=(5, 5))
    matrix = root @ root.T * np.outer(10.0 ** np.arange(5), 10.0 ** np.arange(5))
    system = DefiniteSystem(matrix)
    # Columns differ by 4 powers of ten: scaling keeps 12 digits of the 16.
    np.testing.assert_allclose(matrix @ system.inverse(), np.eye(5), atol=1e-8)
    assert system.log_determinant() == pytest.approx(np.linalg.slogdet(matrix)[1], rel=1e-12)


def test_a_system_of_no_columns_is_allowed() -> None:
    system = DefiniteSystem(np.zeros((0, 0)))
    assert system.log_determinant() == 0.0
    assert system.solve(np.zeros(0)).shape == (0,)


def test_an_aliased_column_is_named_with_the_columns_it_repeats() -> None:
    columns = np.random.default_rng(2).normal(size=(50, 4))
    columns[:, 3] = 2 * columns[:, 0] + 3 * columns[:, 2]
    assert find_aliased(columns.T @ columns) == {3: [0, 2]}


def test_a_column_of_zeros_is_aliased_by_itself() -> None:
    columns = np.column_stack([np.ones(5), np.zeros(5)])
    assert find_aliased(columns.T @ columns) == {1: []}


def test_nearly_aliased_columns_are_found_and_merely_correlated_ones_are_not() -> None:
    stream = np.random.default_rng(3)
    x = stream.normal(size=1000)
    almost = np.column_stack([x, x + 1e-7 * stream.normal(size=1000)])
    alike = np.column_stack([x, x + 1e-3 * stream.normal(size=1000)])
    assert find_aliased(almost.T @ almost)
    assert not find_aliased(alike.T @ alike)


def test_condition_number_is_that_of_columns_of_length_one() -> None:
    # Two unit columns at a cosine c have a condition number of sqrt((1 + c) / (1 - c)); units do not count.
    cosine = 0.98
    cross = np.array([[1.0, 1e6 * cosine], [1e6 * cosine, 1e12]])
    assert float(condition_number(cross)) == pytest.approx(np.sqrt(1.98 / 0.02), rel=0.05)
    assert condition_number(np.ones((2, 2))).endswith("or more")
    assert condition_number(np.diag([1.0, 0.0])) == "infinity"
