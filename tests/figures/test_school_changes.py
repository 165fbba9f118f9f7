import numpy as np
import pytest
from invented_changes import make_changes, make_many_changes

from valueadded.contracts.figures import SCHOOL_CHANGE_FIGURE
from valueadded.errors import ContractError
from valueadded.figures.school_changes import draw_school_changes, select_school_changes
from valueadded.table_io import check_table


def test_latest_year_only_sorted_by_change():
    plotted = select_school_changes(make_many_changes(20), "reading")
    check_table(plotted, SCHOOL_CHANGE_FIGURE, "plotted")
    assert set(plotted["year_to"]) == {2022}
    for _, rows in plotted.groupby("measure"):
        assert rows["change"].is_monotonic_increasing
        assert list(rows["place"]) == list(range(1, 21))


def test_direction_follows_the_interval_of_the_change():
    plotted = select_school_changes(make_many_changes(200), "reading")
    held = (plotted["lower"] <= 0) & (plotted["upper"] >= 0)
    assert (plotted["direction"].eq("open") == held).all()
    assert (plotted.loc[plotted["direction"] == "fell", "change"] < 0).all()
    assert set(plotted["direction"]) == {"rose", "open", "fell"}


def test_every_school_has_a_slope_and_an_interval():
    plotted = select_school_changes(make_many_changes(20), "reading")
    figure = draw_school_changes(plotted, "points")
    for axes in figure.axes:
        assert sum(len(lines.get_segments()) for lines in axes.collections) == 20
    slopes = np.concatenate(
        [line.get_segments() for line in figure.axes[0].collections if line.get_segments()]
    )
    drawn = plotted[plotted["measure"] == "benchmark"]
    np.testing.assert_allclose(np.sort(slopes[:, 1, 1]), np.sort(drawn["effect_to"]))


def test_one_school_is_enough_and_none_is_refused():
    changes = make_changes()[0]
    assert len(draw_school_changes(select_school_changes(changes, "reading"), "points").axes) == 4
    with pytest.raises(ContractError, match="spelling"):
        select_school_changes(changes, "spelling")
