"""One table of the correlations over years, for several domains and pairs of years."""

from collections.abc import Mapping

import pandas as pd

from valueadded.location_scale.two_cohorts.model import fit_two_cohorts

COLUMNS = ("domain", "year_a", "year_b", "what", "correlation", "std_error", "lower", "upper", "n_schools")


def correlate_years(
    frames: Mapping[tuple[str, int, int], pd.DataFrame],
    location: str,
    scale: str = "~ 1",
    school: str = "school_id",
    cohort: str = "year",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return `domain`, `year_a`, `year_b`, `what`, `correlation`, `std_error`, `lower`, `upper`, `n_schools`.

    `frames` holds, for each domain and pair of years, the students of both years; `what` is as in
    `TwoCohortFit.correlations`; `n_schools` counts schools with students in both.
    """
    parts = []
    for (domain, _, _), frame in sorted(frames.items(), key=lambda item: item[0]):
        fit = fit_two_cohorts(frame, location, scale, school, cohort)
        both = int((fit.design.n_students > 0).all(axis=1).sum())
        parts.append(fit.correlations(confidence).assign(domain=domain, n_schools=both))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]
