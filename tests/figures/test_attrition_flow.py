import pytest

from valueadded.cohorts.reasons import STEPS as STEPS_OF_COHORTS
from valueadded.contracts.figures import ATTRITION_FLOW
from valueadded.errors import ContractError
from valueadded.figures.attrition_flow import STEPS, draw_attrition_flow, select_attrition_flow
from valueadded.table_io import check_table


@pytest.fixture(scope="module")
def plotted(study):
    return check_table(select_attrition_flow(study.attrition, "reading"), ATTRITION_FLOW, "plotted")


def test_bars_reach_the_records(plotted):
    bars = draw_attrition_flow(plotted).axes[0]
    tops: dict[float, float] = {}
    for bar in bars.patches:
        year = round(bar.get_x() + bar.get_width() / 2)
        tops[year] = tops.get(year, 0) + bar.get_height()
    records = plotted[plotted["step"] == "records"].set_index("year")["students"]
    assert {year: top for year, top in tops.items() if top} == records.to_dict()


def test_a_year_without_a_cohort_shows_its_reason(plotted):
    figure = draw_attrition_flow(plotted)
    said = [(text.get_position()[0], text.get_text()) for text in figure.axes[0].texts]
    assert said == [(2020, "no cohort: year not tested")]
    assert "2020" in [label.get_text() for label in figure.axes[0].get_xticklabels()]


def test_the_table_shows_every_number(plotted):
    table = draw_attrition_flow(plotted).axes[1]
    shown = [text.get_text() for text in table.texts]
    counts = plotted.loc[plotted["step"] != "no_cohort", "students"]
    shares = plotted.loc[plotted["step"] == "matched", "share"]
    assert sorted(shown) == sorted([f"{count:,}" for count in counts] + [f"{share:.1%}" for share in shares])


def test_reasons_nobody_had_are_left_out(study, plotted):
    assert "unused_reason" in set(study.attrition["reason"])
    assert "unused_reason" not in set(plotted["reason"])


def test_shares_of_a_year_add_up(plotted):
    parts = plotted[~plotted["step"].isin(["records", "no_cohort"])]
    assert parts.groupby("year")["share"].sum().to_numpy() == pytest.approx(1)


def test_every_step_of_the_account_can_be_drawn():
    assert {"records", *STEPS} == set(STEPS_OF_COHORTS)


def test_one_year_is_enough(smallest_study):
    figure = draw_attrition_flow(select_attrition_flow(smallest_study.attrition, "reading"))
    assert len(figure.axes) == 2


def test_a_domain_without_account_is_refused(study):
    with pytest.raises(ContractError, match="no account of domain 'numeracy'"):
        select_attrition_flow(study.attrition, "numeracy")
