"""The synthetic whole schools: repeatable, each mean as planted, every planted defect found."""

import numpy as np
import pandas as pd
import pytest
from invented_whole_schools import describe_records, validate_state

from valueadded.config.synthetic_whole_schools import generated_files
from valueadded.contracts import synthetic as contracts
from valueadded.numerics.streams import open_stream
from valueadded.synthetic import generate_whole_schools
from valueadded.synthetic.whole_school_scores import spread_around
from valueadded.synthetic.whole_school_students import (
    Stays,
    count_stability,
    let_leave,
    round_at_random,
)
from valueadded.table_io import check_table

SMALL = {"schools": 60, "defects": 0.01}


@pytest.fixture(scope="module")
def state():
    return generate_whole_schools(describe_records(**SMALL))


def test_the_same_settings_give_the_same_records(state):
    again = generate_whole_schools(describe_records(**SMALL))
    assert list(again.files) == list(state.files)
    for name, frame in state.files.items():
        pd.testing.assert_frame_equal(again.files[name], frame)
    other = generate_whole_schools(describe_records(**SMALL, seed=2012))
    assert not other.truth["residual"].equals(state.truth["residual"])


def test_the_files_are_those_the_configuration_expects(state):
    assert {f"{name}.csv" for name in state.files} == set(generated_files(describe_records(**SMALL)))


def test_truth_meets_its_contracts(state):
    for frame, contract in (
        (state.truth, contracts.TRUTH_WHOLE_SCHOOLS),
        (state.coefficients, contracts.TRUTH_WHOLE_SCHOOL_COEFFICIENTS),
        (state.defects, contracts.TRUTH_DEFECTS),
    ):
        check_table(frame, contract, contract.name)


def test_every_planted_defect_is_found_for_its_reason(state, tmp_path):
    validated = validate_state(state, tmp_path)
    planted = state.defects[state.defects["reason"] != "exact_duplicate"]
    key = ["source_file", "source_row"]
    # A row with several score columns is several records, all put aside.
    found = validated.quarantine.drop_duplicates(key)[[*key, "reason"]].sort_values(key, ignore_index=True)
    expected = planted[[*key, "reason"]].sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)
    assert len(planted) > 100
    merged = validated.ledger["duplicates_merged"].sum()
    assert merged == (state.defects["reason"] == "exact_duplicate").sum()


def test_scores_have_the_planted_mean_in_every_school():
    school = np.repeat([0, 1, 2], [1, 7, 40])
    means = np.array([500.0, 400.0, 300.0])
    scores = spread_around(school, means, 70.0, open_stream(1, "scores"))
    found = pd.Series(scores).groupby(school).mean()
    # The mean is taken off and put back: rounding of a few hundred only.
    np.testing.assert_allclose(found, means, atol=1e-9)
    assert pd.Series(scores[school == 2]).std() == pytest.approx(70, rel=0.3)


def test_rounding_at_random_is_right_on_average():
    numbers = np.full(20_000, 1.6)
    found = round_at_random(numbers, open_stream(1, "rounding"))
    assert set(found) == {1, 2}
    # Standard error sqrt(0.6 x 0.4 / 20,000) = 0.0035; four of them.
    assert found.mean() == pytest.approx(1.6, abs=0.014)


def stays(*rows: tuple[int, int, int, int]) -> Stays:
    """Stays of one cohort: number of the student, school, first and last year level."""
    number, school, first, last = (np.array(column) for column in zip(*rows, strict=True))
    return Stays(number.astype(str), number, school, np.full(len(rows), 2000), first, last)


def test_stability_counts_who_left_and_who_came():
    # Student 0 stays in school 0; student 1 moves from 0 to 1; student 2 leaves the state after Year 8.
    found = count_stability(stays((0, 0, 7, 12), (1, 0, 7, 8), (2, 0, 7, 8), (1, 1, 9, 12)), 2, [2009])
    assert found.tolist() == [[50.0], [0.0]]


def test_as_many_leave_before_year_10_as_retention_says():
    school = stays((0, 0, 7, 12), (1, 0, 7, 12), (2, 0, 7, 12), (3, 0, 7, 8), (4, 0, 8, 12))
    found = let_leave(school, [2010], np.array([[50.0]]), open_stream(1, "leavers"))
    # Four began in Year 7, half of them remain; who came in Year 8 is no part of the count.
    assert sorted(found.until_level.tolist()) == [8, 9, 12, 12, 12]
    assert found.until_level[4] == 12


def test_new_schools_have_no_students_before_they_open(state):
    settings = describe_records(schools=200, new_schools=0.3)
    files = generate_whole_schools(settings).files
    first = files["school_years"].groupby("school")["year"].min()
    assert set(first) == {settings.years[0], settings.years[-1] - 2}
    census = pd.concat([files[f"census_february_{year}"] for year in settings.years])
    assert (census["year"].to_numpy() >= first[census["school"]].to_numpy()).all()


def test_students_of_one_school_grow_a_level_a_year(state):
    files = state.files
    one = files["census_february_2009"].query("level != '31'").drop_duplicates("student")
    two = files["census_february_2010"].drop_duplicates("student")
    both = one.merge(two, on="student")
    levels = both[["level_x", "level_y"]].apply(pd.to_numeric)
    assert len(both) > 1000
    assert (levels["level_y"] - levels["level_x"] == 1).all()
