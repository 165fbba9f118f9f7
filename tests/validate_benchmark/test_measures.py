import numpy as np
import pandas as pd
import pytest

from valueadded.validate_benchmark import summarise_replicates
from valueadded.validate_benchmark.estimate import Estimate
from valueadded.validate_benchmark.measures import measure_estimate, rank_correlation


def test_measures_of_four_schools_by_hand():
    # Intervals of half width 1.96: the first holds its truth and 0; the second is flagged, rightly; the third
    # is flagged to the wrong side; the fourth is flagged although its truth is negligible.
    found = Estimate(
        "relative",
        "school",
        value=np.array([1.0, -6.0, 4.0, 3.0]),
        std_error=np.ones(4),
        truth=np.array([2.0, -5.0, -3.0, 1.5]),
    )
    measured = measure_estimate(found, 0.95, negligible=2.0)
    assert measured["units"] == 4
    assert measured["bias"] == pytest.approx((-1 - 1 + 7 + 1.5) / 4)
    assert measured["squared_error"] == pytest.approx((1 + 1 + 49 + 2.25) / 4)
    assert measured["coverage"] == 0.75
    assert measured["interval_width"] == pytest.approx(2 * 1.959964, abs=1e-6)
    assert measured["flagged"] == 0.75
    assert measured["false_flags"] == 0.5
    # Ranks 2, 1, 4, 3 against 4, 1, 2, 3: squared differences add up to 8.
    assert measured["rank_correlation"] == pytest.approx(1 - 6 * 8 / 60)


def test_a_method_without_intervals_has_no_coverage_and_no_flags():
    found = Estimate("relative", "system", np.array([1.0]), np.array([np.nan]), np.array([0.0]))
    measured = measure_estimate(found, 0.95, 2.0)
    assert measured["bias"] == 1.0
    lacking = ("coverage", "interval_width", "flagged", "false_flags", "rank_correlation")
    assert all(np.isnan(measured[name]) for name in lacking)


def test_ranks_share_ties_and_agree_with_a_known_value():
    assert rank_correlation(np.array([1.0, 2, 3]), np.array([10.0, 30, 20])) == pytest.approx(0.5)
    # Ranks 1.5, 1.5, 3 against 1, 2, 3.
    assert rank_correlation(np.array([5.0, 5, 9]), np.array([1.0, 2, 3])) == pytest.approx(np.sqrt(0.75))
    assert np.isnan(rank_correlation(np.zeros(4), np.arange(4.0)))
    assert np.isnan(rank_correlation(np.arange(2.0), np.arange(2.0)))


def replicates(**columns):
    count = len(columns["bias"])
    names = ("coverage", "interval_width", "rank_correlation", "flagged", "false_flags")
    rows = {name: [np.nan] * count for name in names} | columns
    return pd.DataFrame({"scenario": "drift", "target": "system", "method": "joint", **rows})


def test_each_number_has_its_monte_carlo_error():
    table = summarise_replicates(
        replicates(bias=[1.0, -1.0, 3.0, 1.0], squared_error=[1.0, 1.0, 9.0, 1.0], coverage=[1.0, 1, 0, 1])
    ).set_index("measure")
    assert table.loc["bias", "value"] == 1.0
    # sd of (1, -1, 3, 1) is sqrt(8/3).
    assert table.loc["bias", "monte_carlo_error"] == pytest.approx(np.sqrt(8 / 3 / 4))
    assert table.loc["rmse", "value"] == pytest.approx(np.sqrt(3))
    # d sqrt(m) = dm / (2 sqrt(m)); the error of m = 3 is 4 / sqrt(4).
    assert table.loc["rmse", "monte_carlo_error"] == pytest.approx(2 / (2 * np.sqrt(3)))
    assert table.loc["coverage", "value"] == 0.75
    assert set(table.index) == {"bias", "rmse", "coverage"}
    assert (table["replicates"] == 4).all()


def test_a_method_that_is_always_right_has_no_error():
    table = summarise_replicates(replicates(bias=[0.0, 0.0], squared_error=[0.0, 0.0])).set_index("measure")
    assert table.loc["rmse", ["value", "monte_carlo_error"]].tolist() == [0.0, 0.0]
