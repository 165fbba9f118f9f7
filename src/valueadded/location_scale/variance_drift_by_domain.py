"""The variance drift of every domain, as one table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from valueadded.errors import ValueAddedError
from valueadded.location_scale.ladder_plan import SCHOOL, LadderPlan, prepare_cohort
from valueadded.location_scale.variance_drift import measure_variance_drift
from valueadded.mixed.by_cohort import Cohort


def measure_variance_drifts(
    cohorts: Mapping[Cohort, pd.DataFrame], benchmark_years: Sequence[int], plan: LadderPlan
) -> pd.DataFrame:
    """Return the change of the variance within schools since the benchmark years, by domain and year.

    Model 3 of the plan is fitted to scores as they are: scores standardised within each cohort have no
    change to be found. Several benchmark years are one cohort.

    Raises
    ------
    DesignError
        Naming the domain whose columns do not fit the plan.
    """
    plan = replace(plan, models=(3,), standardise=False)
    model = plan.specifications[0]
    tables = []
    for domain in sorted({domain for domain, _ in cohorts}):
        try:
            ready = {
                year: prepare_cohort(frame, plan).students
                for (of, year), frame in cohorts.items()
                if of == domain
            }
            benchmark = pd.concat([ready.pop(year) for year in benchmark_years], ignore_index=True)
            table = measure_variance_drift(
                ready, benchmark, model.location, model.scale, SCHOOL, confidence=plan.confidence
            )
        except ValueAddedError as fault:
            raise type(fault)(f"location_scale, variance drift of {domain}: {fault}") from None
        named = table.assign(domain=pd.Series([domain] * len(table), dtype="str"))
        tables.append(named[["domain", *table.columns]])
    return pd.concat(tables, ignore_index=True)
