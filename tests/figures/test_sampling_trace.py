"""Traces of chains: one row a parameter, one line a chain, thinned but not cut; unlike tables are refused."""

import numpy as np
import pandas as pd
import pytest

from valueadded.contracts.location_scale_chains import SAMPLING_TRACE
from valueadded.errors import ContractError
from valueadded.figures.sampling_trace import MOST_POINTS, draw_sampling_trace, select_sampling_trace
from valueadded.table_io import check_table


def make_tables(n_draws: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    names, chains = ["mean: Intercept", "intercept x intercept"], [0, 1, 2, 3]
    index = pd.MultiIndex.from_product([names, chains, range(n_draws)], names=["parameter", "chain", "draw"])
    trace = index.to_frame(index=False)
    trace["value"] = np.random.default_rng(1).normal(size=len(trace))
    lags = pd.MultiIndex.from_product([names, chains, range(5)], names=["parameter", "chain", "lag"])
    near = lags.to_frame(index=False)
    near["correlation"] = 0.5 ** near["lag"]
    return trace, near


def test_every_chain_has_a_line_in_both_panels() -> None:
    trace, near = make_tables(1000)
    figure = draw_sampling_trace(trace, near, "Model 3")
    assert len(figure.axes) == 4
    left, right = figure.axes[:2]
    assert len(left.lines) == 4
    assert left.lines[0].get_xdata()[[0, -1]].tolist() == [0, 999]
    assert len(left.lines[0].get_xdata()) == MOST_POINTS
    assert right.lines[1].get_ydata().tolist() == [1.0, 0.5, 0.25, 0.125, 0.0625]
    assert left.get_title(loc="left") == "mean: Intercept"


def test_tables_of_unlike_parameters_are_refused() -> None:
    trace, near = make_tables(3)
    with pytest.raises(ContractError, match="differ in parameters"):
        draw_sampling_trace(trace, near.query("parameter != 'mean: Intercept'"), "Model 3")
    with pytest.raises(ContractError, match="at least one"):
        draw_sampling_trace(trace[:0], near[:0], "Model 3")


def test_the_latest_cohort_of_the_model_shown_elsewhere_is_drawn() -> None:
    trace, near = make_tables(3)
    cohorts = [("Model 2", 2021), ("Model 3", 2019), ("Model 3", 2021)]

    def of_all(table: pd.DataFrame) -> pd.DataFrame:
        return pd.concat(table.assign(domain="reading", model=model, year=year) for model, year in cohorts)

    plotted, shown = select_sampling_trace(of_all(trace), of_all(near), "reading")
    check_table(plotted, SAMPLING_TRACE, "plotted")
    assert set(zip(plotted["model"], plotted["year"], strict=True)) == {("Model 3", 2021)}
    assert (len(plotted), len(shown)) == (len(trace), len(near))
