"""The release: every published table, from the results that stay in the building."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from valueadded.errors import DisclosureError
from valueadded.publish.disclosure import hidden_keys
from valueadded.publish.guard import compare_performance, compare_releases
from valueadded.publish.school_tables import COHORT, publish_changes, publish_effects, publish_location_scale
from valueadded.publish.system_tables import publish_correlations, publish_drift
from valueadded.publish.whole_schools import publish_performance, record_performance


@dataclass(frozen=True)
class ReleasePolicy:
    """What may leave the building.

    minimum_students : results of fewer are suppressed
    count_bands : first number of each band in which counts are shown
    models : models whose school effects are published
    rounding : greatest rounding step, as a share of the median standard error
    """

    minimum_students: int
    count_bands: Sequence[int]
    models: Sequence[str]
    rounding: float

    def __post_init__(self) -> None:
        """Refuse a policy that hides nothing.

        Raises
        ------
        DisclosureError
            If the minimum is below 3, or not the start of the first band.
        """
        if self.minimum_students < 3:
            raise DisclosureError(
                f"publish.minimum_students is {self.minimum_students}; expected 3 or more, since of two "
                "students each can work out the other's score"
            )
        if self.count_bands[0] != self.minimum_students:
            raise DisclosureError(
                f"publish.count_bands begins at {self.count_bands[0]}; expected minimum_students "
                f"({self.minimum_students})"
            )


@dataclass(frozen=True)
class ReleaseTables:
    """What leaves the building, and what stays behind for the guard of the next release.

    tables : release tables by name
    records : `release_record`, the students behind published school effects; `performance_record`, where
        whole schools are published, the numbers of students behind their results
    """

    tables: Mapping[str, pd.DataFrame]
    records: Mapping[str, pd.DataFrame]


def release_tables(
    results: Mapping[str, pd.DataFrame], record: pd.DataFrame, policy: ReleasePolicy
) -> ReleaseTables:
    """Return the tables of a release.

    Parameters
    ----------
    results
        `school_effects` and `ranks`, or in a study of whole schools `performance` alone; and where a study
        has them `school_changes`, `system_drift`, `year_correlations`, `location_scale`; by their contracts.
    record
        `domain`, `year`, `school_id`, `student_id` of every student behind a school effect.
    """
    last, records = {}, {}
    if "performance" in results:
        performance = results["performance"]
        last["performance"] = publish_performance(performance, policy.minimum_students, policy.count_bands)
        records["performance_record"] = record_performance(performance, last["performance"])
    if "school_effects" not in results:
        # A study of whole schools: nobody's record is behind it.
        return ReleaseTables(last, {"release_record": record.iloc[:0], **records})
    hidden = hidden_keys(results["school_effects"], COHORT, policy.minimum_students)
    tables = {
        "school_effects": publish_effects(
            results["school_effects"],
            results["ranks"],
            hidden,
            policy.models,
            policy.count_bands,
            policy.rounding,
        )
    }
    if "school_changes" in results:
        tables["school_changes"] = publish_changes(
            results["school_changes"], tables["school_effects"], policy.models, policy.rounding
        )
    if "system_drift" in results:
        tables["system_drift"] = publish_drift(results["system_drift"], policy.rounding)
    if "year_correlations" in results:
        tables["year_correlations"] = publish_correlations(
            results["year_correlations"], policy.models, policy.count_bands
        )
    if "location_scale" in results:
        tables["location_scale"] = publish_location_scale(
            results["location_scale"], hidden, policy.count_bands, policy.rounding
        )
    shown = hidden.loc[~hidden["hidden"], [*COHORT, "school_id"]]
    records["release_record"] = record.merge(shown, on=[*COHORT, "school_id"])
    return ReleaseTables({**tables, **last}, records)


def guard_release(release: ReleaseTables, earlier: Mapping[str, pd.DataFrame], minimum: int) -> None:
    """Refuse a release that gives somebody away beside an earlier one, by the records that are given of it.

    Raises
    ------
    DisclosureError
        See `compare_releases` and `compare_performance`.
    """
    guards = {"release_record": compare_releases, "performance_record": compare_performance}
    for name, record in earlier.items():
        guards[name](record, release.records[name], minimum)
