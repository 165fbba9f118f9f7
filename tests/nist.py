"""NIST's Statistical Reference Datasets in exact fractions, and names of real data sets.

reference/nist_regression.csv holds the data of the eleven sets for linear regression, and
nist_regression_certified.csv the certified values, both in the digits that NIST prints
(itl.nist.gov/div898/strd/lls; works of the United States government). The one-way layouts come inside scipy.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
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
ANOVA = ("AtmWtAg", "SiRstv", *(f"SmLs0{number}" for number in range(1, 10)))
# Real data for `response ~ term` with schools (or subjects): package, set, school, response, term, method.
REAL = {
    "Exam, ML": ("mlmRev", "Exam", "school", "normexam", "standLRT", "ML"),
    "Exam, REML": ("mlmRev", "Exam", "school", "normexam", "standLRT", "REML"),
    "Chem97, ML": ("mlmRev", "Chem97", "school", "score", "gcsecnt", "ML"),
    "egsingle, ML": ("mlmRev", "egsingle", "schoolid", "math", "year", "ML"),
    "sleepstudy, REML": ("lme4", "sleepstudy", "Subject", "Reaction", "Days", "REML"),
}

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


def read_anova(name: str) -> tuple[list[tuple[str, str]], tuple[Fraction, Fraction]]:
    """Return (group, digits of the response) in rows, and the certified mean squares between and within."""
    lines = (files("scipy.stats") / f"tests/data/nist_anova/{name}.dat").read_text().splitlines()
    table = [line.split() for line in lines[:60] if line.startswith(("Between ", "Within "))]
    between, within = (Fraction(words[4]) for words in table)
    rows = [line.split() for line in lines[60:] if line.strip()]
    return [(group, response) for group, response in rows], (between, within)


def mean_squares(rows: list[tuple[str, Fraction]]) -> tuple[Fraction, Fraction, int]:
    """Return the mean squares between and within groups, and the size of every group."""
    # In whole multiples of the smallest unit, so that the sums are sums of integers.
    unit = math.lcm(*(response.denominator for _, response in rows))
    groups: dict[str, list[int]] = {}
    for group, response in rows:
        groups.setdefault(group, []).append(int(response * unit))
    (size,) = {len(responses) for responses in groups.values()}
    sums = {group: sum(responses) for group, responses in groups.items()}
    total, count = sum(sums.values()), len(groups)
    between = sum((count * part - total) ** 2 for part in sums.values())
    within = sum((size * y - sums[group]) ** 2 for group, responses in groups.items() for y in responses)
    return (
        Fraction(between, count**2 * size * (count - 1) * unit**2),
        Fraction(within, size**2 * (len(rows) - count) * unit**2),
        size,
    )


def anova_variances(rows: list[tuple[str, Fraction]]) -> tuple[Fraction, Fraction]:
    """Return the exact REML variances between and within."""
    between, within, size = mean_squares(rows)
    return (between - within) / size, within


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
