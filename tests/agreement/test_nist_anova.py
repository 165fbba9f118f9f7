"""Random intercepts by REML on the eleven one-way layouts of NIST's Statistical Reference Datasets.

In a balanced layout the REML variances are MS(within) and (MS(between) - MS(within)) / n where that is
positive, so certified analyses of variance are certified mixed models. The exact values are worked out
here in fractions from the digits of the files, checked against the certified lines, and compared with the
fit. The data come inside scipy.
"""

import math
from fractions import Fraction
from importlib.resources import files

import pandas as pd
import pytest

from valueadded.mixed import fit_random_intercept

pytestmark = pytest.mark.agreement

SETS = [
    "AtmWtAg",
    "SiRstv",
    *(f"SmLs0{number}" for number in range(1, 10)),
]
# Correct digits of both variances against the exact answer for the numbers as float64 holds them. All
# eleven reach 15 here; another processor may round a sum the other way.
DIGITS_OF_FLOATS = 14.0
# Digits lost against the limit that rounding the data to float64 sets on any program (4 digits where the
# data are 1e12 + 0.4). Nothing was lost here.
DIGITS_BELOW_LIMIT = 0.05
# NIST certifies 15 digits; the last may be one too high or too low.
CERTIFIED = 1e-14


def read(name: str) -> tuple[list[tuple[str, str]], tuple[Fraction, Fraction]]:
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


def variances(rows: list[tuple[str, Fraction]]) -> tuple[Fraction, Fraction]:
    """Return the exact REML variances between and within."""
    between, within, size = mean_squares(rows)
    return (between - within) / size, within


def digits(found: float | Fraction, exact: Fraction) -> float:
    """Return the number of correct digits, NIST's log relative error, at most 15."""
    error = abs(Fraction(found) - exact) / abs(exact)
    return 15.0 if error < Fraction(1, 10**15) else -math.log10(error)


@pytest.mark.parametrize("name", SETS)
def test_variances_to_the_last_digit_the_data_hold(name: str) -> None:
    text, certified = read(name)
    exact = [(group, Fraction(response)) for group, response in text]
    held = [(group, Fraction(float(response))) for group, response in text]
    for ours, theirs in zip(mean_squares(exact), certified, strict=False):
        assert float(abs(ours - theirs) / theirs) < CERTIFIED

    frame = pd.DataFrame([(group, float(y)) for group, y in held], columns=["school_id", "score"])
    fit = fit_random_intercept(frame, "score ~ 1", method="REML")
    for found, in_floats, truth in zip(
        (fit.school_variance, fit.residual_variance), variances(held), variances(exact), strict=True
    ):
        assert digits(found, in_floats) >= DIGITS_OF_FLOATS
        assert digits(found, truth) >= digits(in_floats, truth) - DIGITS_BELOW_LIMIT
