"""What is known of teachers before any model is fitted: the joined records, the tracks, simple measures."""

from dataclasses import dataclass

import pandas as pd

from valueadded.layered.comparators import comparators_table
from valueadded.layered.join import JoinedRecords, join_teachers
from valueadded.layered.track_tables import TrackTables, find_tracks


@dataclass(frozen=True)
class DescribedTeachers:
    """Joined records and what they show by themselves.

    records : scores, links and findings
    tracks : groups of teachers whom students connect, and the students that do
    comparators : mean score, mean gain and covariate adjustment of each teacher
    """

    records: JoinedRecords
    tracks: TrackTables
    comparators: pd.DataFrame


def describe_teachers(
    scores: pd.DataFrame,
    links: pd.DataFrame,
    time: str,
    covariates: list[str],
    schools: bool = False,
    unscored: str = "ignore",
) -> DescribedTeachers:
    """Return the records as the models take them, and what needs no model.

    Parameters
    ----------
    scores, links, time, covariates, schools
        As for `join_teachers`.
    unscored
        As for `fit_layered`: it decides which teachers a student connects.
    """
    joined = join_teachers(scores, links, time, covariates, schools)
    return DescribedTeachers(
        joined,
        find_tracks(joined.scores, joined.links, unscored, schools, time),
        comparators_table(joined.scores, joined.links, time),
    )
