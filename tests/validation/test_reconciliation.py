"""The account of a file holds each record once, or the run stops."""

import numpy as np
import pytest

from valueadded.errors import ReconciliationError
from valueadded.validation.reconciliation import reconcile_file


def test_balanced_account():
    ledger = reconcile_file(
        "a.csv", "students", 5, np.array([5, 1]), np.array([2, 3]), np.array([4]), 1, "9f"
    )
    assert ledger.iloc[0].tolist() == ["a.csv", "students", 5, 2, 2, 1, 1, "9f"]


@pytest.mark.parametrize(
    ("accepted", "quarantined", "merged"),
    [
        ([1, 2], [3], []),
        ([1, 2], [2, 3], [4]),
        ([1, 2, 3], [3], [4]),
        ([1, 2, 3, 5], [], []),
        ([1, 1, 2], [3], []),
    ],
)
def test_lost_or_repeated_record_stops_the_run(accepted, quarantined, merged):
    keys = [np.array(part, dtype=int) for part in (accepted, quarantined, merged)]
    with pytest.raises(ReconciliationError, match=r"a\.csv: 4 records in"):
        reconcile_file("a.csv", "students", 4, *keys, 0, "9f")
