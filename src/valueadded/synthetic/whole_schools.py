"""Records of whole schools: the files of every kind and the truth behind them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.config.synthetic_whole_schools import SyntheticWholeSchools
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.defects import CONFLICTING_DUPLICATE, EXACT_DUPLICATE, Defect, spoil_rows
from valueadded.synthetic.population import school_ids
from valueadded.synthetic.whole_school_outcomes import Planted, count_intake, plant_outcomes
from valueadded.synthetic.whole_school_records import (
    count_absence,
    describe_schools,
    describe_students,
    draw_campuses,
)
from valueadded.synthetic.whole_school_scores import record_aim, score_students
from valueadded.synthetic.whole_school_students import (
    Array,
    count_stability,
    draw_flags,
    draw_stays,
    draw_whole_schools,
    let_leave,
)

BLANK_SCHOOL = Defect("school_id_missing", "school", "")
TWICE = Defect(EXACT_DUPLICATE, "", "")
DEFECTS: dict[str, tuple[Defect, ...]] = {
    "school_years": (Defect("text_missing", "type", ""), TWICE),
    "campuses": (
        Defect("value_out_of_range", "enrolments", "0"),
        Defect("value_not_a_number", "sfo", "n/k"),
        Defect(CONFLICTING_DUPLICATE, "enrolments", "1.5"),
    ),
    "census_february": (Defect("code_unknown", "sex", "?"), Defect("value_out_of_range", "fte", "10"), TWICE),
    "census_august": (Defect("value_out_of_range", "level", "31"), BLANK_SCHOOL, TWICE),
    "interviews": (Defect("value_not_a_number", "score", "O.8"), BLANK_SCHOOL),
    "tests": (Defect("student_id_missing", "student", ""), BLANK_SCHOOL),
    "aim": (Defect("year_not_a_number", "year", "two thousand"), BLANK_SCHOOL),
    "vce": (Defect("value_out_of_range", "score", "500"), BLANK_SCHOOL, TWICE),
    "judgements": (Defect("domain_missing", "domain", ""), BLANK_SCHOOL, TWICE),
    "absence": (Defect("value_out_of_range", "headcount", "0"), Defect("value_missing", "days", "")),
    "surveys": (Defect("value_not_whole", "level", "7.5"), Defect("text_missing", "answer", "")),
    "exits": (Defect("code_unknown", "destination", "?"), BLANK_SCHOOL, TWICE),
    "retention_overrides": (Defect("value_out_of_range", "value", "101"),),
}
OVERRIDING_SCHOOLS = 4


@dataclass(frozen=True)
class WholeSchoolState:
    """Synthetic records of whole schools.

    files : name without suffix -> file as text; the censuses have a file for each year
    truth : contract `TRUTH_WHOLE_SCHOOLS`
    coefficients : contract `TRUTH_WHOLE_SCHOOL_COEFFICIENTS`
    defects : contract `TRUTH_DEFECTS`
    """

    files: dict[str, pd.DataFrame]
    truth: pd.DataFrame
    coefficients: pd.DataFrame
    defects: pd.DataFrame


def generate_whole_schools(settings: SyntheticWholeSchools) -> WholeSchoolState:
    """Return the records that `settings` describes; the same settings always give the same records.

    Intake is counted from the invented students, outcomes are planted on it, and students' scores are drawn
    about them so that every school's mean is the planted one. Retention and exits are counts of students and
    come as near to the planted percentage as whole students allow.
    """
    schools = draw_whole_schools(settings)
    stays = draw_stays(settings, schools)
    students = draw_flags(settings, schools, stays)
    stability = count_stability(stays, settings.schools, settings.years)
    counted = count_intake(settings, schools, stays, students)
    enrolments = np.nansum([counted["enrolmentsP6"], counted["enrolments712"]], axis=0)
    campuses, sfo = draw_campuses(settings, schools, enrolments)
    aria = np.repeat(schools.remoteness[:, None].astype(np.float64), len(settings.years), axis=1)
    fixed = {"SFO": sfo, "ARIA": aria, "pcStabilitySec": stability}
    # Retention is planted on the intake before anybody left for it; all else on the intake that remains.
    retention = plant_outcomes(settings, schools, counted | fixed).outcomes["RR710pct"]
    leaving = open_stream(settings.seed, "whole school leavers")
    remaining = let_leave(stays, settings.years, np.clip(retention, 0, 100), leaving)
    intake = count_intake(settings, schools, remaining, students) | fixed
    planted = plant_outcomes(settings, schools, intake)
    files = {
        "school_years": describe_schools(settings, schools),
        "campuses": campuses,
        **dict(describe_students(settings, schools, remaining, students)),
        **dict(score_students(settings, schools, remaining, planted)),
        "aim": record_aim(settings, schools, remaining, planted),
        "absence": count_absence(settings, schools, remaining, students, planted),
        "retention_overrides": _override_retention(settings, retention),
    }
    spoiled, defects = _spoil(settings, files)
    return WholeSchoolState(spoiled, _tabulate_truth(settings, planted), planted.coefficients, defects)


def _override_retention(settings: SyntheticWholeSchools, retention: Array) -> pd.DataFrame:
    """Return what some schools report of the last year, whose students skip year levels."""
    able = np.flatnonzero(np.isfinite(retention[:, -1]))[:OVERRIDING_SCHOOLS]
    return pd.DataFrame(
        {
            "school": school_ids(settings.schools)[able],
            "year": settings.years[-1],
            "value": np.clip(retention[able, -1], 0, 100).round(1),
            "students": 25,
        }
    )


def _spoil(
    settings: SyntheticWholeSchools, files: dict[str, pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    spoiled, defects = {}, []
    for name, frame in files.items():
        table = name.rsplit("_", 1)[0] if name[-4:].isdigit() else name
        random = open_stream(settings.seed, "whole school defects", name)
        found = spoil_rows(_as_text(frame, DEFECTS[table]), DEFECTS[table], settings.defects, random, {})
        spoiled[name] = found.frame
        defects.append(found.defects.assign(source_file=f"{name}.csv", table=table))
    everything = pd.concat(defects, ignore_index=True)
    return spoiled, everything.astype(
        {"source_file": "str", "table": "str", "reason": "str", "source_row": "int64"}
    )


def _as_text(frame: pd.DataFrame, kinds: tuple[Defect, ...]) -> pd.DataFrame:
    """Return the frame with text in the columns that a defect may write into."""
    return frame.astype({kind.column: "str" for kind in kinds if kind.column})


def _tabulate_truth(settings: SyntheticWholeSchools, planted: Planted) -> pd.DataFrame:
    ids = school_ids(settings.schools)
    frames = []
    for outcome, value in planted.outcomes.items():
        frame = pd.DataFrame(
            {
                "outcome": outcome,
                "school_id": np.repeat(ids, len(settings.years)),
                "calendar_year": np.tile(np.array(settings.years), settings.schools),
                "value": value.ravel(),
                "residual": planted.residuals[outcome].ravel(),
            }
        )
        frames.append(frame[np.isfinite(frame["value"]) & frame["calendar_year"].gt(settings.years[0])])
    table = pd.concat(frames, ignore_index=True)
    return table.astype({"outcome": "str", "school_id": "str"})
