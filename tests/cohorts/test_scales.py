"""Scores are carried to the first scale era, or standardised within a year; nothing else moves them."""

import numpy as np
import pandas as pd
import pytest

from valueadded.cohorts import match_cohort
from valueadded.cohorts.scales import report_scores
from valueadded.config.study import Cohorts, ScaleEra
from valueadded.errors import CohortError


@pytest.fixture
def eras():
    return Cohorts(
        scale_eras=[
            ScaleEra(name="first", first_year=2013, last_year=2022),
            ScaleEra(name="second", first_year=2023),
        ],
        scale_links="links.parquet",
    )


@pytest.fixture
def links():
    return pd.DataFrame(
        {
            "domain": ["reading", "numeracy"],
            "from_era": ["second", "second"],
            "to_era": ["first", "first"],
            "intercept": [100.0, 0.0],
            "slope": [2.0, 1.0],
            "std_error": [1.0, 1.0],
        }
    )


def test_the_later_era_is_carried_and_the_first_is_not(outcome_records, prior_records, eras, links):
    outcome = outcome_records({"student_id": "1", "calendar_year": 2024, "score": 200.0, "score_se": 10.0})
    prior = prior_records({"student_id": "1", "calendar_year": 2022, "score": 410.0, "score_se": 11.0})
    found = match_cohort(outcome, prior, None, links, eras, "reading", 2024).cohort.iloc[0]
    assert found["score"] == 500.0
    assert found["score_se"] == 20.0
    assert found["prior_score"] == 410.0
    assert found["prior_score_se"] == 11.0


def test_without_a_configured_link_scores_stay_as_reported(outcome_records, eras):
    records = outcome_records({"student_id": "1", "score": 200.0})
    pd.testing.assert_frame_equal(report_scores(records, None, eras, "reading", 2024), records)


def test_without_eras_a_link_changes_nothing(outcome_records, links):
    records = outcome_records({"student_id": "1", "score": 200.0})
    pd.testing.assert_frame_equal(report_scores(records, links, Cohorts(), "reading", 2024), records)


@pytest.mark.parametrize("fault", ["absent", "backwards", "falling"])
def test_a_needed_link_that_is_not_there_is_refused_by_name(outcome_records, eras, links, fault):
    if fault == "absent":
        links = links[links["domain"].ne("reading")]
    if fault == "backwards":
        links = links.rename(columns={"from_era": "to_era", "to_era": "from_era"})
    if fault == "falling":
        links = links.assign(slope=-1.0)
    with pytest.raises(CohortError, match=r"'reading'.*2024.*'second'.*cohorts\.scale_links.*'first'"):
        report_scores(outcome_records({"student_id": "1"}), links, eras, "reading", 2024)


def test_a_year_in_no_era_is_refused(outcome_records, eras, links):
    with pytest.raises(CohortError, match=r"2010.*cohorts\.scale_eras"):
        report_scores(outcome_records({"student_id": "1"}), links, eras, "reading", 2010)


def test_yearly_z_uses_every_scored_record_matched_or_not(outcome_records, prior_records):
    outcome = outcome_records(
        {"student_id": "1", "score": 1.0},
        {"student_id": "2", "score": 3.0, "score_se": 0.5},
        {"student_id": "unmatched", "score": 8.0},
        {"student_id": "absent", "participation": "absent"},
    )
    prior = prior_records({"student_id": "1", "score": 10.0}, {"student_id": "2", "score": 30.0})
    found = match_cohort(outcome, prior, None, None, Cohorts(score_scale="yearly_z"), "reading", 2021).cohort
    spread = np.std([1.0, 3.0, 8.0])
    # Two roundings apart from the direct formula.
    np.testing.assert_allclose(found["score"], [(1.0 - 4.0) / spread, (3.0 - 4.0) / spread], rtol=1e-14)
    np.testing.assert_allclose(found["score_se"].iloc[1], 0.5 / spread, rtol=1e-14)
    np.testing.assert_allclose(found["prior_score"], [-1.0, 1.0], rtol=1e-14)


def test_yearly_z_of_equal_scores_is_refused(outcome_records):
    records = outcome_records({"student_id": "1"}, {"student_id": "2"})
    with pytest.raises(CohortError, match=r"'reading', calendar year 2021.*'score'.*cohorts\.score_scale"):
        report_scores(records, None, Cohorts(score_scale="yearly_z"), "reading", 2021)


def test_links_without_eras_are_refused_in_the_configuration():
    with pytest.raises(ValueError, match="`scale_links` without `scale_eras`"):
        Cohorts(scale_links="links.parquet")
