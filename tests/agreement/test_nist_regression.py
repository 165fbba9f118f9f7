"""Least squares on NIST's Statistical Reference Datasets for linear regression.

The data come inside scipy (Norris) and statsmodels (Longley); the five of Wampler are polynomials of
0 ... 20 and an error that is orthogonal to them, and are generated exactly. Coefficients of Wampler are 1,
or powers of 1/10; the others are NIST's certified values.
"""

import math
import re
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import statsmodels.datasets.longley

from valueadded.numerics.least_squares import LeastSquares, fit_least_squares

pytestmark = pytest.mark.agreement

PAGE = Path(__file__).parents[2] / "docs" / "numbers.md"
LONGLEY = [
    "-3482258.63459582",
    "15.0618722713733",
    "-0.0358191792925910",
    "-2.02022980381683",
    "-1.03322686717359",
    "-0.0511041056535807",
    "1829.15146461355",
]
HALF_OF_DELTA = [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048]
DELTA = [*HALF_OF_DELTA, 2048, *reversed(HALF_OF_DELTA)]
# Name -> (what DELTA is multiplied by, residual standard deviation).
WAMPLER = {
    "Wampler3": (1, "2360.14502379268"),
    "Wampler4": (100, "236014.502379268"),
    "Wampler5": (10000, "23601450.2379268"),
}


def digits(found: float, exact: Fraction) -> float:
    """Return the number of correct digits, NIST's log relative error, at most 15."""
    error = abs(Fraction(found) - exact) / abs(exact)
    return 15.0 if error < Fraction(1, 10**15) else -math.log10(error)


def polynomial(error: int, base: Fraction = Fraction(1)) -> tuple[np.ndarray, np.ndarray]:
    """Return powers 1 to 5 of 0 ... 20, and the polynomial with coefficients base^k plus error x DELTA."""
    y = [
        sum(base**k * x**k for k in range(6)) + error * delta
        for x, delta in zip(range(21), DELTA, strict=True)
    ]
    return np.array([[float(x**k) for k in range(1, 6)] for x in range(21)]), np.array(y, dtype=np.float64)


def read_norris() -> tuple[np.ndarray, np.ndarray, list[str], str]:
    lines = (files("scipy.stats") / "tests/data/nist_linregress/Norris.dat").read_text().splitlines()
    certified = [line.split()[1] for line in lines[30:46] if re.match(r"\s*B\d", line)]
    (spread,) = (line.split()[-1] for line in lines[30:46] if line.strip().startswith("Standard Deviation"))
    y, x = np.array([[float(word) for word in line.split()] for line in lines[60:] if line.strip()]).T
    return x[:, None], y, certified, spread


def fit(name: str) -> tuple[LeastSquares | None, list[Fraction], Fraction]:
    """Return the line of one set, the certified coefficients and the residual standard deviation."""
    if name == "Norris":
        x, y, certified, spread = read_norris()
        return fit_least_squares(x, y), [Fraction(word) for word in certified], Fraction(spread)
    if name == "Longley":
        data = statsmodels.datasets.longley.load_pandas()
        line = fit_least_squares(data.exog.to_numpy(np.float64), data.endog.to_numpy(np.float64))
        return line, [Fraction(word) for word in LONGLEY], Fraction("304.854073561965")
    error, spread = WAMPLER[name]
    return fit_least_squares(*polynomial(error)), [Fraction(1)] * 6, Fraction(spread)


def rows_of_page() -> dict[str, tuple[float, float]]:
    section = PAGE.read_text("utf-8").split("## ")[1]
    rows = re.findall(r"^\| (\w+) \| (\d+\.\d) \| (\d+\.\d) \|", section, flags=re.MULTILINE)
    return {name: (float(coefficients), float(spread)) for name, coefficients, spread in rows}


# Another processor may round a sum the other way: half a digit at most in what was seen.
OTHER_PROCESSORS = 0.5
ROWS = rows_of_page()


def test_the_page_has_every_set_that_is_fitted() -> None:
    assert list(ROWS) == ["Norris", "Longley", *WAMPLER]


@pytest.mark.parametrize("name", ["Norris", "Longley", *WAMPLER])
def test_digits_are_those_of_the_page(name: str) -> None:
    line, certified, spread = fit(name)
    assert line is not None
    assert not line.aliased
    worst = min(digits(found, exact) for found, exact in zip(line.coefficients, certified, strict=True))
    assert worst >= ROWS[name][0] - OTHER_PROCESSORS
    assert digits(math.sqrt(line.mean_square), spread) >= ROWS[name][1] - OTHER_PROCESSORS


def test_the_error_of_wampler_is_orthogonal_to_its_polynomials() -> None:
    # So that the certified coefficients are exact.
    assert all(sum(delta * x**k for x, delta in enumerate(DELTA)) == 0 for k in range(6))


@pytest.mark.parametrize("base", [Fraction(1), Fraction(1, 10)], ids=["Wampler1", "Wampler2"])
def test_sets_without_residual_have_no_line(base: Fraction) -> None:
    assert fit_least_squares(*polynomial(0, base)) is None
