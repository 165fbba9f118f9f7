"""Records are parted without loss: repeats merged, two tests of one student left to matching."""

import numpy as np
import pandas as pd

from valueadded.validation.quarantine import find_repeats, first_fault
from valueadded.validation.row_checks import RowCheck


def test_exact_repeats_are_merged_and_counted(validate, records):
    validated = validate([*records, records[0], records[0], records[2]])
    assert validated.ledger[["accepted", "duplicates_merged"]].to_numpy().tolist() == [[5, 3]]
    assert validated.parts[2017, 3]["source_row"].tolist() == [1]


def test_any_difference_makes_two_records(validate, records):
    other_score = records[0].replace("412.5", "412.6")
    other_school = records[0].replace("012", "014")
    validated = validate([*records, other_score, other_school])
    assert validated.ledger[["accepted", "duplicates_merged"]].to_numpy().tolist() == [[7, 0]]


def test_faulty_row_does_not_condemn_a_sound_one_with_its_key(validate):
    header = "student_id,calendar_year,age"
    validated = validate(
        ["1,2017,9", "1,2017,x"],
        "students",
        header=header,
        covariates={"age": {"column": "age", "kind": "number"}},
    )
    assert validated.quarantine["reason"].tolist() == ["covariate_not_a_number"]
    assert validated.ledger["accepted"].item() == 1


def test_first_rule_broken_decides():
    frame = pd.DataFrame({"score": [1, 5, 9]})
    checks = [
        RowCheck("large", "score", "", lambda rows: (rows["score"] > 8).to_numpy()),
        RowCheck("odd", "score", "", lambda rows: (rows["score"] > 3).to_numpy()),
    ]
    assert first_fault(frame, checks).tolist() == [-1, 1, 0]


def test_repeats_of_a_conflict_are_conflicts():
    frame = pd.DataFrame(
        {"student_id": ["1", "1", "1", "2"], "calendar_year": 2017, "sex": ["F", "F", "M", "F"]}
    )
    conflicting, repeating = find_repeats(frame, "students", np.arange(4))
    assert conflicting.tolist() == [True, True, True, False]
    assert not repeating.any()
