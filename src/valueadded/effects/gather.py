"""Every school effect of every model in one table."""

from collections.abc import Sequence

import pandas as pd

from valueadded.contracts.effects import SCHOOL_EFFECTS


def gather_school_effects(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the effects of several families of models in one table, columns of the contract only."""
    columns = list(SCHOOL_EFFECTS.columns)
    return pd.concat([part[columns] for part in parts], ignore_index=True)
