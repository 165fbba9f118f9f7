"""Two releases of one cohort: which differences are refused."""

import pandas as pd
import pytest

from valueadded.errors import DisclosureError
from valueadded.publish import compare_releases


def record(**schools: range) -> pd.DataFrame:
    rows = [
        ("reading", 2020, school, f"p{student}")
        for school, students in schools.items()
        for student in students
    ]
    return pd.DataFrame(rows, columns=["domain", "year", "school_id", "student_id"])


THEN = record(a=range(0, 30), b=range(100, 140))


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (record(a=range(0, 29), b=range(100, 140)), "one fewer"),
        (record(a=range(0, 31), b=range(100, 140)), "one more"),
        (record(a=range(1, 31), b=range(100, 140)), "one out, one in: the count is the same"),
        (record(a=range(0, 30), b=range(109, 140)), "nine fewer"),
        (record(renamed=range(0, 29), b=range(100, 140)), "one fewer under another name"),
        (
            record(a=[*range(0, 30), *range(900, 905)], b=range(100, 140)),
            "a hidden school of five merged into it",
        ),
    ],
)
def test_refused(now: pd.DataFrame, why: str) -> None:
    with pytest.raises(DisclosureError, match="fewer than 10 students") as refusal:
        compare_releases(THEN, now, 10)
    assert "earlier_release" in str(refusal.value), why
    assert "p0" not in str(refusal.value), "no student is named"


@pytest.mark.parametrize(
    ("now", "moved"),
    [
        (THEN, []),
        (THEN.sample(frac=1, random_state=1), []),
        (record(a=range(10, 30), b=range(100, 140)), [("a", "a", 10, 0)]),
        (record(a=range(0, 30)), []),  # a school that is gone
        (record(a=range(0, 30), b=range(100, 140), c=range(200, 215)), []),  # a school that is new
        (record(both=[*range(0, 30), *range(100, 140)]), [("a", "both", 0, 40), ("b", "both", 0, 30)]),
    ],
)
def test_let_through(now: pd.DataFrame, moved: list[tuple[str, str, int, int]]) -> None:
    found = compare_releases(THEN, now, 10)
    columns = ["school_then", "school_now", "students_out", "students_in"]
    assert list(found[columns].itertuples(index=False, name=None)) == moved


def test_another_year_is_another_cohort() -> None:
    assert compare_releases(THEN, THEN.iloc[1:].assign(year=2021), 10).empty


def test_an_earlier_release_under_another_key_is_refused() -> None:
    """Otherwise no cell would be paired with any, and everything would pass."""
    rehashed = THEN.assign(student_id="x" + THEN["student_id"])
    with pytest.raises(DisclosureError, match=r"input\.student_key"):
        compare_releases(rehashed, THEN, 10)
    assert compare_releases(rehashed.assign(year=2019), THEN, 10).empty, "no cohort is in both"
