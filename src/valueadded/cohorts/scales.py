"""Scores on one scale: carried across scale eras by a link, or standardised within a year."""

import pandas as pd

from valueadded.config.study import Cohorts
from valueadded.errors import CohortError

SCORES = {"score": "score_se", "prior_score": "prior_score_se"}


def report_scores(
    records: pd.DataFrame, links: pd.DataFrame | None, cohorts: Cohorts, domain: str, calendar_year: int
) -> pd.DataFrame:
    """Return `records` with their scores on the scale of the study.

    The reporting scale is the first of `cohorts.scale_eras`. Scores of any other era are carried to it
    when links are configured; without links or eras they stay as reported. The prior scores of files that
    come matched are taken to stand on the outcome year's scale. With `cohorts.score_scale: yearly_z` all
    are then standardised within the year.

    Parameters
    ----------
    records
        Records of one domain, year level and calendar year, without exact repeats; columns `score`,
        `score_se` and, in files that come matched, `prior_score` and `prior_score_se`, where present.
    links
        Linear links between scales, columns as the contract `scale_links`; None if not configured.

    Raises
    ------
    CohortError
        If a needed link is absent or unusable, or all scores of the year are equal.
    """
    if links is not None and cohorts.scale_eras:
        records = carry_scores(records, links, cohorts, domain, calendar_year)
    if cohorts.score_scale == "yearly_z":
        records = standardise_year(records, domain, calendar_year)
    return records


def carry_scores(
    records: pd.DataFrame, links: pd.DataFrame, cohorts: Cohorts, domain: str, calendar_year: int
) -> pd.DataFrame:
    """Return `records` with scores carried to the reporting scale: intercept + slope x score.

    Standard errors of scores are multiplied by the slope. The link's own standard error is common to
    all students of the era, so it is no part of theirs.
    """
    era, reporting = cohorts.era_of(calendar_year), cohorts.scale_eras[0].name
    if era == "":
        raise CohortError(
            f"domain '{domain}': calendar year {calendar_year} lies in no scale era;"
            " expected every tested year in one of cohorts.scale_eras"
        )
    if era == reporting:
        return records
    link = links[links["domain"].eq(domain) & links["from_era"].eq(era) & links["to_era"].eq(reporting)]
    if len(link) != 1 or not link["slope"].iloc[0] > 0:
        raise CohortError(
            f"domain '{domain}': scores of {calendar_year} stand on the scale of era '{era}' and the table"
            f" named in cohorts.scale_links has {len(link)} links from '{era}' to '{reporting}' for this"
            " domain; expected one, with a slope above 0"
        )
    return _transform(records, list(SCORES), link["intercept"].iloc[0], link["slope"].iloc[0])


def standardise_year(records: pd.DataFrame, domain: str, calendar_year: int) -> pd.DataFrame:
    """Return `records` with scores as yearly z: minus the mean, over the standard deviation (divisor n).

    Mean and standard deviation are those of every scored record of the test, matched or not, so that
    the scale does not depend on who could be matched.
    """
    for column in SCORES:
        if column not in records or records[column].notna().sum() == 0:
            continue
        mean, spread = records[column].mean(), records[column].std(ddof=0)
        if not spread > 0:
            raise CohortError(
                f"domain '{domain}', calendar year {calendar_year}: every value of column '{column}' is equal"
                " and cannot be standardised; expected scores that differ, or cohorts.score_scale: reported"
            )
        records = _transform(records, [column], -mean / spread, 1 / spread)
    return records


def _transform(records: pd.DataFrame, columns: list[str], intercept: float, slope: float) -> pd.DataFrame:
    present = [column for column in columns if column in records]
    moved = {column: intercept + slope * records[column] for column in present}
    errors = {SCORES[name]: slope * records[SCORES[name]] for name in present if SCORES[name] in records}
    return records.assign(**moved, **errors)
