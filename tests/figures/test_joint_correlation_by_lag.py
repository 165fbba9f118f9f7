import numpy as np
import pytest
from invented_changes import make_joint_correlations

from valueadded.contracts.figures import JOINT_CORRELATION_BY_LAG
from valueadded.errors import ContractError
from valueadded.figures.joint_correlation_by_lag import (
    draw_joint_correlation_by_lag,
    select_joint_correlation_by_lag,
)
from valueadded.table_io import check_table


def test_each_method_stands_beside_the_joint_model(study):
    joint = make_joint_correlations()
    plotted = select_joint_correlation_by_lag(joint, study.correlations, "reading")
    check_table(plotted, JOINT_CORRELATION_BY_LAG, "plotted")
    assert plotted.groupby("method").size().to_dict() == {"disattenuated": 10, "joint": 10, "shrunken": 10}
    row = plotted[(plotted["method"] == "shrunken") & (plotted["year_b"] == 2022)].iloc[0]
    given = study.correlations.query("method == 'shrunken' and year_a == 2017 and year_b == 2022")
    assert row["correlation"] == given["correlation"].iloc[0]
    assert row["lag"] == 5
    assert row["gap"] == pytest.approx(row["correlation"] - 0.93**5)


def test_years_without_a_joint_correlation_are_left_out(study):
    joint = make_joint_correlations((2017, 2018))
    plotted = select_joint_correlation_by_lag(joint, study.correlations, "reading")
    assert set(zip(plotted["year_a"], plotted["year_b"], strict=True)) == {(2017, 2018)}


def test_every_correlation_is_drawn_once_with_the_interval_of_the_joint_model(study):
    plotted = select_joint_correlation_by_lag(make_joint_correlations(), study.correlations, "reading")
    above, below = draw_joint_correlation_by_lag(plotted).axes
    drawn = np.concatenate([held.lines[0].get_ydata(orig=False) for held in above.containers])
    np.testing.assert_allclose(np.sort(drawn), np.sort(plotted["correlation"].to_numpy()))
    assert [len(held.lines[2]) > 0 for held in above.containers] == [True, False, False]
    assert sum(len(held.lines[0].get_ydata(orig=False)) for held in below.containers) == 20


def test_a_domain_without_joint_model_is_refused(study):
    with pytest.raises(ContractError, match="numeracy"):
        select_joint_correlation_by_lag(make_joint_correlations(), study.correlations, "numeracy")
