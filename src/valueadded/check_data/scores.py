"""Scores of one year on another scale than those of the others, where every score alone is possible."""

from collections.abc import Iterator, Mapping

import pandas as pd

from valueadded.config.study import Cohorts
from valueadded.validation import ValidatedFile

FEWEST_YEARS = 3
# A year whose mean is this many standard deviations from the median year's, or whose spread is this many
# times another, is more than students can change.
SHIFT = 1.0
SPREAD = 2.0


def compare_years(
    validated: Mapping[tuple[str, str], ValidatedFile], cohorts: Cohorts
) -> Iterator[tuple[str, int, str]]:
    """Yield the years whose scores lie apart from those of other years on the same scale.

    Years of one domain, year level and scale era are compared, three of them at least.

    Yields
    ------
    column, records, said
        The column, the number of scores, and in words what was found; no value of a student.
    """
    parts = [
        part[["domain", "calendar_year", "year_level", "score"]].dropna()
        for (table, _), one in validated.items()
        if table == "assessments"
        for part in one.parts.values()
    ]
    if not parts:
        return
    by = ["domain", "year_level", "calendar_year"]
    years = pd.concat(parts).groupby(by)["score"].agg(["mean", "std", "size"]).reset_index()
    years["era"] = [cohorts.era_of(year) for year in years["calendar_year"]]
    for (domain, level, _), group in years.groupby(["domain", "year_level", "era"], sort=True):
        if len(group) < FEWEST_YEARS:
            continue
        centre, spread = group["mean"].median(), group["std"].median()
        for row in group.to_dict("records"):
            ratio = row["std"] / spread if spread > 0 else 1.0
            if abs(row["mean"] - centre) > SHIFT * spread or not 1 / SPREAD <= ratio <= SPREAD:
                said = (
                    f"The scores of {domain} in year level {level} and {row['calendar_year']} have another"
                    " centre or spread than in the other years of the same scale. Expected: one scale, or"
                    " another era."
                )
                yield "score", int(row["size"]), said
