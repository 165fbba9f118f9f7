"""Participation codes stay apart, and a school must be large enough."""

import pandas as pd

from valueadded.cohorts.eligibility import find_small_schools, find_unscored


def test_each_participation_code_is_a_reason_of_its_own():
    students = pd.DataFrame(
        {
            "participation": [
                "absent",
                "exempt",
                "withdrawn",
                "refused",
                "sanctioned",
                "cancelled",
                "present",
            ],
            "scored": [False] * 7,
        }
    )
    expected = ["absent", "exempt", "withdrawn", "refused", "sanctioned", "cancelled", "no_score"]
    assert find_unscored(students).tolist() == expected


def test_a_scored_student_stays():
    assert find_unscored(pd.DataFrame({"participation": ["present"], "scored": [True]})).tolist() == [""]


def test_the_minimum_itself_is_enough():
    students = pd.DataFrame({"school_id": ["A", "A", "B"]})
    assert find_small_schools(students, 2).tolist() == ["", "", "school_too_small"]
    assert find_small_schools(students, 1).tolist() == ["", "", ""]
