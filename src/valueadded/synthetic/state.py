"""One synthetic state: the files of every tested year and the truth behind them."""

from collections.abc import Iterator
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
from valueadded.synthetic.population import Schools, draw_schools, draw_students, school_ids
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
from valueadded.synthetic.truth import GAP_YEARS, Truth, plant_truth, tabulate_schools, tabulate_system

TABLES = ("scale_links", "truth_scale_links", "truth_schools", "truth_system", "truth_defects")


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


@dataclass(frozen=True)
class YearFiles:
    """The files of one tested year, as text.

    assessments : a row for each student, level and domain
    students : a row for each student with a test
    defects : the deliberately defective rows of `assessments`
    """

    calendar_year: int
    assessments: pd.DataFrame
    students: pd.DataFrame
    defects: pd.DataFrame


def generate_state(settings: Synthetic) -> State:
    """Return the state that `settings` describes, whole; the same settings always give the same state."""
    files = dict(generate_files(settings))
    return State(
        assessments={year: files[f"assessments_{year}.csv"] for year in settings.tested_years},
        students=files["students.csv"],
        schools=files["schools.csv"],
        **{name: files[f"{name}.parquet"] for name in TABLES},
    )


def generate_files(
    settings: Synthetic, *, students_by_year: bool = False
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every file of the state, its name and its rows, as soon as it is ready.

    Whoever lets go of a file before taking the next one needs memory for one tested year only.

    Parameters
    ----------
    students_by_year
        Students in a file for each tested year, `students_2016.csv`, instead of `students.csv`: what a
        nation needs, whose students of all years are too many for one.
    """
    truth = plant_truth(settings)
    schools = draw_schools(settings)
    defects, students = [], []
    for files in draw_years(settings, truth, schools):
        defects.append(files.defects)
        yield f"assessments_{files.calendar_year}.csv", files.assessments
        if students_by_year:
            name = f"students_{files.calendar_year}.csv"
            spoiled, found = _spoil_students(settings, files.students, name)
            defects.append(found)
            yield name, spoiled
        else:
            students.append(files.students)
    if not students_by_year:
        spoiled, found = _spoil_students(settings, pd.concat(students, ignore_index=True), "students.csv")
        defects.append(found)
        yield "students.csv", spoiled
    spoiled, found = _spoil(
        settings, write_schools(settings, schools), ("schools", "schools.csv"), SCHOOL_DEFECTS, {}
    )
    defects.append(found)
    yield "schools.csv", spoiled
    yield "scale_links.parquet", link_scales(settings, estimated=True)
    yield "truth_scale_links.parquet", link_scales(settings, estimated=False)
    yield "truth_schools.parquet", tabulate_schools(settings, truth, school_ids(settings.schools))
    yield "truth_system.parquet", tabulate_system(settings, truth)
    yield "truth_defects.parquet", pd.concat(defects, ignore_index=True)


def draw_years(settings: Synthetic, truth: Truth, schools: Schools) -> Iterator[YearFiles]:
    """Yield the files of each tested year in turn.

    Every cohort of students is drawn once, for the year in which it reaches the prior level, and then
    followed to its outcome test. `scores.draw_scores` says which model the planted truth belongs to.
    """
    tested = settings.tested_years
    records: dict[int, list[Records]] = {year: [] for year in tested}
    covariates: dict[int, list[pd.DataFrame]] = {year: [] for year in tested}
    # The oldest cohort with a test in the files: its repeaters meet the outcome test a year late.
    for prior_year in range(min(tested) - GAP_YEARS - 1, max(tested) + 1):
        students = draw_students(settings, schools, prior_year)
        scores = draw_scores(settings, truth, students)
        for year in records:
            if prior_year <= year <= prior_year + GAP_YEARS + 1:
                records[year] += [
                    record_test(students, scores, year, level) for level in (PRIOR_LEVEL, OUTCOME_LEVEL)
                ]
                covariates[year].append(write_students(students, year))
        # No later cohort has a test in this year.
        if prior_year in records:
            joined = repeat_records(settings, join_records(records.pop(prior_year)), prior_year)
            assessments, found = _spoil(
                settings,
                write_assessments(settings, joined, prior_year),
                ("assessments", f"assessments_{prior_year}.csv"),
                ASSESSMENT_DEFECTS,
                {"participation": "P"},
            )
            everybody = pd.concat(covariates.pop(prior_year)).sort_values("student", ignore_index=True)
            yield YearFiles(prior_year, assessments, everybody, found)


def _spoil_students(settings: Synthetic, frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _spoil(settings, frame, ("students", name), STUDENT_DEFECTS, {"disability": "N"})


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
