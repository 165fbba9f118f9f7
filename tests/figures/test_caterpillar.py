import numpy as np

from valueadded.contracts.figures import CATERPILLAR
from valueadded.figures.caterpillar import draw_caterpillar, select_caterpillar
from valueadded.table_io import check_table


def test_schools_of_the_latest_year_stand_in_rank_order(study):
    plotted = check_table(select_caterpillar(study.effects, study.ranks, "reading"), CATERPILLAR, "plotted")
    assert set(plotted["year"]) == {2023}
    for _, rows in plotted.groupby("model"):
        assert rows["effect"].is_monotonic_increasing
        assert list(rows["rank"]) == list(range(1, 41))


def test_a_school_is_separated_only_if_its_interval_misses_zero(study):
    plotted = select_caterpillar(study.effects, study.ranks, "reading")
    held = (plotted["lower"] <= 0) & (plotted["upper"] >= 0)
    assert set(plotted["separation"]) == {"above", "below", "not_separated"}
    assert (plotted["separation"].eq("not_separated") == held).all()
    assert (plotted.loc[plotted["separation"] == "above", "effect"] > 0).all()


def test_every_interval_and_effect_is_drawn_once(study):
    plotted = select_caterpillar(study.effects, study.ranks, "reading")
    figure = draw_caterpillar(plotted, "scale points")
    for axes, (_, rows) in zip(figure.axes[:2], plotted.groupby("model", sort=False), strict=True):
        assert sum(len(lines.get_segments()) for lines in axes.collections) == len(rows)
        drawn = np.concatenate([line.get_ydata() for line in axes.lines if line.get_linestyle() == "None"])
        np.testing.assert_array_equal(np.sort(drawn), rows["effect"])


def test_ties_go_by_school(study):
    tied = study.effects.assign(effect=0.0)
    assert list(select_caterpillar(tied, study.ranks, "reading").head(3)["school_id"]) == [
        "00000",
        "00001",
        "00002",
    ]


def test_one_school_is_enough(smallest_study):
    plotted = select_caterpillar(smallest_study.effects, smallest_study.ranks, "reading")
    assert len(draw_caterpillar(plotted, "scale points").axes) == 2 * len(plotted) == 4


def test_every_rank_interval_is_drawn_around_the_diagonal(study):
    plotted = select_caterpillar(study.effects, study.ranks, "reading")
    figure = draw_caterpillar(plotted, "scale points")
    for axes, (_, rows) in zip(figure.axes[2:], plotted.groupby("model", sort=False), strict=True):
        segments = np.array([segment for lines in axes.collections for segment in lines.get_segments()])
        segments = segments[np.argsort(segments[:, 0, 0])]
        np.testing.assert_array_equal(segments[:, 0, 1] + 0.5, rows["rank_lower"])
        np.testing.assert_array_equal(segments[:, 1, 1] - 0.5, rows["rank_upper"])
        np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1, len(rows)])


def test_dark_rank_intervals_are_schools_sure_of_their_fifth(study):
    plotted = select_caterpillar(study.effects, study.ranks, "reading")
    relative = plotted[plotted["model"] == "relative"]
    drawn = [len(lines.get_segments()) for lines in draw_caterpillar(plotted, "points").axes[2].collections]
    bottom, top = (int((relative[f"p_{end}_quintile"] >= 0.9).sum()) for end in ("bottom", "top"))
    assert bottom and top
    assert drawn == [bottom, len(relative) - bottom - top, top]
