"""Which teachers students connect, as tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.layered.design import arrange_design
from valueadded.layered.join import frame_of, on_calendar
from valueadded.layered.records import read_records
from valueadded.layered.tracks import tracks_of_effects

PLACE = ["domain", "year", "year_level", "teacher_id"]


@dataclass(frozen=True)
class TrackTables:
    """Tracks, and the students that make them.

    tracks : one row for each connected group of effects
    track_links : one row for each pair of teachers whom students had one after the other
    """

    tracks: pd.DataFrame
    track_links: pd.DataFrame


def find_tracks(
    scores: pd.DataFrame, links: pd.DataFrame, unscored: str, schools: bool, time: str
) -> TrackTables:
    """Return the connected groups of effects, numbered as among the effects (L11)."""
    records = read_records(frame_of(scores, links), [], unscored, schools)
    design = arrange_design(records, [])
    effects = on_calendar(design.effects.assign(component=tracks_of_effects(design)), time)
    acting = records.links.merge(
        design.effects.assign(component=effects["component"])[
            ["layer", "unit", "domain", "year", "cohort", "component"]
        ],
        on=["layer", "unit", "domain", "year", "cohort"],
    )
    by = effects.groupby("component")
    teachers = effects[effects["layer"] == "teacher"].groupby("component")["unit"].nunique()
    tracks = pd.DataFrame(
        {
            "n_effects": by.size(),
            "n_teachers": teachers,
            "n_students": acting.groupby("component")["student_id"].nunique(),
            "first_year": by["year"].min(),
            "last_year": by["year"].max(),
            "domains": by["domain"].agg(lambda names: ",".join(sorted(set(names)))),
        }
    )
    counts = ["n_teachers", "n_students"]
    tracks[counts] = tracks[counts].fillna(0).astype("int64")
    return TrackTables(
        tracks.reset_index(names="component").astype({"component": "int64"}),
        _links_between(acting[acting["layer"] == "teacher"], time),
    )


def _links_between(acting: pd.DataFrame, time: str) -> pd.DataFrame:
    """Return how many students went from each teacher to each next one in the domain."""
    rows = on_calendar(acting, time).rename(columns={"unit": "teacher_id"}).assign(period=acting["year"])
    of_student = ["student_id", "domain", "period"]
    periods = rows[of_student].drop_duplicates().sort_values(of_student)
    periods["next_period"] = periods.groupby(["student_id", "domain"])["period"].shift(-1)
    after = rows.merge(periods.dropna(), on=["student_id", "domain", "period"])
    following = rows[["student_id", "domain", "period", "teacher_id", "year", "year_level"]].rename(
        columns={
            "period": "next_period",
            "teacher_id": "next_teacher_id",
            "year": "next_year",
            "year_level": "next_year_level",
        }
    )
    pairs = after.merge(following, on=["student_id", "domain", "next_period"])
    by = [*PLACE, "next_year", "next_year_level", "next_teacher_id"]
    table = pairs.groupby(by, as_index=False).agg(
        n_students=("student_id", "nunique"), component=("component", "first")
    )
    return table.astype({"n_students": np.int64})
