"""The account of files with ready-made values of schools: what became of every cell, and why."""

import numpy as np
import pandas as pd

from valueadded.errors import ReconciliationError

COUNTED = ["source_file", "measure", "fate", "reason"]
# Faults after which the school and the year of a cell are known all the same.
KNOWN_SCHOOL = ("value_not_a_number", "students_not_a_number", "conflicting_duplicate", "school_type_missing")


def count_cells(cells: pd.DataFrame, quarantine: pd.DataFrame, merged: pd.DataFrame) -> pd.DataFrame:
    """Return the number of cells by file, measure, fate and reason.

    Parameters
    ----------
    cells
        Accepted cells: `source_file`, `measure`, `missing_reason`, and `left_out`, what the row is in words
        where it is no school of the study.
    quarantine, merged
        Cells put aside with their `reason`, and exact repeats; `source_file` and `measure` too.
    """
    gone, missing = cells["left_out"].notna(), cells["missing_reason"].notna()
    fate = np.select([gone, missing], ["left out", "missing"], "value")
    reason = cells["left_out"].fillna(cells["missing_reason"]).fillna("")
    parts = [
        cells.assign(fate=fate, reason=reason),
        quarantine.assign(fate="quarantined"),
        merged.assign(fate="merged", reason=""),
    ]
    rows = pd.concat([part[COUNTED].astype("str") for part in parts])
    return rows.groupby(COUNTED, sort=True).size().rename("cells").reset_index()


def gather_ledger(ledgers: list[pd.DataFrame], account: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each file, parts of one file added up; cells left out count as outside the study.

    Raises
    ------
    ReconciliationError
        If the account has not as many cells as the files.
    """
    by_file = pd.concat(ledgers).groupby(["source_file", "table", "content"], sort=False)
    ledger = by_file.sum().reset_index()[list(ledgers[0].columns)]
    outside = account[account["fate"] == "left out"].groupby("source_file")["cells"].sum()
    ledger["outside_study"] = ledger["source_file"].map(outside).fillna(0).astype("int64")
    texts = ["source_file", "table", "content"]
    ledger[texts] = ledger[texts].astype("str")
    counted = ledger["source_file"].map(account.groupby("source_file")["cells"].sum()).fillna(0)
    for row in ledger[ledger["rows_in"] != counted].itertuples():
        raise ReconciliationError(
            f"{row.source_file}: {row.rows_in} cells in and {int(account['cells'].sum())} in the account;"
            " expected each in exactly one place"
        )
    return ledger


def gather_reasons(values: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return why a school has no value: cells without one, and cells put aside whose school is known."""
    key = ["school_id", "measure", "calendar_year"]
    missing = values[values["value"].isna()].rename(columns={"missing_reason": "reason"})
    aside = quarantine[quarantine["reason"].isin(KNOWN_SCHOOL)]
    rows = pd.concat([missing, aside])[[*key, "reason", "source_file", "source_row"]]
    # Of rows that contradict each other the first stands for all.
    rows = rows.drop_duplicates(key).astype({"calendar_year": "int64", "source_row": "int64"})
    found = values.loc[values["value"].notna(), key]
    rows = rows.merge(found, how="left", on=key, indicator=True)
    texts = dict.fromkeys(["school_id", "measure", "reason", "source_file"], "str")
    return rows[rows["_merge"] == "left_only"].drop(columns="_merge").astype(texts).reset_index(drop=True)
