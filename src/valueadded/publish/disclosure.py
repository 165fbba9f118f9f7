"""Which cells are hidden: those of few students, and one more where a single hidden cell could be derived."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

PUBLISHED = "published"
SUPPRESSED = "suppressed"
NOT_AVAILABLE = "not available"
NOT_APPLICABLE = "not applicable"
STATUSES = (PUBLISHED, SUPPRESSED, NOT_AVAILABLE, NOT_APPLICABLE)


def hide_cells(counts: pd.DataFrame, within: Sequence[str], minimum: int) -> pd.Series:
    """Return which rows are hidden, indexed as `counts`.

    A row with fewer than `minimum` students is hidden. Where that hides exactly one row of a margin, the row
    with the next fewest students is hidden too: a total, a mean of effects that is 0, or the one rank that
    nobody has, would give the single hidden row away (complementary suppression).

    Parameters
    ----------
    counts
        A row for each school of a margin: the columns `within`, `school_id` and `n_students` (students).
    within
        Columns that name a margin, such as domain and year.
    """
    small = counts["n_students"].lt(minimum)
    # Fewest students first, so that as little as possible is lost; equal counts by the order of the school.
    order = counts.assign(small=small).sort_values(["small", "n_students", "school_id"], kind="stable")
    shown = order[~order["small"]]
    first_shown = shown.index[~shown.duplicated(list(within))]
    hidden_in_margin = small.groupby([counts[name] for name in within]).transform("sum")
    second = pd.Series(counts.index.isin(first_shown), index=counts.index) & hidden_in_margin.eq(1)
    return small | second


def hidden_keys(counts: pd.DataFrame, within: Sequence[str], minimum: int) -> pd.DataFrame:
    """Return margin, `school_id` and `hidden` of every school; options as in `hide_cells`.

    A school with several counts in a margin, one for each model, is judged by the least.
    """
    key = [*within, "school_id"]
    least = counts.groupby(key, sort=True)["n_students"].min().reset_index()
    return least[key].assign(hidden=hide_cells(least, within, minimum).to_numpy())


def choose_status(absent: pd.Series, hidden: pd.Series) -> pd.Series:
    """Return the status of every row: not available where `absent`, else suppressed where `hidden`."""
    shown = pd.Series(PUBLISHED, index=absent.index, dtype="str")
    return shown.mask(hidden, SUPPRESSED).mask(absent, NOT_AVAILABLE)


def band_counts(counts: pd.Series, starts: Sequence[int]) -> pd.Series:
    """Return each count as the band it lies in, such as `20-29` or, the last, `100 or more`.

    An exact count next to an effect gives back the sum of the scores behind it. A count below the first band
    is `suppressed`.
    """
    names = [f"{low}-{high - 1}" for low, high in pairwise(starts)]
    names.append(f"{starts[-1]} or more")
    place = np.searchsorted(np.asarray(starts), counts.to_numpy(np.float64), side="right") - 1
    words = np.where(place >= 0, np.asarray(names, dtype=object)[np.maximum(place, 0)], SUPPRESSED)
    return pd.Series(words, index=counts.index, dtype="str")
