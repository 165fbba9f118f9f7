import numpy as np
import pandas as pd
import pytest

from valueadded.errors import DesignError
from valueadded.intake_adjusted.measures.census import (
    count_enrolments,
    count_share,
    flag_esl,
    measure_mobility,
    measure_stability,
    weigh_campuses,
)
from valueadded.intake_adjusted.measures.engagement import measure_absence, measure_connectedness
from valueadded.intake_adjusted.measures.judgements import average_judgements
from valueadded.intake_adjusted.measures.pathways import measure_exits, measure_retention
from valueadded.intake_adjusted.measures.prior_attainment import average_aim, average_scores, share_of_readers


def table(columns: str, *rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def test_campuses_weigh_by_enrolments():
    columns = "school_id calendar_year campus_id sfo enrolments"
    campuses = table(columns, ("A", 2010, 1, 0.2, 300), ("A", 2010, 2, 0.6, 100), ("B", 2010, 1, None, 50))
    found = weigh_campuses(campuses).set_index("school_id")["value"]
    assert found["A"] == pytest.approx(0.3)
    assert np.isnan(found["B"])
    with pytest.raises(DesignError, match="without enrolments, the first of school 'A'"):
        weigh_campuses(campuses.assign(enrolments=[0, 100, 50]))


def test_shares_are_of_full_time_equivalents_with_a_known_flag():
    census = table(
        "school_id calendar_year girl fte",
        ("A", 2010, True, 0.5),
        ("A", 2010, False, 1.5),
        ("A", 2010, None, 9),
    )
    assert count_share(census, "girl", "pcGirlsP6")["value"].to_list() == [25.0]
    with pytest.raises(DesignError, match="'A' has enrolments of 0"):
        count_share(census.assign(fte=0.0), "girl", "pcGirlsP6")


def test_english_as_a_second_language_needs_all_three():
    columns = "language_background other_home_language years_enrolled"
    census = table(columns, (True, True, 4.9), (False, True, 1), (True, False, 1), (True, True, 5))
    assert flag_esl(census).to_list() == [True, False, False, False]


def test_enrolments_are_full_time_equivalents_of_the_levels():
    census = table(
        "school_id calendar_year year_level fte", ("A", 2010, 0, 1), ("A", 2010, 6, 0.5), ("A", 2010, 7, 1)
    )
    assert count_enrolments(census, range(7), "enrolmentsP6")["value"].to_list() == [1.5]


def test_stability_counts_students_who_left_and_who_came():
    columns = "student_id school_id calendar_year year_level"
    rows = [(s, "A", 2008, 7) for s in "abc"] + [("d", "B", 2008, 7), ("e", "A", 2008, 7)]
    rows += [("a", "A", 2010, 9), ("b", "A", 2010, 9), ("c", "B", 2010, 9), ("d", "A", 2010, 9)]
    found = measure_stability(table(columns, *rows)).set_index("school_id")["value"]
    # A: a and b stayed, c left, d came; e took one test and does not count.
    assert found.to_dict() == {"A": 50.0, "B": 0.0}


def test_mobility_counts_days_within_its_windows():
    census = table(
        "calendar_year february august",
        (2007, "2007-02-28", "2007-08-31"),
        (2008, "2008-02-29", "2008-08-29"),
    )
    days = ["2007-08-31", "2007-09-01", "2007-12-01", "2008-02-29", "2008-03-01", "2008-08-29", "2008-08-30"]
    students = pd.DataFrame({"school_id": "A", "calendar_year": 2008, "funded": True, "enrolled_on": days})
    moved = [measure_mobility(students.iloc[[k]], census)["value"].item() for k in range(len(days))]
    assert moved == [0, 100, 0, 0, 100, 100, 0]
    assert measure_mobility(students.assign(funded=False), census)["value"].item() == 0


def test_readers_reach_the_level_of_their_year():
    readings = table(
        "school_id calendar_year year_level text_level",
        *[("A", 2009, *pair) for pair in ((0, 5), (1, 14), (2, 20), (2, 19))],
    )
    assert share_of_readers(readings)["value"].to_list() == [50.0]


def test_mean_of_studies_counts_students_once():
    scores = table(
        "school_id calendar_year student_id score",
        *[("A", 2010, s, v) for s, v in (("a", 20), ("a", 30), ("b", 40))],
    )
    found = average_scores(scores, "VCE")
    assert (found["value"].item(), found["n_students"].item()) == (30, 2)


@pytest.fixture
def aim() -> pd.DataFrame:
    rows = [("a", "A", 2005, 10.0), ("b", "X", 2005, 30.0), ("p", "C", 2005, 50.0), ("q", "D", 2006, 70.0)]
    return table("student_id school_id calendar_year score", *rows)


def test_three_branches_of_prior_attainment(aim):
    vce = [("a", "A"), ("b", "A"), ("c", "A"), ("d", "A")]
    vce += [("a2", "C"), ("b2", "C"), ("c2", "D"), ("c3", "E")]
    cohort = pd.DataFrame(
        [(s, school, 2010) for s, school in vce], columns=["student_id", "school_id", "calendar_year"]
    )
    found = average_aim(cohort, aim, "AIMyr7Read").set_index("school_id")
    # A: two of four are unknown, exactly half, and b was elsewhere in Year 7.
    assert found["branch"].to_dict() == {"A": "cohort", "C": "five_years", "D": "four_years", "E": "none"}
    assert found["value"][["A", "C", "D"]].to_list() == [20, 50, 70]
    assert np.isnan(found["value"]["E"])


def test_more_than_half_unknown_leaves_the_cohort(aim):
    cohort = pd.DataFrame({"student_id": ["a", "x", "y"], "school_id": "A", "calendar_year": 2010})
    found = average_aim(cohort, aim, "AIMyr7Read")
    # The school's own mean five years before: that of a alone.
    assert (found["branch"].item(), found["value"].item()) == ("five_years", 10)


JUDGED = "student_id school_id calendar_year year_level domain dimension points"


def test_judgements_average_dimensions_then_domains():
    rows = [("a", "A", 2010, 3, "English", "reading", 2.5), ("b", "A", 2010, 3, "English", "reading", 3.0)]
    rows += [
        ("a", "A", 2010, 3, "English", "writing", 2.25),
        ("a", "A", 2010, 3, "Mathematics", "number", 3.25),
    ]
    rows += [("a", "A", 2010, 3, "Arts", "music", 4.25), ("a", "A", 2010, 3, "Science", "any", 2.25)]
    lower = table("year_level points", (3, 2.25))
    judgements = table(JUDGED, *rows)
    # English: (.5 + 0) / 2 = .25 of two dimensions, Mathematics 1.
    assert average_judgements(judgements, lower, "TJEngMathsP6")["value"].item() == pytest.approx(0.625)
    assert average_judgements(judgements, lower, "TJotherP6", None)["value"].item() == pytest.approx(1.0)
    english = judgements[judgements["domain"] == "English"]
    assert np.isnan(average_judgements(english, lower, "TJEngMathsP6")["value"].item())
    with pytest.raises(DesignError, match="year level"):
        average_judgements(judgements.assign(year_level=4), lower, "TJEngMathsP6")


def test_absence_is_per_head_before_2006():
    absence = table(
        "school_id calendar_year days fte headcount", ("A", 2005, 100, 8, 10), ("A", 2006, 100, 8, 10)
    )
    assert measure_absence(absence, "studabs_P6")["value"].to_list() == [10, 12.5]
    with pytest.raises(DesignError, match="'A' has no students"):
        measure_absence(absence.assign(fte=0), "studabs_P6")


def test_connectedness_is_of_its_year_levels():
    answers = table(
        "school_id calendar_year year_level score",
        *[("A", 2010, *pair) for pair in ((5, 4), (6, 3), (7, 1), (6, None))],
    )
    found = measure_connectedness(answers, "CtoS_56", (5, 6))
    assert (found["value"].item(), found["n_students"].item()) == (3.5, 2)


def test_retention_and_its_override():
    rows = [(s, "A", 2007, 7) for s in "abcd"] + [
        ("a", "A", 2010, 10),
        ("b", "A", 2010, 10),
        ("c", "B", 2010, 10),
    ]
    enrolments = table("student_id school_id calendar_year year_level", *rows, ("z", "A", 2009, 7))
    counted = measure_retention(enrolments, "RR710pct")
    assert counted[["calendar_year", "value", "source"]].to_numpy().tolist() == [[2010, 50.0, "counted"]]
    override = table("school_id calendar_year value n_students", ("A", 2010, 75.0, 4))
    given = measure_retention(enrolments, "RR710pct", override)
    assert given[["value", "source"]].to_numpy().tolist() == [[75.0, "override"]]


def test_exits_count_known_destinations_of_the_upper_years():
    known = [
        "education",
        "training",
        "full_time_work",
        "part_time_work",
        "unemployed_seeking",
        "unemployed_not_seeking",
    ]
    rows = [("A", 2010, 12, each) for each in (*known, "unknown")] + [("A", 2010, 9, "education")]
    exits = table("school_id calendar_year year_level destination", *rows)
    found = measure_exits(exits, "pctExits")
    assert (found["value"].item(), found["n_students"].item()) == (50, 6)
    with pytest.raises(DesignError, match="unknown destination 'moon'"):
        measure_exits(exits.replace("training", "moon"), "pctExits")
