"""Two releases of one cohort: which differences are refused."""

import pandas as pd
import pytest

from valueadded.errors import DisclosureError
from valueadded.publish import ReleaseTables, compare_performance, compare_releases, guard_release
from valueadded.publish.guard import CELL
from valueadded.publish.whole_schools import publish_performance, record_performance


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


def counts(**schools: float) -> pd.DataFrame:
    rows = [("NAPLANyr5Read", "LY", "primary", 2021, school, n) for school, n in schools.items()]
    return pd.DataFrame(rows, columns=[*CELL, "n_students"])


@pytest.mark.parametrize("now", [{"a": 31}, {"a": 21}, {"a": 29.5}, {"a": 30, "b": 48}])
def test_whole_schools_that_differ_by_too_few_are_refused(now: dict[str, float]) -> None:
    with pytest.raises(
        DisclosureError, match=r"(?s)fewer than 10 students, .* [ab] \(NAPLANyr5Read LY 2021\)"
    ) as found:
        compare_performance(counts(a=30, b=40), counts(**now), 10)
    assert "publish.earlier_performance" in str(found.value)


@pytest.mark.parametrize(
    ("now", "moved"),
    [
        ({"a": 30, "b": 40}, []),
        ({"a": 30}, []),
        ({"a": 30, "c": 41}, []),
        ({"a": 20, "b": 50}, [(30, 20), (40, 50)]),
    ],
)
def test_whole_schools_that_are_let_through(now: dict[str, float], moved: list[tuple[int, int]]) -> None:
    found = compare_performance(counts(a=30, b=40), counts(**now), 10)
    assert list(found[["n_then", "n_now"]].itertuples(index=False, name=None)) == moved


def test_whole_schools_of_another_year_are_another_result() -> None:
    later = counts(a=31).assign(calendar_year=2022)
    assert compare_performance(counts(a=30), later, 10).empty


def test_the_record_of_whole_schools_has_what_is_published_and_no_more() -> None:
    performance = pd.DataFrame(
        {
            "outcome": "NAPLANyr5Read",
            "window": "LY",
            "group": "primary",
            "calendar_year": 2021,
            "school_id": [f"s{place}" for place in range(6)],
            "n_students": [40.0, 30.0, 4.0, 12.0, 25.0, 60.0],
            "standardised_residual": [0.1, -0.2, 1.4, 0.6, -1.3, 0.0],
            "band": "similar",
            "status": ["published"] * 5 + ["excluded"],
        }
    )
    published = publish_performance(performance, 10, [10, 20])
    # s2 has too few; s3, the next smallest, is hidden with it; s5 is not compared at all.
    assert list(record_performance(performance, published)["school_id"]) == ["s0", "s1", "s4"]


def test_a_release_is_guarded_by_the_records_that_are_given() -> None:
    release = ReleaseTables({}, {"release_record": THEN, "performance_record": counts(a=30)})
    guard_release(release, {}, 10)
    guard_release(release, {"release_record": THEN, "performance_record": counts(a=30)}, 10)
    with pytest.raises(DisclosureError, match="whole schools"):
        guard_release(release, {"performance_record": counts(a=31)}, 10)
    with pytest.raises(DisclosureError, match="1 results differ"):
        guard_release(release, {"release_record": record(a=range(0, 29), b=range(100, 140))}, 10)
