"""The optimum of a random-intercept model in arithmetic of fifty digits, for counting those of programs."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pandas as pd

DIGITS = 50
# The root is looked for this far, relatively, from where a program found it, and to thirty digits.
NEARBY = Decimal("1e-4")
HALVINGS = 90

Square = list[list[Decimal]]


def find_optimum(
    students: pd.DataFrame, response: str, terms: list[str], school: str, reml: bool, near: float
) -> tuple[list[Fraction], Fraction, Fraction]:
    """Return the coefficients (intercept first), the school and the residual variance.

    `near` is the ratio of the variances that a program found. The derivative of the profile deviance in the
    ratio is a rational function of the data, so nothing but its root is rounded.
    """
    with localcontext() as context:
        context.prec = DIGITS
        counts, means, within = _moments(students, [*terms, response], school)
        low, high = (Decimal(near) * (1 + sign * NEARBY) for sign in (-1, 1))
        if not _slope(low, counts, means, within, reml) < 0 < _slope(high, counts, means, within, reml):
            raise ValueError(f"no optimum near a ratio of {near}")
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if _slope(middle, counts, means, within, reml) < 0:
                low = middle
            else:
                high = middle
        beta, square = _solve(low, counts, means, within)
        freedom = sum(counts) - (len(beta) if reml else 0)
        sigma2 = square / freedom
        return [Fraction(b) for b in beta], Fraction(low * sigma2), Fraction(sigma2)


def _moments(
    students: pd.DataFrame, columns: list[str], school: str
) -> tuple[list[Decimal], list[list[Decimal]], Square]:
    """Return the sizes of schools, their mean rows (1 first), and cross-products within schools."""
    size = len(columns) + 1
    counts, means = [], []
    within = [[Decimal(0)] * size for _ in range(size)]
    for _, rows in students[[school, *columns]].groupby(school, observed=True):
        values = [[Decimal(1)] * len(rows)] + [[Decimal(float(x)) for x in rows[name]] for name in columns]
        count = Decimal(len(rows))
        mean = [sum(column) / count for column in values]
        apart = [[x - m for x in column] for column, m in zip(values, mean, strict=True)]
        for a in range(size):
            for b in range(size):
                within[a][b] += sum(x * y for x, y in zip(apart[a], apart[b], strict=True))
        counts.append(count)
        means.append(mean)
    return counts, means, within


def _cross(weights: list[Decimal], means: list[list[Decimal]], start: Square) -> Square:
    size = len(start)
    return [
        [start[a][b] + sum(w * m[a] * m[b] for w, m in zip(weights, means, strict=True)) for b in range(size)]
        for a in range(size)
    ]


def _solve(
    ratio: Decimal, counts: list[Decimal], means: list[list[Decimal]], within: Square
) -> tuple[list[Decimal], Decimal]:
    """Return the coefficients at a ratio of variances and the residual sum of squares."""
    cross = _cross([n / (1 + n * ratio) for n in counts], means, within)
    beta = _gauss([row[:-1] for row in cross[:-1]], [[row[-1]] for row in cross[:-1]])
    left = [*(-b[0] for b in beta), Decimal(1)]
    square = sum(left[a] * left[b] * cross[a][b] for a in range(len(left)) for b in range(len(left)))
    return [b[0] for b in beta], Decimal(square)


def _slope(
    ratio: Decimal, counts: list[Decimal], means: list[list[Decimal]], within: Square, reml: bool
) -> Decimal:
    """Return the derivative of the profile deviance in the ratio of variances."""
    weights = [n / (1 + n * ratio) for n in counts]
    nothing = [[Decimal(0)] * len(within) for _ in within]
    change = _cross([-w * w for w in weights], means, nothing)
    beta, square = _solve(ratio, counts, means, within)
    left = [*(-b for b in beta), Decimal(1)]
    moved = sum(left[a] * left[b] * change[a][b] for a in range(len(left)) for b in range(len(left)))
    freedom = sum(counts) - (len(beta) if reml else 0)
    slope = freedom * moved / square + sum(weights)
    if reml:
        cross = _cross(weights, means, within)
        solved = _gauss([row[:-1] for row in cross[:-1]], [row[:-1] for row in change[:-1]])
        slope += sum(solved[k][k] for k in range(len(beta)))
    return Decimal(slope)


def _gauss(matrix: Square, right: Square) -> Square:
    rows = [[*row, *tail] for row, tail in zip(matrix, right, strict=True)]
    size = len(rows)
    for k in range(size):
        best = max(range(k, size), key=lambda a: abs(rows[a][k]))
        rows[k], rows[best] = rows[best], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for a in range(size):
            if a != k:
                rows[a] = [x - rows[a][k] * y for x, y in zip(rows[a], rows[k], strict=True)]
    return [row[size:] for row in rows]
