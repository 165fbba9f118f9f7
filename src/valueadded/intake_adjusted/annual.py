"""Every yearly measure of a policy from the records of whole schools, as the registry says they are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from valueadded.errors import DesignError
from valueadded.intake_adjusted import constructions as made
from valueadded.intake_adjusted.measures.census import (
    count_enrolments,
    count_share,
    flag_esl,
    measure_stability,
    weigh_campuses,
)
from valueadded.intake_adjusted.measures.engagement import measure_absence, measure_connectedness
from valueadded.intake_adjusted.measures.judgements import average_judgements
from valueadded.intake_adjusted.measures.pathways import measure_exits, measure_retention
from valueadded.intake_adjusted.measures.prior_attainment import average_aim, average_scores
from valueadded.intake_adjusted.panel import arrange_panel
from valueadded.intake_adjusted.policy import Policy

KEY = ["school_id", "measure", "calendar_year"]
ROWS = [*KEY, "value", "n_students"]
SECTION = "input.whole_schools"


@dataclass(frozen=True)
class Annual:
    """Yearly measures of whole schools.

    rows : `school_id`, `measure`, `calendar_year`, `value`, `n_students` (missing where nobody counts)
    school_types : `school_id`, `calendar_year`, `school_type`
    aim_branches : `school_id`, `measure`, `calendar_year`, `branch` of every AIM mean
    retention_sources : `school_id`, `measure`, `calendar_year`, `source` of every real retention
    """

    rows: pd.DataFrame
    school_types: pd.DataFrame
    aim_branches: pd.DataFrame
    retention_sources: pd.DataFrame


@dataclass(frozen=True)
class _Records:
    """Tables of records by name, and the lower C of each year level."""

    tables: Mapping[str, pd.DataFrame]
    lower_c: Mapping[int, float]
    measure: str

    def table(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            raise DesignError(
                f"measure {self.measure} is made from {name}, which the study does not have; "
                f"expected its files in {SECTION}.{name}"
            )
        return self.tables[name]


def measure_annual(
    records: Mapping[str, pd.DataFrame], policy: Policy, lower_c: Mapping[int, float] | None = None
) -> Annual:
    """Return every yearly measure of a policy, made as its `constructions` say (V4-V6, V8-V12).

    Parameters
    ----------
    records
        Table -> accepted records; see `contracts.whole_school_records`. `school_years` is always needed, any
        other table where a construction names it.
    lower_c
        Year level -> the lower of the two progression points that equate to a C, for judgements.

    Raises
    ------
    DesignError
        Naming a measure without a construction or without its table, a school type that the registry does
        not know, a school without a type, or a value out of its measure's range.
    """
    silent = [name for name in policy.measures if name not in policy.constructions]
    if silent:
        raise DesignError(
            f"registry {policy.policy} does not say how {', '.join(silent)} is made; expected each in its "
            "`constructions`, or yearly values that are ready"
        )
    parts = []
    for measure in policy.measures:
        how = policy.constructions[measure]
        found = MAKERS[type(how)](_Records(records, lower_c or {}, measure), how)
        parts.append(found.assign(measure=measure))
    types = _Records(records, {}, "school type").table("school_years")
    school_types = types[["school_id", "calendar_year", "school_type"]].reset_index(drop=True)
    table = pd.concat(parts, ignore_index=True).sort_values(KEY, kind="stable", ignore_index=True)
    table = table.astype({"school_id": "str", "measure": "str", "calendar_year": "int64"})
    rows = table[ROWS]
    # The regressions read the rows the same way; what they would refuse is refused here, before it is kept.
    arrange_panel(rows, school_types, policy)
    return Annual(rows, school_types, _told(table, "branch"), _told(table, "source"))


def _told(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows that say in a column how their value was made."""
    if column not in table:
        table = table.assign(**{column: pd.Series(None, table.index, dtype="str")})
    told = table.loc[table[column].notna(), [*KEY, column]]
    return told.astype({column: "str"}).reset_index(drop=True)


def _yes(flag: pd.Series) -> pd.Series:
    """Return yes and no as true and false; missing stays missing."""
    return flag.eq("yes").astype("boolean").mask(flag.isna())


