"""Prior scores centred and scaled by the benchmark cohort's constants, remembered for every other cohort."""

import numpy as np
import pandas as pd

from valueadded.contracts.columns import column_types
from valueadded.contracts.intake import PRIOR_CONSTANTS
from valueadded.errors import CohortError


def measure_constants(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Return centre and scale of the prior score in the benchmark cohorts of each domain.

    Students of several benchmark years are pooled. A domain without any prior score, as in files that
    come matched without one, has no constants.

    Parameters
    ----------
    cohorts
        Benchmark cohorts one below the other: `domain`, `year`, `prior_score` (scale points).

    Returns
    -------
    DataFrame
        Columns as the contract `prior_constants`; centre and scale (divisor n) in scale points.
    """
    known = cohorts[cohorts["prior_score"].notna()]
    domains = known.groupby("domain", sort=True)
    scores = domains["prior_score"]
    years = domains["year"].unique().map(lambda found: ",".join(str(year) for year in sorted(found)))
    constants = pd.DataFrame(
        {"centre": scores.mean(), "scale": scores.std(ddof=0), "n_students": scores.size(), "years": years}
    )
    types = column_types(PRIOR_CONSTANTS)
    return constants.reset_index()[list(types)].astype(types)


def standardise_prior(cohort: pd.DataFrame, constants: pd.DataFrame, domain: str, key: str) -> pd.Series:
    """Return the prior scores of `cohort` in benchmark standard deviations from the benchmark mean.

    Parameters
    ----------
    cohort
        Students of one domain with `prior_score` (scale points).
    constants
        As `measure_constants` returns them.
    key
        Configuration key of the measure that asks, for the error.

    Raises
    ------
    CohortError
        If the domain has no constants, or its benchmark prior scores are all equal.
    """
    own = constants[constants["domain"].eq(domain)]
    if len(own) != 1 or not own["scale"].iloc[0] > 0:
        found = "prior scores that are all equal" if len(own) else "no prior score"
        raise CohortError(
            f"{key}: needs the prior scores of domain '{domain}' in the benchmark cohort and found {found};"
            " expected prior scores that differ: remove the measure, or see benchmark.years"
            " and how prior_score is read"
        )
    return (cohort["prior_score"] - own["centre"].iloc[0]) / own["scale"].iloc[0]


def average_priors(
    cohort: pd.DataFrame, companions: pd.DataFrame, constants: pd.DataFrame, domains: list[str], key: str
) -> pd.Series:
    """Return each student's mean standardised prior score over several domains.

    Each domain is standardised by its own constants. The mean is over the domains in which the student
    has a prior score in a cohort of this year; it is missing for a student with none.

    Parameters
    ----------
    cohort
        Students of one domain and year: `student_id`, `domain`, `prior_score`; n rows.
    companions
        The same columns for the other domains' cohorts of the year.

    Returns
    -------
    Series
        n values in benchmark standard deviations, indexed like `cohort`.
    """
    columns = ["student_id", "domain", "prior_score"]
    everyone = pd.concat([cohort[columns], companions[columns]], ignore_index=True)
    students = pd.Index(cohort["student_id"])
    scores = np.full((len(cohort), len(domains)), np.nan)
    for place, domain in enumerate(domains):
        sat = everyone[everyone["domain"].eq(domain)]
        standardised = standardise_prior(sat, constants, domain, key).set_axis(sat["student_id"])
        scores[:, place] = standardised.reindex(students).to_numpy()
    known = ~np.isnan(scores)
    count = known.sum(axis=1)
    total = np.where(known, scores, 0.0).sum(axis=1)
    return pd.Series(
        np.divide(total, count, out=np.full(len(cohort), np.nan), where=count > 0), index=cohort.index
    )


def square_errors(cohort: pd.DataFrame) -> pd.Series:
    """Return each student's error variance of the prior score (squared scale points).

    A student without a standard error takes the mean of the cohort; 0 throughout where nobody has one, which
    stands for unknown, so that no student is left out of a model for it.
    """
    if "prior_score_se" not in cohort:
        return pd.Series(0.0, cohort.index)
    squared = cohort["prior_score_se"].astype("float64") ** 2
    return squared.fillna(squared.mean()).fillna(0.0)
