"""Calibration by simulation: chunks, draws of the prior, and that wrong ranks are found."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import invwishart

from valueadded.errors import FitError
from valueadded.location_scale import InverseWishart, Priors, SeparateScales
from valueadded.location_scale.calibration import (
    CalibrationPlan,
    assess_ranks,
    draw_prior,
    quantity_names,
    rank_truths,
)
from valueadded.location_scale.coordinates import Coordinates

SMALL = CalibrationPlan(n_schools=8, n_students=6, draws=60, ranked=15)
FULL = Coordinates(2, 2, 2, True)


def test_chunks_give_the_ranks_of_one_run() -> None:
    whole = rank_truths(SMALL, 1, 3, 7)
    parts = pd.concat([rank_truths(SMALL, 1, 1, 7), rank_truths(SMALL, 2, 3, 7)], ignore_index=True)
    pd.testing.assert_frame_equal(whole, parts)
    assert whole["parameter"].tolist() == quantity_names(FULL) * 3
    assert whole["rank"].between(0, 15).all()


def test_uniform_ranks_pass_and_others_do_not() -> None:
    stream = np.random.default_rng(1)
    uniform = stream.integers(0, 32, 1000)
    # A posterior too narrow has truths at both ends, a biased one at one end.
    narrow = np.clip(np.rint(stream.normal(15.5, 13, 1000)), 0, 31)
    biased = np.floor(32 * stream.random(1000) ** 1.2)
    ranks = pd.DataFrame(
        {
            "parameter": np.repeat(["uniform", "narrow", "biased"], 1000),
            "rank": np.concatenate([uniform, narrow, biased]).astype(float),
        }
    )
    found = assess_ranks(ranks, 31, bins=16).set_index("parameter")
    assert found.loc["uniform", "p_value"] > 0.01
    assert found.loc["uniform", "largest_difference"] < found.loc["uniform", "envelope"]
    assert (found.loc[["narrow", "biased"], "p_value"] < 1e-3).all()
    assert found.loc["biased", "largest_difference"] > found.loc["biased", "envelope"]
    # The limit of Kolmogorov and Smirnov: 1.358 / sqrt(n).
    assert found["envelope"].to_numpy() == pytest.approx(1.358 / np.sqrt(1000), rel=0.01)
    # By hand: 4 ranks in 2 bins, 3 and 1 of them.
    few = pd.DataFrame({"parameter": "a", "rank": [0.0, 1.0, 0.0, 3.0]})
    assert assess_ranks(few, 3, bins=2)["chi_square"].item() == pytest.approx(1.0)
    with pytest.raises(ValueError, match="divisor of 32"):
        assess_ranks(ranks, 31, bins=7)


def test_truths_come_from_the_prior() -> None:
    priors = Priors(0.5, 2.0, InverseWishart(19.0, intercept=0.8, slope=0.4, log_variance=1.6))
    stream = np.random.default_rng(2)
    drawn = [draw_prior(priors, FULL, stream) for _ in range(2000)]
    covariance = np.mean([parts[2] for parts in drawn], axis=0)
    # Order of the effects: intercept, slope, log variance. 2,000 draws leave 1 per cent of a variance.
    assert covariance == pytest.approx(invwishart.mean(22.0, np.diag([0.8, 0.4, 1.6])), abs=0.004)
    assert np.std([parts[0] for parts in drawn]) == pytest.approx(0.5, rel=0.05)
    assert np.std([parts[1] for parts in drawn]) == pytest.approx(2.0, rel=0.05)
    with pytest.raises(FitError, match="inverse-Wishart"):
        draw_prior(Priors(covariance=SeparateScales()), FULL, stream)
