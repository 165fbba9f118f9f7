import numpy as np
import pytest

from valueadded.contracts.figures import RELATIVE_AGAINST_BENCHMARK
from valueadded.errors import ConfigError
from valueadded.figures.relative_against_benchmark import (
    draw_relative_against_benchmark,
    select_relative_against_benchmark,
)
from valueadded.table_io import check_table


@pytest.fixture(scope="module")
def plotted(study):
    frame = select_relative_against_benchmark(study.effects, study.correlations, "reading", [2017])
    return check_table(frame, RELATIVE_AGAINST_BENCHMARK, "plotted")


def test_each_panel_holds_the_schools_of_its_year(plotted):
    panels = [
        axes for axes in draw_relative_against_benchmark(plotted, "scale points").axes if axes.get_visible()
    ]
    assert [axes.get_title(loc="left") for axes in panels] == ["2017", "2018", "2019", "2021", "2022", "2023"]
    for axes, (_, rows) in zip(panels, plotted.groupby("year"), strict=True):
        np.testing.assert_array_equal(axes.collections[0].get_offsets(), rows[["relative", "benchmark"]])


def test_the_correlation_is_the_one_the_results_state(study, plotted):
    stated = study.correlations.query("year_a == year_b == 2021")["correlation"].item()
    assert set(plotted.loc[plotted["year"] == 2021, "correlation"]) == {stated}
    panel = draw_relative_against_benchmark(plotted, "scale points").axes[3]
    assert panel.get_title(loc="right") == f"r = {stated:.3f}"


def test_corners_count_the_schools_that_change_sign(plotted):
    panel = draw_relative_against_benchmark(plotted, "scale points").axes[3]
    year = plotted[plotted["year"] == 2021]
    gained = ((year["relative"] < 0) & (year["benchmark"] > 0)).sum()
    lost = ((year["relative"] > 0) & (year["benchmark"] < 0)).sum()
    assert [text.get_text() for text in panel.texts] == [str(gained), str(lost)]
    assert lost > 0


def test_without_a_stated_correlation_none_is_printed(smallest_study):
    frame = select_relative_against_benchmark(
        smallest_study.effects, smallest_study.correlations, "reading", []
    )
    figure = draw_relative_against_benchmark(frame, "scale points")
    assert [axes.get_title(loc="right") for axes in figure.axes] == [""]


def test_without_a_benchmark_model_it_is_refused(study):
    relative = study.effects[study.effects["model"] == "relative"]
    with pytest.raises(ConfigError, match="no benchmark model was fitted"):
        select_relative_against_benchmark(relative, study.correlations, "reading", [])
