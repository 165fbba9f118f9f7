import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from valueadded.contracts.validate_benchmark import MATRIX
from valueadded.errors import ContractError
from valueadded.figures.benchmark_validation import draw_benchmark_validation, select_benchmark_validation
from valueadded.table_io import check_table

ROWS = [
    ("regular", "system", "relative", "bias", 0.0),
    ("drift", "system", "relative", "bias", 10.0),
    ("regular", "system", "joint", "bias", -0.01),
    ("drift", "system", "joint", "bias", -7.2),
    ("regular", "system", "joint", "coverage", 0.95),
    ("drift", "system", "joint", "coverage", 0.4),
    ("drift", "school", "joint", "bias", 0.2),
    ("drift", "school", "joint", "coverage", 0.991),
    ("drift", "school", "joint", "rmse", 8.0),
    ("drift", "place", "joint", "bias", 3.0),
]
SUMMARY = pd.DataFrame(ROWS, columns=["scenario", "target", "method", "measure", "value"]).assign(
    monte_carlo_error=0.01, replicates=500
)


@pytest.fixture(scope="module")
def figure():
    plotted = check_table(select_benchmark_validation(SUMMARY), MATRIX, "plotted")
    assert len(plotted) == 8
    return draw_benchmark_validation(plotted)


def numbers(axes):
    return {text.get_position(): text.get_text() for text in axes.texts}


def cell(axes, column, row):
    (patch,) = [
        patch
        for patch in axes.patches
        if isinstance(patch, Rectangle) and patch.get_xy() == (column - 0.5, row - 0.5)
    ]
    return patch


def test_methods_go_down_and_scenarios_across_with_the_number_in_the_cell(figure):
    bias, coverage, school_bias, school_coverage = figure.axes
    assert numbers(bias) == {(0, 0): "0.0", (1, 0): "10.0", (0, 1): "0.0", (1, 1): "−7.2"}
    assert numbers(coverage) == {(0, 1): "95", (1, 1): "40"}
    assert numbers(school_bias) == {(1, 0): "0.2"}
    assert numbers(school_coverage) == {(1, 0): "99"}
    assert [label.get_text() for label in bias.get_yticklabels()] == ["relative", "joint model"]
    assert [label.get_text() for label in school_bias.get_xticklabels()] == ["nothing happens", "drift"]


def test_shades_follow_bias_and_lack_of_coverage(figure):
    bias, coverage, _, school_coverage = figure.axes
    white = (1.0, 1.0, 1.0, 1.0)
    # The middle of 256 shades is not exactly white.
    assert min(cell(bias, 0, 0).get_facecolor()) > 0.99
    assert to_hex(cell(bias, 1, 0).get_facecolor()) != to_hex(cell(bias, 1, 1).get_facecolor())
    assert cell(coverage, 0, 1).get_facecolor() == white
    assert sum(cell(coverage, 1, 1).get_facecolor()[:3]) < 1.5
    assert cell(school_coverage, 1, 0).get_hatch() and not cell(coverage, 0, 1).get_hatch()


def test_a_method_without_interval_leaves_its_cell_open(figure):
    coverage = figure.axes[1]
    assert (0, 0) not in numbers(coverage) and cell(coverage, 0, 0).get_facecolor()[:3] == (1.0, 1.0, 1.0)


def test_nothing_to_draw_is_said():
    with pytest.raises(ContractError, match="no bias"):
        select_benchmark_validation(SUMMARY[SUMMARY["target"] == "place"])
