"""One table of the correlations over years, for every domain and pair of years."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from valueadded.errors import DesignError, FitError
from valueadded.location_scale.ladder_plan import SCHOOL, LadderPlan, prepare_cohort
from valueadded.location_scale.two_cohorts.correlations import PAIRS
from valueadded.location_scale.two_cohorts.model import fit_two_cohorts
from valueadded.mixed.by_cohort import Cohort

COLUMNS = [
    "domain",
    "year_a",
    "year_b",
    "what",
    "correlation",
    "std_error",
    "lower",
    "upper",
    "n_schools",
    "converged",
    "status",
]


def correlate_years(
    cohorts: Mapping[Cohort, pd.DataFrame], plan: LadderPlan, pairs: Sequence[tuple[int, int]]
) -> pd.DataFrame:
    """Return the correlations of school means and log variances for each domain and pair of years.

    Parameters
    ----------
    cohorts
        (domain, year) -> students; pairs a domain does not have are left out.
    plan
        Its prior term, standardisation and confidence; the model is Model 2 in each year.
    pairs
        (first year, second year).

    Returns
    -------
    pandas.DataFrame
        `domain`, `year_a`, `year_b`, `what`, `correlation`, `std_error`, `lower`, `upper`, `n_schools` (with
        students in both years), `converged`, `status`. Where the data do not determine the model, `status`
        says so and the numbers are missing.

    Raises
    ------
    DesignError
        Naming the domain and years whose columns do not fit the plan.
    """
    plan = replace(plan, models=[2])
    location = plan.specifications[0].location
    parts = [pd.DataFrame(columns=COLUMNS)]
    for domain in sorted({domain for domain, _ in cohorts}):
        for pair in pairs:
            if all((domain, year) in cohorts for year in pair):
                try:
                    frames = [
                        prepare_cohort(cohorts[domain, year], plan).students.assign(year=year)
                        for year in pair
                    ]
                    rows = _correlate(pd.concat(frames, ignore_index=True), location, plan.confidence)
                except DesignError as fault:
                    raise DesignError(f"location_scale.year_pairs, {domain} {pair}: {fault}") from None
                parts.append(rows.assign(domain=domain, year_a=min(pair), year_b=max(pair)))
    types = {"year_a": "int64", "year_b": "int64", "n_schools": "int64", "converged": "bool"}
    numbers = dict.fromkeys(("correlation", "std_error", "lower", "upper"), "float64")
    words = dict.fromkeys(("domain", "what", "status"), "str")
    return pd.concat([part[COLUMNS].astype(types | numbers | words) for part in parts], ignore_index=True)


def _correlate(students: pd.DataFrame, location: str, confidence: float) -> pd.DataFrame:
    """Return the rows of one pair of years."""
    schools = students.groupby(SCHOOL)["year"].nunique()
    both = int((schools == 2).sum())
    try:
        fit = fit_two_cohorts(students, location)
    except FitError as fault:
        empty = pd.DataFrame({"what": [what for what, _, _ in PAIRS]})
        nothing = dict.fromkeys(("correlation", "std_error", "lower", "upper"), np.nan)
        return empty.assign(**nothing, n_schools=both, converged=False, status=str(fault))
    found = fit.correlations(confidence)
    return found.assign(n_schools=both, converged=fit.record.converged, status=fit.record.status)
