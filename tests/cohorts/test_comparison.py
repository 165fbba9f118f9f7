"""Matched students are compared with those left out, by hand."""

import numpy as np
import pandas as pd

from valueadded.cohorts.comparison import compare_matched

STUDENTS = pd.DataFrame(
    {
        "step": ["matched", "matched", "matched", "not_matched", "not_scored", "identity"],
        "score": [1.0, 2.0, 6.0, 5.0, np.nan, 1000.0],
        "scored_records": [1, 1, 1, 1, 0, 2],
        "sex": ["f", "f", "m", "m", None, "m"],
        "age": [10.0, np.nan, 11.0, 12.0, 10.0, np.nan],
    }
)


def row(characteristic, level):
    found = compare_matched(STUDENTS, ["age", "sex"], "reading", 2021)
    return found.set_index(["characteristic", "level"]).loc[(characteristic, level)]


def test_means_are_among_students_whose_value_is_known():
    assert row("age", "mean")[["matched", "unmatched", "n_matched", "n_unmatched"]].tolist() == [
        10.5,
        11.0,
        2,
        2,
    ]


def test_shares_are_among_students_whose_value_is_known():
    # Division of 2 by 3 and 1 by 3: exact up to the last digit.
    np.testing.assert_allclose(
        row("sex", "f")[["matched", "unmatched"]].astype(float), [2 / 3, 0], rtol=1e-15
    )
    np.testing.assert_allclose(row("sex", "m")["difference"], 1 / 3 - 1, rtol=1e-15)
    assert row("sex", "m")[["n_matched", "n_unmatched"]].tolist() == [3, 2]


def test_a_contradicted_score_enters_no_mean():
    assert row("score", "mean")[["matched", "unmatched", "n_unmatched"]].tolist() == [3.0, 5.0, 1]


def test_nobody_left_out_leaves_the_other_side_missing():
    found = compare_matched(STUDENTS[:3], ["sex"], "reading", 2021)
    assert found["unmatched"].isna().all()
    assert (found["n_unmatched"] == 0).all()
