"""The release table of intake-adjusted performance."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from valueadded.publish.disclosure import (
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    PUBLISHED,
    SUPPRESSED,
    band_counts,
    hide_cells,
)
from valueadded.publish.guard import CELL
from valueadded.publish.rounding import round_to

RESIDUAL_STEP = 0.1
MARGIN = ["outcome", "window", "group"]
# The status of the results -> that of the release.
STATUS = {
    "published": PUBLISHED,
    "capped": PUBLISHED,
    "suppressed": SUPPRESSED,
    "missing intake": NOT_AVAILABLE,
    "missing outcome": NOT_AVAILABLE,
    "excluded": NOT_APPLICABLE,
    "no regression": NOT_APPLICABLE,
}


def record_performance(performance: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return the exact number of students behind every published result: `CELL` and `n_students`."""
    shown = published.loc[published["status"] == PUBLISHED, [*MARGIN, "school_id"]]
    rows = performance.merge(shown, on=[*MARGIN, "school_id"])
    return rows[[*CELL, "n_students"]].reset_index(drop=True)


def publish_performance(performance: pd.DataFrame, minimum: int, bands: Sequence[int]) -> pd.DataFrame:
    """Return intake-adjusted performance by the release's own minimum, which is stricter than the source's.

    Where the latest year is hidden, so is the mean of several years that holds it: with the years before,
    the mean gives the latest year.
    """
    status = performance["status"].map(STATUS)
    counted = status.isin([PUBLISHED, SUPPRESSED])
    cells = performance[counted].assign(n_students=performance.loc[counted, "n_students"].fillna(0))
    cells.loc[status[counted] == SUPPRESSED, "n_students"] = 0
    hidden = hide_cells(cells, MARGIN, minimum)
    pair = [cells["outcome"], cells["school_id"]]
    latest = (hidden & cells["window"].eq("LY")).groupby(pair).transform("any")
    hidden = hide_cells(
        cells.assign(n_students=cells["n_students"].where(~(hidden | latest), 0)), MARGIN, minimum
    )
    status = status.mask(hidden.reindex(performance.index, fill_value=False), SUPPRESSED).astype("str")
    shown = status == PUBLISHED
    residual = round_to(performance["standardised_residual"].to_numpy(np.float64), RESIDUAL_STEP)
    rows = performance.assign(
        status=status,
        students=band_counts(performance["n_students"].fillna(0), bands).where(shown, status),
        standardised_residual=np.where(shown, residual, np.nan),
        band=performance["band"].where(shown, status).astype("str"),
    )
    return rows[[*MARGIN, "school_id", "status", "students", "standardised_residual", "band"]].reset_index(
        drop=True
    )
