"""What may be found among scores and teachers, and what becomes of it."""

import pandas as pd

# Code -> what is counted, what becomes of it.
FINDINGS: dict[str, tuple[str, str]] = {
    "test_in_two_files": (
        "students",
        "Two files have different records of one student, domain and year: they are left out.",
    ),
    "covariate_missing": ("scores", "A covariate is missing beside a score: the score is left out."),
    "repeated_level": (
        "tests",
        "A student is at a year level for the second time: the first time counts. With `layered.time: "
        "calendar_year` both do.",
    ),
    "unscored": (
        "tests",
        "There is no score: `layered.unscored` says whether the teachers act on later scores.",
    ),
    "link_without_test": (
        "links",
        "A link has no row among the scores that are used: left out.",
    ),
    "share_missing": (
        "tests",
        "Some teachers of a student have a share and others none, or two files differ: they share equally.",
    ),
    "shares_above_one": (
        "tests",
        "The shares of a student's teachers add up to more than 1: all are divided by their sum.",
    ),
    "shares_below_one": (
        "tests",
        "The shares of a student's teachers add up to less than 1: the rest acts through nobody.",
    ),
    "score_without_teacher": (
        "scores",
        "A score has no teacher: it counts for the means and for the student's other scores.",
    ),
    "team_teaching": ("tests", "Several teachers share a student: each acts by the share."),
    "teacher_with_one_student": (
        "effects",
        "One student has a score with the teacher: the effect is kept, and shrunk the most.",
    ),
    "teacher_in_two_schools": (
        "effects",
        "A teacher taught in several schools in one year: the teacher has one effect, each school its own.",
    ),
    "score_without_school": ("scores", "A score has no school: no effect of a school acts on it."),
}

Finding = tuple[str, int]


def findings_table(found: list[Finding]) -> pd.DataFrame:
    """Return `finding`, `count`, `unit`, `outcome`, a row for each kind of finding, met or not."""
    rows = [(code, count, *FINDINGS[code]) for code, count in found]
    return pd.DataFrame(rows, columns=["finding", "count", "unit", "outcome"]).astype(
        {"finding": "str", "count": "int64", "unit": "str", "outcome": "str"}
    )
