"""A few of the records put aside, to be found in the file, without what they say about a student."""

import pandas as pd

from valueadded.validation.source_rows import SourceRows

EXAMPLES = 3
LONGEST = 24


def mask_examples(quarantine: pd.DataFrame, source: SourceRows) -> pd.DataFrame:
    """Return up to three rows with records put aside for each reason and column.

    Returns
    -------
    DataFrame
        `reason`, `column`, `source_row`, and `masked`: the form of what the column holds there, empty
        where no single column is at fault.
    """
    # A row may hold several records.
    rows = quarantine[["reason", "column", "source_row"]].drop_duplicates()
    found = rows.groupby(["reason", "column"], sort=True).head(EXAMPLES)
    found = found.sort_values(["reason", "column", "source_row"])
    places = source.source_row.searchsorted(found["source_row"].to_numpy())
    masked = [
        # A column may have no name; where the whole row is at fault none is looked at.
        mask_value(source.rows[column].iloc[place]) if column and column in source.rows else ""
        for column, place in zip(found["column"], places, strict=True)
    ]
    return found.assign(masked=pd.array(masked, dtype="str")).reset_index(drop=True)


def mask_value(value: object) -> str:
    """Return the form of a value: digits as 9, letters as A, what is neither as it is if it can be shown."""
    text = "" if value is None or value is pd.NA or value != value else str(value)
    form = "".join(
        "9" if sign.isdigit() else "A" if sign.isalpha() else sign if sign.isprintable() else "\ufffd"
        for sign in text[:LONGEST]
    )
    return form + ("\u2026" if len(text) > LONGEST else "")
