"""NIST's Statistical Reference Datasets: the tables of reference/, and least squares in exact fractions.

reference/nist_regression.csv holds the data of the eleven sets for linear regression, and
nist_regression_certified.csv the certified values, both in the digits that NIST prints
(itl.nist.gov/div898/strd/lls; works of the United States government).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "agreement" / "reference"
# Set -> highest power of x1; Longley has six columns instead.
DEGREES = {"Norris": 1, "Pontius": 2, "NoInt1": 1, "NoInt2": 1, "Filip": 10, "Longley": 1}
DEGREES |= {f"Wampler{number}": 5 for number in range(1, 6)}
# Error of the polynomials Wampler3 to 5: nothing is left over in the first two.
EXACT = ("Wampler1", "Wampler2")
NO_INTERCEPT = ("NoInt1", "NoInt2")

Rows = list[list[Fraction]]


@dataclass(frozen=True)
class RegressionSet:
    """One set for linear regression.

    columns : n rows of p fractions, without the intercept
    response : n fractions
    estimate, std_error : p (or p + 1) certified numbers, the intercept first
    residual_sd : certified
    """

    name: str
    columns: Rows
    response: list[Fraction]
    estimate: list[Fraction]
    std_error: list[Fraction]
    residual_sd: Fraction

    def floats(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return columns (n, p) and response (n,) as float64 holds them."""
        return np.array([[float(x) for x in row] for row in self.columns]), np.array(
            [float(y) for y in self.response]
        )


def read_regression(name: str) -> RegressionSet:
    data = pd.read_csv(FOLDER / "nist_regression.csv", dtype="str").query("set == @name")
    certified = pd.read_csv(FOLDER / "nist_regression_certified.csv", dtype="str").query("set == @name")
    wide = data.filter(like="x").dropna(axis=1)
    columns = [[Fraction(x) for x in row] for row in wide.to_numpy()]
    if wide.shape[1] == 1:
        columns = [[x**k for k in range(1, DEGREES[name] + 1)] for (x,) in columns]
    terms = certified[certified["std_error"].notna()]
    return RegressionSet(
        name=name,
        columns=columns,
        response=[Fraction(y) for y in data["y"]],
        estimate=[Fraction(text) for text in terms["estimate"]],
        std_error=[Fraction(text) for text in terms["std_error"]],
        residual_sd=Fraction(certified["estimate"].iloc[-1]),
    )


def solve_exactly(
    columns: Rows, response: list[Fraction], intercept: bool
) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """Return coefficients, their variances and the mean square of least squares, without any rounding."""
    design = [[Fraction(1), *row] for row in columns] if intercept else columns
    p = len(design[0])
    cross = [[sum(row[a] * row[b] for row in design) for b in range(p)] for a in range(p)]
    right = [sum(row[a] * y for row, y in zip(design, response, strict=True)) for a in range(p)]
    inverse = _invert(cross)
    beta = [sum(inverse[a][b] * right[b] for b in range(p)) for a in range(p)]
    left = [
        y - sum(x * b for x, b in zip(row, beta, strict=True))
        for row, y in zip(design, response, strict=True)
    ]
    square = sum(e * e for e in left) / (len(response) - p)
    return beta, [square * inverse[k][k] for k in range(p)], square


def _invert(matrix: Rows) -> Rows:
    size = len(matrix)
    rows = [[*row, *(Fraction(int(a == b)) for b in range(size))] for a, row in enumerate(matrix)]
    for k in range(size):
        pivot = rows[k][k]
        rows[k] = [x / pivot for x in rows[k]]
        for a in range(size):
            if a != k and rows[a][k]:
                factor = rows[a][k]
                rows[a] = [x - factor * y for x, y in zip(rows[a], rows[k], strict=True)]
    return [row[size:] for row in rows]


def root(square: Fraction) -> Fraction:
    """Return the square root to thirty digits."""
    scale = 10**60
    return Fraction(math.isqrt(square.numerator * square.denominator * scale), square.denominator * 10**30)


def digits(found: float | Fraction, exact: Fraction) -> float:
    """Return the number of correct digits, NIST's log relative error, between 0 and 15."""
    if not math.isfinite(found):
        return 0.0
    error = abs(Fraction(found) - exact) / (abs(exact) or 1)
    return 15.0 if error < Fraction(1, 10**15) else max(-math.log10(error), 0.0)


def worst_digits(found: list[float], exact: list[Fraction]) -> float:
    """Return the digits of the worst of several numbers."""
    return min(digits(float(ours), theirs) for ours, theirs in zip(found, exact, strict=True))
