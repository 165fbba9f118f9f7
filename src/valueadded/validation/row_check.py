"""What a rule is that every record must keep."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class RowCheck:
    """One rule.

    reason : code of the rule, a key of REASONS
    column : column of the table that is looked at; empty where it is the whole row
    expected : what was expected, in words, with the configuration key to change
    broken : frame -> mask, bool (n,), of the records that break the rule
    """

    reason: str
    column: str
    expected: str
    broken: Callable[[pd.DataFrame], Mask]
