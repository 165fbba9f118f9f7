"""How many of the schools a result singles out are singled out wrongly (N7)."""

import numpy as np
import pandas as pd
import scipy  # loads its parts at their first use, which most jobs have none of

from valueadded.effects.rank_posterior import quintile_size
from valueadded.effects.ranks import KEY


def expect_wrong_flags(effects: pd.DataFrame, ranks: pd.DataFrame) -> pd.DataFrame:
    """Return for each flag how many schools carry it and how many of them are expected not to deserve it.

    Parameters
    ----------
    effects
        Table of school effects.
    ranks
        What `rank_schools` made of them.

    Notes
    -----
    A flag is wrong with its posterior probability: P(effect <= 0) for an interval wholly above 0, and one
    minus the probability of the quintile for a school whose effect lies in it. Their sum over the flagged
    schools is the expected number of wrong flags. Against 0 the whole standard error counts, that of the
    drift included, since here the line matters and not only the order.
    """
    whole = effects[[*KEY, "school_id", "std_error", "lower", "upper"]]
    rows = ranks.merge(whole, on=[*KEY, "school_id"], validate="one_to_one")
    error = rows["std_error"].to_numpy()
    ratio = np.divide(rows["effect"].to_numpy(), error, out=np.zeros(len(rows)), where=error > 0)
    below, above = (np.where(error > 0, scipy.special.ndtr(side * ratio), 0.0) for side in (-1, 1))
    count = rows.groupby(KEY)["school_id"].transform("size").to_numpy()
    size = np.array([quintile_size(number) for number in count])
    wrong = {
        "interval_above_0": (rows["lower"].to_numpy() > 0, below),
        "interval_below_0": (rows["upper"].to_numpy() < 0, above),
        "top_quintile": (rows["rank"].to_numpy() > count - size, 1.0 - rows["p_top_quintile"].to_numpy()),
        "bottom_quintile": (rows["rank"].to_numpy() <= size, 1.0 - rows["p_bottom_quintile"].to_numpy()),
    }
    parts = []
    for flag, (flagged, probability) in wrong.items():
        marked = rows[KEY].assign(n_flagged=flagged.astype(np.int64))
        marked["expected_wrong"] = np.where(flagged, probability, 0.0)
        sums = marked.groupby(KEY, as_index=False).sum()
        share = sums["expected_wrong"] / sums["n_flagged"].where(sums["n_flagged"] > 0)
        parts.append(sums.assign(flag=flag, share_wrong=share))
    return pd.concat(parts, ignore_index=True)[[*KEY, "flag", "n_flagged", "expected_wrong", "share_wrong"]]
