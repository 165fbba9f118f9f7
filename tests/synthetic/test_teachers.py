"""A synthetic cohort with teachers holds what was planted, and its truth table tells it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from valueadded.config.synthetic_teachers import SyntheticTeachers
from valueadded.contracts.synthetic_teachers import TRUTH_TEACHERS
from valueadded.synthetic import TeacherRecords, generate_teachers

KEY = ["student_id", "calendar_year", "domain"]
DOMAINS = {
    "reading": {"mean": 400.0, "growth": 30.0, "teacher_sd": 12.0, "student_sd": 50.0},
    "numeracy": {"mean": 380.0, "growth": 35.0, "teacher_sd": 20.0, "student_sd": 40.0},
}


def describe_teachers(**changes: Any) -> SyntheticTeachers:
    settings: dict[str, Any] = {"seed": 4, "students": 900, "schools": 12, "domains": DOMAINS, "tracks": 3}
    return SyntheticTeachers(**(settings | changes))


@pytest.fixture(scope="module")
def complete() -> TeacherRecords:
    """Every score seen."""
    return generate_teachers(describe_teachers(missing={"share": 0.0}))


def own_parts(records: TeacherRecords, persistence: float) -> pd.DataFrame:
    """Scores without the planted effects: students x (year, domain), from the files and the truth."""
    truth = records.truth_teachers.rename(columns={"year": "calendar_year"})
    links = records.links.merge(truth, on=["domain", "calendar_year", "teacher_id"], validate="many_to_one")
    acts = (links["share"] * links["effect"]).groupby([links[name] for name in KEY]).sum()
    acts = acts.unstack(["domain", "calendar_year"]).sort_index(axis=1)
    scores = records.scores.set_index(KEY)["score"].unstack(["domain", "calendar_year"]).sort_index(axis=1)
    rest = scores.copy()
    for domain, year in scores.columns:
        earlier = [other for name, other in scores.columns if name == domain and other < year]
        rest[domain, year] -= acts[domain, year] + persistence * sum(acts[domain, other] for other in earlier)
    return rest


def test_the_same_settings_give_the_same_records(complete):
    again = generate_teachers(describe_teachers(missing={"share": 0.0}))
    other = generate_teachers(describe_teachers(missing={"share": 0.0}, seed=5))
    for table in ("scores", "links", "truth_teachers"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(complete, table), check_exact=True)
    assert not np.isclose(other.scores["score"], complete.scores["score"]).all()


def test_every_score_has_teachers_whose_shares_add_up(complete):
    assert not complete.scores.duplicated(KEY).any()
    assert not complete.links.duplicated([*KEY, "teacher_id"]).any()
    shares = complete.links.groupby(KEY)["share"].agg(["sum", "size"])
    assert len(shares) == len(complete.scores) == 900 * 3 * 2
    np.testing.assert_allclose(shares["sum"], 1.0, atol=1e-12)
    # 5,400 draws of 0.1: a standard error of 0.004, four of them.
    assert abs((shares["size"] == 2).mean() - 0.1) < 0.017
    TRUTH_TEACHERS.validate(complete.truth_teachers)
    counted = complete.links.groupby(["domain", "calendar_year", "teacher_id"]).size()
    assert counted.to_numpy().tolist() == (
        complete.truth_teachers.sort_values(["domain", "year", "teacher_id"])["n_students"].tolist()
    )


@pytest.mark.parametrize("persistence", [0.0, 0.4, 1.0])
def test_a_score_is_mean_and_effects_and_a_correlated_deviation(persistence):
    records = generate_teachers(
        describe_teachers(missing={"share": 0.0}, students=8000, persistence=persistence)
    )
    rest = own_parts(records, persistence)
    means = [
        settings["mean"] + settings["growth"] * year
        for _, settings in sorted(DOMAINS.items())
        for year in range(3)
    ]
    # Means of 8,000 students of standard deviation 50 have standard error 0.56; four of them.
    np.testing.assert_allclose(rest.mean(), means, atol=2.3)
    spread = [settings["student_sd"] for _, settings in sorted(DOMAINS.items()) for _ in range(3)]
    # A standard deviation of 8,000 has a relative standard error of 0.8 per cent; four of them.
    np.testing.assert_allclose(rest.std(), spread, rtol=0.032)
    within = np.full((3, 3), 0.7) + 0.3 * np.eye(3)
    expected = np.kron(np.full((2, 2), 0.7) + 0.3 * np.eye(2), within)
    # A correlation of 0.49 has standard error 0.0085; four of them.
    np.testing.assert_allclose(rest.corr(), expected, atol=0.035)


def test_wrong_persistence_would_show(complete):
    right, wrong = own_parts(complete, 0.7), own_parts(complete, 0.0)
    last = ("numeracy", 2023)
    # Two earlier effects of standard deviation 20 at 0.7: 392 points squared beside 1,600 of the students.
    assert wrong[last].var() > right[last].var() + 200


def test_true_effects_have_the_planted_spread_and_correlation():
    truth = generate_teachers(
        describe_teachers(schools=300, students=3000, teacher_correlation=0.6, tracks=1)
    ).truth_teachers
    wide = truth.pivot_table(index=["year", "teacher_id"], columns="domain", values="effect")
    # 2,700 teachers: relative standard error of a standard deviation 1.4 per cent, of the correlation 0.012.
    np.testing.assert_allclose(wide.std(), [20.0, 12.0], rtol=0.055)
    assert abs(wide.corr().iloc[0, 1] - 0.6) < 0.05


def test_students_move_as_often_as_asked_and_within_their_track():
    records = generate_teachers(describe_teachers(students=6000, movers=0.2))
    school = records.scores.drop_duplicates(["student_id", "calendar_year"])
    school = school.pivot(index="student_id", columns="calendar_year", values="school_id")
    moved = pd.concat([school[2021] != school[2022], school[2022] != school[2023]])
    # 12,000 draws of 0.2: a standard error of 0.0037, four of them.
    assert abs(moved.mean() - 0.2) < 0.015
    track = records.truth_teachers.drop_duplicates("school_id").set_index("school_id")["track"]
    assert track.nunique() == 3
    assert (school.apply(lambda column: column.map(track)).nunique(axis=1) == 1).all()

    open_to_all = generate_teachers(describe_teachers(students=6000, movers=0.2, between_tracks=1.0))
    other = open_to_all.scores.drop_duplicates(["student_id", "calendar_year"])
    tracks = other.pivot(index="student_id", columns="calendar_year", values="school_id").apply(
        lambda column: column.map(track)
    )
    assert abs((tracks[2021] != tracks[2022]).mean() - 0.2) < 0.021


def test_scores_go_missing_at_the_share_asked_and_leave_the_others(complete):
    records = generate_teachers(describe_teachers(missing={"share": 0.15}))
    gone = records.scores["score"].isna()
    # 5,400 draws of 0.15: a standard error of 0.0049, four of them.
    assert abs(gone.mean() - 0.15) < 0.02
    np.testing.assert_array_equal(records.scores["score"][~gone], complete.scores["score"][~gone])
    pd.testing.assert_frame_equal(records.links, complete.links)
    seen = records.truth_teachers["n_scores"]
    assert seen.sum() < records.truth_teachers["n_students"].sum()


@pytest.mark.parametrize(
    ("rules", "own", "earlier"),
    [({"with_own": 1.0}, True, False), ({"with_earlier": 1.0}, False, True), ({}, False, False)],
)
def test_low_scores_go_missing_where_asked(rules, own, earlier):
    """Log odds of missing by the own score and that of the year before, from the scores nobody sees."""
    from statsmodels.api import Logit, add_constant

    settings = {"students": 4000, "domains": {"reading": DOMAINS["reading"]}}
    seen = generate_teachers(describe_teachers(missing={"share": 0.1} | rules, **settings)).scores
    full = generate_teachers(describe_teachers(missing={"share": 0.0}, **settings)).scores
    wide = full.pivot(index="student_id", columns="calendar_year", values="score")
    low = -(wide - wide.mean()) / wide.std()
    gone = seen["score"].isna().groupby([seen["student_id"], seen["calendar_year"]]).first().unstack()
    found = Logit(gone[2022].to_numpy(float), add_constant(low[[2021, 2022]])).fit(disp=False)
    asked = np.array([1.0 if earlier else 0.0, 1.0 if own else 0.0])
    # Within four standard errors of the planted coefficients.
    assert (np.abs(found.params.to_numpy()[1:] - asked) < 4 * found.bse.to_numpy()[1:]).all()
    assert (found.bse.to_numpy()[1:] < 0.12).all()


def test_the_omitted_variable_acts_on_level_or_growth(complete):
    def moved(**acts: float) -> pd.DataFrame:
        changed = generate_teachers(describe_teachers(missing={"share": 0.0}, omitted=acts)).scores
        shift = (changed["score"] - complete.scores["score"]).rename("shift")
        return complete.scores.join(shift)[lambda frame: frame["domain"] == "reading"].pivot(
            index="student_id", columns="calendar_year", values="shift"
        )

    # Scores are written to one decimal, so that a difference may be off by 0.1.
    level, growth = moved(level=10.0), moved(growth=10.0)
    np.testing.assert_allclose(level[2022], level[2021], atol=0.11)
    np.testing.assert_allclose(level[2023], level[2021], atol=0.11)
    np.testing.assert_allclose(growth[2021], 0.0, atol=0.11)
    np.testing.assert_allclose(growth[2022], level[2021], atol=0.11)
    np.testing.assert_allclose(growth[2023], 2 * growth[2022], atol=0.31)
    # The variable has standard deviation 1: 900 of them, relative standard error 2.4 per cent.
    assert abs(level[2021].std() - 10.0) < 1.0


@pytest.mark.parametrize("to", ["schools", "classes"])
def test_students_are_sorted_by_the_omitted_variable_where_asked(to):
    sorted_out = generate_teachers(describe_teachers(omitted={f"sorted_to_{to}": 0.8})).truth_teachers
    chance = generate_teachers(describe_teachers()).truth_teachers
    # Classes of 25: means of chance vary by 0.2, sorted ones with most of 0.8.
    assert chance["mean_omitted"].std() < 0.3
    assert sorted_out["mean_omitted"].std() > 0.5
    between = sorted_out.groupby("school_id")["mean_omitted"].mean().std()
    assert (between > 0.5) == (to == "schools")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tracks": 13}, "tracks: found 13 and 12 schools"),
        ({"tracks": 1, "between_tracks": 0.1}, "between_tracks: found moves"),
        ({"students": 20}, "students: found 20 for 36 classes"),
        ({"classes": 1}, "shared: a school has one class"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        describe_teachers(**changes)
