import numpy as np
import pytest

from valueadded.contracts.figures import SYSTEM_DRIFT
from valueadded.errors import ContractError
from valueadded.figures.system_drift import draw_system_drift, select_system_drift
from valueadded.table_io import check_table


def test_the_inner_interval_is_that_of_sampling(study):
    plotted = check_table(select_system_drift(study.drift, "reading", [2017]), SYSTEM_DRIFT, "plotted")
    late = plotted["year"] >= 2022
    inner = (plotted["sampling_upper"] - plotted["sampling_lower"]) / (plotted["upper"] - plotted["lower"])
    np.testing.assert_allclose(inner[late], 0.5 / 0.8)
    np.testing.assert_allclose(inner[~late], 1.0)


def test_both_bases_and_both_parts_are_drawn(study):
    figure = draw_system_drift(select_system_drift(study.drift, "reading", [2017]), "scale points")
    upper, lower = figure.axes
    points = [line for line in upper.lines if len(line.get_xdata()) == 6]
    assert len(points) == 2
    assert len(lower.containers) == 2
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "the same, with the error of the scale link" in labels
    assert any(text.get_text() == "no cohort" for text in upper.texts)


def test_a_domain_without_drift_is_named(study):
    with pytest.raises(ContractError, match="numeracy"):
        select_system_drift(study.drift, "numeracy", [2017])
