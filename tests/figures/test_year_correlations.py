import pytest
from matplotlib.patches import Rectangle

from valueadded.contracts.figures import YEAR_CORRELATION_MATRIX
from valueadded.errors import ContractError
from valueadded.figures.year_correlations import draw_year_correlations, select_year_correlations
from valueadded.table_io import check_table


def test_each_pair_of_years_has_a_cell_with_its_number(study):
    plotted = check_table(
        select_year_correlations(study.correlations, "reading"), YEAR_CORRELATION_MATRIX, "plotted"
    )
    figure = draw_year_correlations(plotted)
    for axes, (_, rows) in zip(figure.axes, plotted.groupby("method", sort=False), strict=True):
        assert len([patch for patch in axes.patches if isinstance(patch, Rectangle)]) == len(rows) == 15
        assert [text.get_text() for text in axes.texts] == [f"{value:.2f}" for value in rows["correlation"]]


def test_shrunken_correlations_carry_a_warning(study):
    first, second = draw_year_correlations(select_year_correlations(study.correlations, "reading")).axes
    assert "biased" in first.get_title(loc="left")
    assert "Disattenuated" in second.get_title(loc="left")


def test_the_untested_year_stays_open(study):
    axes = draw_year_correlations(select_year_correlations(study.correlations, "reading")).axes[0]
    assert "2020" in [label.get_text() for label in axes.get_xticklabels()]
    assert not any(2020 in text.get_position() for text in axes.texts)


def test_the_earlier_year_comes_first_whatever_the_order_in_the_table(study):
    turned = study.correlations.rename(columns={"year_a": "year_b", "year_b": "year_a"})
    expected = select_year_correlations(study.correlations, "reading")
    assert select_year_correlations(turned, "reading").equals(expected)


def test_a_correlation_that_cannot_be_formed_is_said(study):
    unknown = study.correlations.assign(correlation=float("nan"))
    axes = draw_year_correlations(select_year_correlations(unknown, "reading")).axes[0]
    assert {text.get_text() for text in axes.texts} == {"none"}


def test_negative_and_excessive_correlations_are_printed_as_they_are(study):
    odd = study.correlations.assign(correlation=[-0.25, 1.07] * (len(study.correlations) // 2))
    axes = draw_year_correlations(select_year_correlations(odd, "reading")).axes
    assert {text.get_text() for panel in axes for text in panel.texts} == {"\N{MINUS SIGN}0.25", "1.07"}


def test_one_year_has_no_correlations(smallest_study):
    with pytest.raises(ContractError, match="no correlation between two years"):
        select_year_correlations(smallest_study.correlations, "reading")
