"""One synthetic state: the files of every tested year and the truth behind them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.config.synthetic import Synthetic
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.defects import (
    ASSESSMENT_DEFECTS,
    SCHOOL_DEFECTS,
    STUDENT_DEFECTS,
    Defect,
    spoil_rows,
)
from valueadded.synthetic.population import draw_schools, draw_students, school_ids
from valueadded.synthetic.records import (
    OUTCOME_LEVEL,
    PRIOR_LEVEL,
    Records,
    join_records,
    link_scales,
    record_test,
    repeat_records,
    write_assessments,
    write_schools,
    write_students,
)
from valueadded.synthetic.scores import draw_scores
from valueadded.synthetic.truth import GAP_YEARS, plant_truth, tabulate_schools, tabulate_system


@dataclass(frozen=True)
class State:
    """A synthetic state.

    assessments : calendar year -> test file as text; a row for each student, level and domain
    students : student file as text; a row for each student and calendar year with a test
    schools : school file as text; a row for each school and tested calendar year
    scale_links : linking table as estimated (contract `SCALE_LINKS`)
    truth_scale_links : the true links (contract `SCALE_LINKS`)
    truth_schools, truth_system, truth_defects : planted truth (contracts in `contracts.synthetic`)
    """

    assessments: dict[int, pd.DataFrame]
    students: pd.DataFrame
    schools: pd.DataFrame
    scale_links: pd.DataFrame
    truth_scale_links: pd.DataFrame
    truth_schools: pd.DataFrame
    truth_system: pd.DataFrame
    truth_defects: pd.DataFrame


def generate_state(settings: Synthetic) -> State:
    """Return the state that `settings` describes; the same settings always give the same state.

    Every cohort of students is drawn once, for the year in which it reaches the prior level, and then
    followed to its outcome test. `scores.draw_scores` says which model the planted truth belongs to.
    """
    truth = plant_truth(settings)
    schools = draw_schools(settings)
    tested = settings.tested_years
    records: dict[int, list[Records]] = {year: [] for year in tested}
    covariates: dict[int, list[pd.DataFrame]] = {year: [] for year in tested}
    # The oldest cohort with a test in the files: its repeaters meet the outcome test a year late.
    for prior_year in range(min(tested) - GAP_YEARS - 1, max(tested) + 1):
        students = draw_students(settings, schools, prior_year)
        scores = draw_scores(settings, truth, students)
        for year in tested:
            if prior_year <= year <= prior_year + GAP_YEARS + 1:
                records[year] += [
                    record_test(students, scores, year, level) for level in (PRIOR_LEVEL, OUTCOME_LEVEL)
                ]
                covariates[year].append(write_students(students, year))

    assessments, defects = {}, []
    for year in tested:
        joined = repeat_records(settings, join_records(records.pop(year)), year)
        assessments[year], found = _spoil(
            settings,
            write_assessments(settings, joined, year),
            ("assessments", f"assessments_{year}.csv"),
            ASSESSMENT_DEFECTS,
            {"participation": "P"},
        )
        defects.append(found)
    by_year = [pd.concat(covariates[year]).sort_values("student") for year in tested]
    student_file, found = _spoil(
        settings,
        pd.concat(by_year, ignore_index=True),
        ("students", "students.csv"),
        STUDENT_DEFECTS,
        {"disability": "N"},
    )
    defects.append(found)
    school_file, found = _spoil(
        settings, write_schools(settings, schools), ("schools", "schools.csv"), SCHOOL_DEFECTS, {}
    )
    defects.append(found)
    return State(
        assessments=assessments,
        students=student_file,
        schools=school_file,
        scale_links=link_scales(settings, estimated=True),
        truth_scale_links=link_scales(settings, estimated=False),
        truth_schools=tabulate_schools(settings, truth, school_ids(settings.schools)),
        truth_system=tabulate_system(settings, truth),
        truth_defects=pd.concat(defects, ignore_index=True),
    )


def _spoil(
    settings: Synthetic,
    frame: pd.DataFrame,
    name: tuple[str, str],
    kinds: tuple[Defect, ...],
    only: dict[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    table, source_file = name
    spoiled = spoil_rows(
        frame, kinds, settings.defects, open_stream(settings.seed, "defects", source_file), only
    )
    defects = spoiled.defects.assign(source_file=source_file, table=table)
    return spoiled.frame, defects.astype(
        {"source_file": "str", "table": "str", "reason": "str", "source_row": np.int64}
    )
