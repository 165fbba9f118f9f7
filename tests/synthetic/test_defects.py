"""Every defective row is listed, in its place, with the reason that validation gives it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from valueadded.config.whole import check_config, list_files
from valueadded.synthetic.defects import ASSESSMENT_DEFECTS, SCHOOL_DEFECTS, STUDENT_DEFECTS, spoil_rows
from valueadded.table_io import write_csv
from valueadded.validation import REASONS, validate_file

ROOT = Path(__file__).parents[2]


@pytest.fixture
def frame():
    return pd.DataFrame(
        {"student": [f"{row:03d}" for row in range(200)], "disability": ["N", "Y"] * 100}, dtype="str"
    ).assign(year="2018", parent_education="5")


def test_every_defective_row_is_listed_and_every_listed_row_defective(frame):
    spoiled = spoil_rows(frame, STUDENT_DEFECTS, 0.1, np.random.default_rng(1), {"disability": "N"})
    reason = spoiled.defects.set_index("source_row")["reason"]
    rows = spoiled.frame.set_index(np.arange(1, len(spoiled.frame) + 1))
    named = rows["student"] != ""
    found = {
        "student_id_missing": ~named,
        "year_not_a_number": rows["year"] == "two thousand",
        "covariate_code_unknown": rows["parent_education"] == "77",
        "exact_duplicate": named & rows.duplicated(),
        "conflicting_duplicate": named
        & rows.duplicated("student", keep=False)
        & ~rows.duplicated(keep=False),
    }
    for name, where in found.items():
        assert list(where.index[where]) == list(reason.index[reason == name]), name
        assert where.any(), name
    assert reason.index.is_unique


def test_rows_that_were_not_spoiled_are_as_they_were(frame):
    spoiled = spoil_rows(frame, STUDENT_DEFECTS, 0.1, np.random.default_rng(1), {})
    sound = spoiled.frame.drop(index=spoiled.defects["source_row"] - 1)
    pd.testing.assert_frame_equal(
        sound.reset_index(drop=True), frame[frame["student"].isin(sound["student"])].reset_index(drop=True)
    )


def test_no_share_no_defect(frame):
    spoiled = spoil_rows(frame, STUDENT_DEFECTS, 0.0, np.random.default_rng(1), {})
    pd.testing.assert_frame_equal(spoiled.frame, frame)
    assert spoiled.defects.empty


def test_reason_codes_are_those_of_validation():
    named = {kind.reason for kind in (*ASSESSMENT_DEFECTS, *STUDENT_DEFECTS, *SCHOOL_DEFECTS)}
    assert named - {"exact_duplicate"} <= set(REASONS)


def test_validation_finds_exactly_the_planted_defects(state, settings, tmp_path):
    config = check_config(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
    contents = {f"assessments_{year}.csv": frame for year, frame in state.assessments.items()}
    contents |= {"students.csv": state.students, "schools.csv": state.schools}
    quarantine, merged = [], {}
    for table in ("assessments", "students", "schools"):
        reading = getattr(config.input, table)
        for file in list_files(reading, settings.tested_years):
            write_csv(contents[file.path], tmp_path / file.path)
            years = [file.calendar_year] if file.calendar_year else settings.tested_years
            checked = validate_file(
                tmp_path / file.path,
                table,
                file,
                reading,
                config.validation,
                years,
                [3, 5],
                config.study.domains,
            )
            quarantine.append(checked.quarantine)
            merged[file.path] = int(checked.ledger["duplicates_merged"].iloc[0])
    columns = ["table", "source_file", "source_row", "reason"]
    found = pd.concat(quarantine)[columns].sort_values(columns, ignore_index=True)
    copies = state.truth_defects["reason"] == "exact_duplicate"
    planted = state.truth_defects.loc[~copies, columns].sort_values(columns, ignore_index=True)
    pd.testing.assert_frame_equal(found, planted)
    listed = state.truth_defects[copies].groupby("source_file").size()
    assert {name: count for name, count in merged.items() if count} == listed.to_dict()
