"""Scores and links that do not agree: every outcome is documented, counted and kept."""

import numpy as np
import pandas as pd
import pytest

from valueadded.errors import DesignError
from valueadded.layered import FINDINGS, join_teachers
from valueadded.layered.join import frame_of

SCORES = [
    # student, year, level, score, school
    ("a", 2021, 3, 400.0, "S1"),
    ("a", 2022, 4, 450.0, "S1"),
    ("b", 2021, 3, 410.0, "S2"),
    ("b", 2022, 4, np.nan, "S2"),
    ("c", 2022, 3, 420.0, "S1"),
]
LINKS = [
    ("a", 2021, "reading", "T1", 1.0),
    ("a", 2022, "reading", "T2", 0.6),
    ("a", 2022, "reading", "T3", 0.4),
    ("b", 2021, "reading", "T1", 1.0),
    ("b", 2022, "reading", "T2", 1.0),
    ("c", 2022, "reading", "T1", 1.0),
]


def scores(rows=SCORES, **columns) -> pd.DataFrame:
    names = ["student_id", "calendar_year", "year_level", "score", "school_id"]
    return pd.DataFrame(rows, columns=names).assign(domain="reading", **columns)


def links(rows=LINKS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["student_id", "calendar_year", "domain", "teacher_id", "share"])


def joined(score_rows=SCORES, link_rows=LINKS, time="year_level", schools=False):
    return join_teachers(scores(score_rows), links(link_rows), time, [], schools)


def count(result, finding: str) -> int:
    return int(result.findings.set_index("finding")["count"][finding])


def shares(result, student: str, year: int) -> list[float]:
    rows = result.links[(result.links["student_id"] == student) & (result.links["year"] == year)]
    return rows["share"].tolist()


def test_every_finding_has_a_row_and_a_sentence():
    result = joined()
    assert set(result.findings["finding"]) == set(FINDINGS)
    assert result.findings["outcome"].str.endswith(".").all()


def test_periods_and_cohorts_follow_from_year_and_level():
    by_level, by_year = joined(), joined(time="calendar_year")
    assert by_level.scores["period"].tolist() == by_level.scores["year_level"].tolist()
    assert by_year.scores["period"].tolist() == by_year.scores["year"].tolist()
    assert by_level.scores.set_index("student_id")["cohort"].to_dict() == {"a": 2018, "b": 2018, "c": 2019}


def test_shares_above_one_are_divided_by_their_sum():
    result = joined(link_rows=[("a", 2021, "reading", "T1", 0.9), ("a", 2021, "reading", "T2", 0.6)])
    assert count(result, "shares_above_one") == 1
    assert shares(result, "a", 2021) == pytest.approx([0.6, 0.4])


def test_shares_below_one_stay_and_the_rest_acts_through_nobody():
    result = joined(link_rows=[("a", 2021, "reading", "T1", 0.5), ("a", 2021, "reading", "T2", 0.2)])
    assert count(result, "shares_below_one") == 1
    assert shares(result, "a", 2021) == [0.5, 0.2]


def test_without_shares_teachers_share_equally():
    none = joined(link_rows=[("a", 2021, "reading", name, np.nan) for name in ("T1", "T2")])
    assert shares(none, "a", 2021) == [0.5, 0.5]
    assert count(none, "share_missing") == 0
    some = joined(link_rows=[("a", 2021, "reading", "T1", 0.9), ("a", 2021, "reading", "T2", np.nan)])
    assert shares(some, "a", 2021) == [0.5, 0.5]
    assert count(some, "share_missing") == 1


def test_a_score_without_a_teacher_is_kept():
    result = joined(link_rows=LINKS[:-1])
    assert count(result, "score_without_teacher") == 1
    assert "c" in set(result.scores["student_id"])
    frame = frame_of(result.scores, result.links).set_index("student_id")
    assert pd.isna(frame.loc["c", "teacher_id"])
    assert frame.loc["c", "score"] == 420.0


def test_a_link_without_a_test_is_left_out():
    result = joined(link_rows=[*LINKS, ("d", 2021, "reading", "T1", 1.0), ("a", 2020, "all", "T1", 1.0)])
    assert count(result, "link_without_test") == 2
    assert "d" not in set(result.links["student_id"])


def test_a_link_to_every_domain_is_written_out():
    both = pd.concat([scores(), scores().assign(domain="numeracy")], ignore_index=True)
    result = join_teachers(both, links([("a", 2021, "all", "T1", 1.0)]), "year_level", [])
    assert result.links["domain"].tolist() == ["numeracy", "reading"]
    assert count(result, "link_without_test") == 0


def test_who_repeats_a_level_counts_the_first_time():
    rows = [*SCORES, ("a", 2023, 4, 460.0, "S1")]
    by_level = joined(rows)
    assert count(by_level, "repeated_level") == 1
    assert by_level.scores.query("student_id == 'a' and year_level == 4")["year"].tolist() == [2022]
    assert count(joined(rows, time="calendar_year"), "repeated_level") == 0


def test_files_that_disagree_about_a_test_lose_it():
    repeated = joined([*SCORES, SCORES[0]])
    assert count(repeated, "test_in_two_files") == 0
    assert len(repeated.scores) == len(SCORES)
    disagreeing = joined([*SCORES, ("a", 2021, 3, 500.0, "S1")])
    assert count(disagreeing, "test_in_two_files") == 1
    assert len(disagreeing.scores) == len(SCORES) - 1


def test_what_needs_no_remedy_is_counted():
    moved = [*SCORES, ("d", 2021, 3, 430.0, "S2")]
    result = joined(moved, [*LINKS, ("d", 2021, "reading", "T1", 1.0)])
    # T1 has a and b in two schools already.
    assert count(result, "teacher_in_two_schools") == 1
    # T2 and T3 have the one scored student a in 2022, T1 has c alone at level 3 of 2022.
    assert count(result, "teacher_with_one_student") == 3
    assert count(result, "team_teaching") == 1
    assert count(result, "unscored") == 1
    schoolless = [("a", 2021, 3, 400.0, None)]
    assert count(joined(schoolless, schools=True), "score_without_school") == 1
    assert count(joined(schoolless), "score_without_school") == 0


def test_a_score_without_a_covariate_is_left_out():
    frame = scores(age=[1.0, np.nan, 2.0, np.nan, 3.0])
    result = join_teachers(frame, links(), "year_level", ["age"])
    # One of the two rows without the covariate has a score.
    assert count(result, "covariate_missing") == 1
    assert result.scores["age"].notna().all()


def test_no_score_left_names_the_keys():
    with pytest.raises(DesignError, match=r"layered\.domains"):
        joined([("a", 2021, 3, np.nan, "S1")])
