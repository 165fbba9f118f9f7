"""Least squares against exact fractions, and the sums it rests on."""

from fractions import Fraction

import numpy as np
import pytest
from nist import digits, solve_exactly, worst_digits

from valueadded.numerics.double_products import dot_products, subtract_products, two_product, two_sum
from valueadded.numerics.least_squares import fit_least_squares


def draw(scale: float, offset: float) -> tuple[np.ndarray, np.ndarray]:
    stream = np.random.default_rng(31)
    columns = stream.normal(0, 1, (40, 3)) * [1.0, scale, 1.0] + [0.0, 0.0, offset]
    columns[:, 2] += columns[:, 0]
    return columns, columns @ [1.0, -2.0 / scale, 0.5] + stream.normal(0, 1, 40) + offset


@pytest.mark.parametrize(("scale", "offset"), [(1.0, 0.0), (1e-9, 1e8), (1e12, -1e10)])
def test_the_line_is_the_exact_one_in_any_unit(scale: float, offset: float) -> None:
    columns, response = draw(scale, offset)
    line = fit_least_squares(columns, response)
    beta, variances, square = solve_exactly(
        [[Fraction(float(x)) for x in row] for row in columns], [Fraction(float(y)) for y in response], True
    )
    assert line is not None
    # The last of 15 digits is a matter of rounding.
    assert worst_digits(line.coefficients, beta) >= 14.5
    assert worst_digits(line.std_error**2, variances) >= 14.5
    assert digits(line.mean_square, square) >= 14.5


def test_columns_that_depend_on_others_are_named_and_left_out() -> None:
    columns, response = draw(1.0, 3.0)
    third, constant = columns[:, [0]] - 2 * columns[:, [1]], np.full((40, 1), 0.7)
    line = fit_least_squares(np.hstack([columns[:, :2], third, constant, columns[:, 2:]]), response)
    plain = fit_least_squares(columns, response)
    assert line is not None
    assert plain is not None
    assert line.aliased == {2: [0, 1], 3: []}
    np.testing.assert_allclose(line.coefficients[[0, 1, 2, 5]], plain.coefficients, rtol=1e-14)
    np.testing.assert_array_equal(np.isnan(line.std_error), np.isnan(line.coefficients))
    np.testing.assert_allclose(line.leverage, plain.leverage, rtol=1e-12)
    assert line.degrees_of_freedom == plain.degrees_of_freedom == 36


def test_a_response_on_the_line_is_exact() -> None:
    columns, _ = draw(1.0, 5.0)
    line = fit_least_squares(columns, 3.0 + columns @ [1.0, 2.0, 4.0])
    assert line is not None
    assert line.exact
    np.testing.assert_allclose(line.coefficients, [3.0, 1.0, 2.0, 4.0], rtol=1e-13)
    assert fit_least_squares(columns[:4], np.arange(4.0)) is None


def test_sums_and_products_lose_nothing() -> None:
    stream = np.random.default_rng(5)
    a, b = stream.normal(0, 1, (2, 200)) * 10.0 ** stream.integers(-12, 12, (2, 200))
    for found, exact in (
        (two_sum(a, b), [Fraction(x) + Fraction(y) for x, y in zip(a, b, strict=True)]),
        (two_product(a, b), [Fraction(x) * Fraction(y) for x, y in zip(a, b, strict=True)]),
    ):
        both = [Fraction(high) + Fraction(low) for high, low in zip(*found, strict=True)]
        assert both == exact


@pytest.mark.parametrize("n", [1, 2, 7, 200])
def test_sums_of_products_are_those_of_twice_the_precision(n: int) -> None:
    stream = np.random.default_rng(7)
    columns, vector = stream.normal(1e6, 1, (n, 3)), stream.normal(0, 1, n)
    # Sums that cancel to a millionth and less.
    vector -= vector.mean() * (n > 1)
    for column, found in zip(columns.T, dot_products(columns, vector), strict=True):
        exact = sum(Fraction(x) * Fraction(y) for x, y in zip(column, vector, strict=True))
        assert abs(Fraction(found) - exact) <= abs(exact) * Fraction(1, 10**15) + Fraction(1, 10**22)


def test_differences_of_products_are_those_of_twice_the_precision() -> None:
    stream = np.random.default_rng(6)
    columns, high = stream.normal(1e6, 1, (50, 4)), stream.normal(0, 1, 4)
    low = high * stream.uniform(-1e-17, 1e-17, 4)
    start = columns @ high
    found = subtract_products(start, columns, high, low)
    for row, first, left in zip(columns, start, found, strict=True):
        exact = Fraction(float(first)) - sum(
            Fraction(x) * (Fraction(h) + Fraction(s)) for x, h, s in zip(row, high, low, strict=True)
        )
        # What is left is a billionth of a billionth of the products; plain float64 would keep no digit.
        assert abs(left - exact) <= 1e-15 * abs(exact) + 1e-25
