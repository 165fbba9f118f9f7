import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from valueadded.figures.years import MOST_LABELS, draw_year_axis, join_years


def test_years_are_whole_and_a_gap_is_said():
    axes = Figure().subplots()
    draw_year_axis(axes, [2018, 2019, 2021], [2018])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2018", "2019", "2020", "2021"]
    assert [(text.get_text(), text.get_position()[0]) for text in axes.texts] == [("no cohort", 2020)]
    assert len(axes.patches) == 1


def test_long_series_keep_their_labels_apart():
    axes = Figure().subplots()
    draw_year_axis(axes, range(1970, 2026), [])
    assert len(axes.get_xticklabels()) <= MOST_LABELS


@pytest.mark.parametrize(("panels", "rotation"), [(1, 0), (2, 90)])
def test_labels_are_turned_where_panels_leave_no_room(panels, rotation):
    axes = Figure().subplots()
    draw_year_axis(axes, range(2010, 2020), [], panels=panels)
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {rotation}


def test_segments_join_years_of_one_school_and_tell_gaps_apart():
    points = pd.DataFrame(
        {"school_id": ["b", "a", "a", "a"], "year": [2018, 2021, 2018, 2019], "effect": [9.0, 3.0, 1.0, 2.0]}
    )
    near, far = join_years(points)
    np.testing.assert_array_equal(near, [[[2018, 1], [2019, 2]]])
    np.testing.assert_array_equal(far, [[[2019, 2], [2021, 3]]])


def test_one_point_has_no_segment():
    near, far = join_years(pd.DataFrame({"school_id": ["a"], "year": [2019], "effect": [1.0]}))
    assert near.shape == far.shape == (0, 2, 2)
