"""Random intercepts by REML on the eleven one-way layouts of NIST's Statistical Reference Datasets.

In a balanced layout the REML variances are MS(within) and (MS(between) - MS(within)) / n where that is
positive, so certified analyses of variance are certified mixed models. The exact values are worked out
here in fractions from the digits of the files, checked against the certified lines, and compared with the
fit. The data come inside scipy.
"""

from fractions import Fraction

import pandas as pd
import pytest
from nist import ANOVA, anova_variances, digits, mean_squares, read_anova

from valueadded.mixed import fit_random_intercept

pytestmark = pytest.mark.agreement

# Correct digits of both variances against the exact answer for the numbers as float64 holds them. All
# eleven reach 15 here; another processor may round a sum the other way.
DIGITS_OF_FLOATS = 14.0
# Digits lost against the limit that rounding the data to float64 sets on any program (4 digits where the
# data are 1e12 + 0.4). Nothing was lost here.
DIGITS_BELOW_LIMIT = 0.05
# NIST certifies 15 digits; the last may be one too high or too low.
CERTIFIED = 1e-14


@pytest.mark.parametrize("name", ANOVA)
def test_variances_to_the_last_digit_the_data_hold(name: str) -> None:
    text, certified = read_anova(name)
    exact = [(group, Fraction(response)) for group, response in text]
    held = [(group, Fraction(float(response))) for group, response in text]
    for ours, theirs in zip(mean_squares(exact), certified, strict=False):
        assert float(abs(ours - theirs) / theirs) < CERTIFIED

    frame = pd.DataFrame([(group, float(y)) for group, y in held], columns=["school_id", "score"])
    fit = fit_random_intercept(frame, "score ~ 1", method="REML")
    for found, in_floats, truth in zip(
        (fit.school_variance, fit.residual_variance),
        anova_variances(held),
        anova_variances(exact),
        strict=True,
    ):
        assert digits(found, in_floats) >= DIGITS_OF_FLOATS
        assert digits(found, truth) >= digits(in_floats, truth) - DIGITS_BELOW_LIMIT