def _between(frame: pd.DataFrame, levels: made.Levels | None) -> pd.DataFrame:
    return frame if levels is None else frame[frame["year_level"].between(*levels)]


def _campus_mean(records: _Records, how: made.CampusMean) -> pd.DataFrame:
    return weigh_campuses(records.table("campuses"))


def _remoteness(records: _Records, how: made.SchoolCode) -> pd.DataFrame:
    places = records.table("school_years")[["school_id", "calendar_year", "remoteness"]]
    return places.rename(columns={"remoteness": "value"}).assign(n_students=float("nan"))


def _share(records: _Records, how: made.FlagShare) -> pd.DataFrame:
    census = _between(records.table(how.census), how.levels)
    if how.flag == "esl":
        parts = {name: _yes(census[name]) for name in ("language_background", "other_home_language")}
        flag = flag_esl(census.assign(**parts))
    else:
        flag = _yes(census[how.flag])
    return count_share(
        census[["school_id", "calendar_year", "fte"]].assign(flag=flag), "flag", records.measure
    )


def _enrolments(records: _Records, how: made.Enrolments) -> pd.DataFrame:
    lowest, highest = how.levels
    return count_enrolments(records.table(how.census), range(lowest, highest + 1), records.measure)


def _stability(records: _Records, how: made.StabilityOfTests) -> pd.DataFrame:
    tests = records.table("tests")
    sat = tests[tests["score"].notna()].drop_duplicates(["student_id", "calendar_year", "year_level"])
    return measure_stability(sat, records.measure)


def _mean_score(records: _Records, how: made.MeanScore) -> pd.DataFrame:
    scores = records.table(how.table)
    for column, wanted in (("year_level", how.level), ("domain", how.domain)):
        scores = scores if wanted is None else scores[scores[column] == wanted]
    return average_scores(scores, records.measure)


def _aim(records: _Records, how: made.AimMean) -> pd.DataFrame:
    aim = records.table("aim")
    return average_aim(records.table("vce"), aim[aim["domain"] == how.domain], records.measure)


def _judgements(records: _Records, how: made.Judgements) -> pd.DataFrame:
    lower_c = pd.DataFrame({"year_level": list(records.lower_c), "points": list(records.lower_c.values())})
    judged = _between(records.table("judgements"), how.levels)
    lost = sorted(set(judged["year_level"]) - set(records.lower_c))
    if lost:
        raise DesignError(
            f"measure {records.measure}: no lower C of year level {lost[0]}; expected it in {SECTION}.lower_c"
        )
    return average_judgements(judged, lower_c, records.measure, how.domains)


def _absence(records: _Records, how: made.AbsenceDays) -> pd.DataFrame:
    inside = _between(records.table("absence"), how.levels)
    grouped = inside.groupby(["school_id", "calendar_year"])
    sums = grouped[["days", "fte", "headcount"]].sum()
    # A school of which some year level has no full-time equivalent has none.
    sums["fte"] = sums["fte"].mask(grouped["fte"].count() < grouped.size())
    return measure_absence(sums.reset_index(), records.measure)


def _connectedness(records: _Records, how: made.Connectedness) -> pd.DataFrame:
    return measure_connectedness(records.table("surveys"), records.measure, how.levels)


def _retention(records: _Records, how: made.Retention) -> pd.DataFrame:
    # Only some systems accept counts of their schools.
    return measure_retention(
        records.table(how.census), records.measure, records.tables.get("retention_overrides")
    )


def _exits(records: _Records, how: made.Exits) -> pd.DataFrame:
    return measure_exits(records.table("exits"), records.measure)


MAKERS: dict[type, Callable[[_Records, Any], pd.DataFrame]] = {
    made.CampusMean: _campus_mean,
    made.SchoolCode: _remoteness,
    made.FlagShare: _share,
    made.Enrolments: _enrolments,
    made.StabilityOfTests: _stability,
    made.MeanScore: _mean_score,
    made.AimMean: _aim,
    made.Judgements: _judgements,
    made.AbsenceDays: _absence,
    made.Connectedness: _connectedness,
    made.Retention: _retention,
    made.Exits: _exits,
}
