import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection

from valueadded.contracts.figures import EFFECT_DISTRIBUTION
from valueadded.figures.effect_distribution import (
    FEWEST_FOR_DENSITY,
    draw_effect_distribution,
    estimate_density,
    select_effect_distribution,
)
from valueadded.table_io import check_table


def test_relative_stands_beside_benchmark_with_a_shape_for_each_year(study):
    plotted = check_table(
        select_effect_distribution(study.effects, "reading", [2017]), EFFECT_DISTRIBUTION, "plotted"
    )
    panels = draw_effect_distribution(plotted, "scale points").axes
    assert [axes.get_title(loc="left").split(":")[0] for axes in panels] == ["Relative", "Benchmark"]
    for axes in panels:
        shapes = [artist for artist in axes.collections if isinstance(artist, FillBetweenPolyCollection)]
        assert len(shapes) == plotted["year"].nunique() == 6
        assert any(np.array_equal(line.get_ydata(), [0, 0]) for line in axes.lines)
        assert [text.get_text() for text in axes.texts] == ["no cohort"]
    assert panels[0].get_ylim() == panels[1].get_ylim()


def test_benchmark_years_are_marked_in_the_data_and_the_picture(study):
    plotted = select_effect_distribution(study.effects, "reading", [2017, 2018])
    assert set(plotted.loc[plotted["benchmark_year"], "year"]) == {2017, 2018}
    assert len(draw_effect_distribution(plotted, "points").axes[0].patches) == 2


def test_without_a_benchmark_there_is_one_panel(study):
    relative = study.effects[study.effects["model"] == "relative"]
    figure = draw_effect_distribution(select_effect_distribution(relative, "reading", []), "points")
    assert len(figure.axes) == 1
    assert figure.axes[0].get_ylabel() == "school effect (points)"


def test_few_schools_are_drawn_as_dots(smallest_study):
    plotted = select_effect_distribution(smallest_study.effects, "reading", [])
    axes = draw_effect_distribution(plotted, "scale points").axes[1]
    assert not [artist for artist in axes.collections if isinstance(artist, FillBetweenPolyCollection)]
    assert any(np.array_equal(line.get_ydata(), plotted.loc[[1], "effect"]) for line in axes.lines)


def test_density_holds_all_schools():
    values = np.sort(np.random.default_rng(1).normal(3, 2, 2000))
    grid, density = estimate_density(values)
    # The curve ends at the extreme schools, which cuts off a little of the kernels' tails.
    assert np.trapezoid(density, grid) == pytest.approx(1, abs=0.005)
    assert grid[0] == values[0] and grid[-1] == values[-1]


def test_no_density_is_invented_for_few_schools_or_equal_effects():
    assert estimate_density(np.arange(FEWEST_FOR_DENSITY - 1.0)) is None
    assert estimate_density(np.zeros(100)) is None
