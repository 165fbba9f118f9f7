"""Proof that no record is lost: every record of a file is accepted, put aside or merged, exactly once."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import ReconciliationError

Keys = NDArray[np.int64]


def reconcile_file(
    source_file: str,
    table: str,
    records_in: int,
    accepted: Keys,
    quarantined: Keys,
    merged: Keys,
    outside_study: int,
    content: str,
) -> pd.DataFrame:
    """Return the ledger of one file: one row.

    Parameters
    ----------
    records_in
        Records the reader counted; their keys are 1 .. `records_in`.
    accepted, quarantined, merged
        Keys of the records in each outcome, taken from the tables about to be written.
    outside_study
        How many of the accepted records the study does not use.
    content
        Digest of the file's bytes.

    Raises
    ------
    ReconciliationError
        If a record is in no outcome or in more than one.
    """
    found = np.sort(np.concatenate([accepted, quarantined, merged]))
    if not np.array_equal(found, np.arange(1, records_in + 1)):
        known, times = np.unique(found, return_counts=True)
        lost = np.setdiff1d(np.arange(1, records_in + 1), known).size
        raise ReconciliationError(
            f"{source_file}: {records_in} records in, {len(accepted)} accepted, {len(quarantined)}"
            f" quarantined, {len(merged)} merged as duplicates; {lost} in none of them,"
            f" {int((times > 1).sum())} in several; expected each in exactly one"
        )
    return pd.DataFrame(
        {
            "source_file": pd.array([source_file], dtype="str"),
            "table": pd.array([table], dtype="str"),
            "rows_in": [records_in],
            "accepted": [len(accepted)],
            "quarantined": [len(quarantined)],
            "duplicates_merged": [len(merged)],
            "outside_study": [outside_study],
            "content": pd.array([content], dtype="str"),
        }
    )
