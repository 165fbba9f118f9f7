"""What is said about accepted files: when, how often, and when not."""

import numpy as np
import pandas as pd
import pytest

from valueadded.config.stages import Validation
from valueadded.contracts.records import NOTES as CONTRACT
from valueadded.table_io import check_table
from valueadded.validation.notes import Note, tabulate_notes
from valueadded.validation.record_notes import note_identifiers, note_scores

LIMITS = Validation(year_levels=[3], score_minimum=0.0, score_maximum=1000.0)


def notes_on_identifiers(*identifiers: str) -> dict[str, int]:
    return {note.note: note.records for note in note_identifiers(pd.Series(identifiers, dtype="str"), "id")}


def test_several_notes_of_one_rule_on_one_column_meet_the_contract():
    scores = np.array([-1.0, -1.0, 300, 310, 320, 330, 999])
    notes = list(note_scores(scores, "score", LIMITS))
    assert [note.note for note in notes] == ["score_like_code"] * 2
    table = tabulate_notes([*notes, Note("outside_study", "", 2, "x")], "a.csv", "assessments")
    check_table(table, CONTRACT, "notes")
    assert table["records"].tolist() == [3, 2]
    assert "-1 among" in table["detail"].iloc[0] and "; 999 among" in table["detail"].iloc[0]
    check_table(tabulate_notes([], "a.csv", "assessments"), CONTRACT, "no notes")


@pytest.mark.parametrize(
    ("identifiers", "notes"),
    [
        # Whole numbers in order are no sign of lost zeros, and five digits alone no dates.
        (["1", "9", "10", "100"], {}),
        (["45123", "45124", "31000"], {}),
        (["007", "012", "9"], {"zeros_lost": 1}),
        (["3-4", "3-5", "45385", "45385"], {"identifier_like_date": 2}),
        (["3-4", "3-5", "99999"], {}),
        (["a-1", "A1", "b2"], {"identifiers_alike": 2}),
        (["1234567890123456", "1234567890123450"], {}),
        (["1234567890123400000", "1234567890123500000"], {"identifier_rounded": 2}),
        (["1234567890123456789", "1234567890123456788"], {}),
        (["\u041012", "B12"], {"letters_not_ascii": 1}),
    ],
)
def test_identifiers(identifiers, notes):
    assert notes_on_identifiers(*identifiers) == notes


def test_a_student_with_two_year_levels_in_one_year_is_noted_and_one_who_moves_up_is_not(validate):
    rows = ["01,012,2017,3,reading,present,412,9", "01,012,2017,5,numeracy,present,500,9"]
    both = validate(rows).notes.set_index("note")["records"].to_dict()
    assert both.get("several_levels") == 1
    found = validate([rows[0], rows[1].replace("2017", "2019")], calendar_year=None)
    assert "several_levels" not in found.notes["note"].tolist()


@pytest.mark.parametrize(
    ("scores", "notes"),
    [
        # A 0 among scores that reach down to it is a score.
        ([0, 10, 20, 35, 400, 700], []),
        ([0, 310, 420, 700], ["score_like_code"]),
        ([310, 420, 600, 999], ["score_like_code"]),
        ([41, 52, 95, 77], ["scores_crowded"]),
        ([0, 0], []),
        # Points that are as far apart everywhere hold no code.
        ([0, 200, 400, 600, 800], []),
    ],
)
def test_scores(scores, notes):
    found = note_scores(np.array(scores, dtype=float), "score", LIMITS)
    assert [note.note for note in found] == notes
