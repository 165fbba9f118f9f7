"""The same file delivered twice under two names."""

import pandas as pd

from valueadded.errors import SourceError
from valueadded.validation.mapping import section_of


def refuse_same_content(ledger: pd.DataFrame) -> None:
    """Refuse files of one table that hold the same bytes.

    The second is a copy of the first, and where it should hold another year that year is missing.

    Parameters
    ----------
    ledger
        Ledgers of all files, columns as in the contract.

    Raises
    ------
    SourceError
        Naming the files.
    """
    # A file with values of schools may be read more than once.
    files = ledger.drop_duplicates(["table", "source_file", "content"])
    copies = files.loc[files.duplicated(["table", "content"], keep=False)]
    if copies.empty:
        return
    first = copies.iloc[0]
    same = copies.loc[(copies["table"] == first["table"]) & (copies["content"] == first["content"])]
    raise SourceError(
        f"{', '.join(sorted(same['source_file']))}: these files have the same content; expected each file"
        f" once, and for each year its own ({section_of(first['table'])}.files)",
        "same_content",
    )
