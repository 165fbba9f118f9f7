import pytest

from valueadded.contracts.figures import PRIOR_AND_OUTCOME
from valueadded.errors import ContractError
from valueadded.figures.prior_and_outcome import draw_prior_and_outcome, select_prior_and_outcome
from valueadded.table_io import check_table


def test_only_the_flagged_year_is_framed(study):
    plotted = check_table(
        select_prior_and_outcome(study.prior_drift, "reading", [2017]), PRIOR_AND_OUTCOME, "plotted"
    )
    (axes,) = draw_prior_and_outcome(plotted, "scale points").axes
    framed = [text.get_position()[0] for text in axes.texts if "opposite" in text.get_text()]
    assert framed == [2021]


def test_without_a_flag_no_frame_is_explained(study):
    calm = study.prior_drift.assign(disagree=False)
    figure = draw_prior_and_outcome(select_prior_and_outcome(calm, "reading", []), "scale points")
    assert not any("opposite" in text.get_text() for text in figure.legends[0].get_texts())


def test_a_domain_without_prior_scores_is_named(study):
    with pytest.raises(ContractError, match="numeracy"):
        select_prior_and_outcome(study.prior_drift, "numeracy", [2017])
