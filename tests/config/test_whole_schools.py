"""The sections of whole schools: what they may say, alone and together with others."""

import copy
from typing import Any

import pytest
from invented_whole_schools import default_config

from valueadded.config.whole import Config, SchoolConfig, check_config
from valueadded.errors import ConfigError


@pytest.fixture
def raw() -> dict[str, Any]:
    return copy.deepcopy(default_config())


def refusal(raw: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as refused:
        check_config(raw)
    return str(refused.value)


def test_the_default_reads_every_table_and_every_generated_file(raw):
    section = check_config(raw).input.whole_schools
    assert len(section.readings) == 13


def test_records_of_whole_schools_need_no_students(raw):
    kept = ("data_folder", "synthetic_whole_schools", "intake_adjusted")
    schools = {name: raw[name] for name in kept} | {"input": {"whole_schools": raw["input"]["whole_schools"]}}
    schools["intake_adjusted"] = {"policy": "victoria_2011"}
    found = check_config(schools)
    assert isinstance(found, SchoolConfig) and not isinstance(found, Config)


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("exits", {"columns": {"goal": "x"}}, "exits.columns.goal: no such column"),
        ("exits", {"covariates": {"sex": "x"}}, "exits.covariates: found covariates"),
        ("exits", {"score_columns": {"a": "x"}}, "exits.score_columns: found domains"),
        ("tests", {"columns": {"score": "x"}}, "tests.columns.score: found beside score_columns"),
        ("vce", {"files": "nowhere.csv"}, "vce.files: 'nowhere.csv' is not generated"),
        (
            "vce",
            {"files": [{"path": "a/vce.csv"}, {"path": "b/vce.csv"}]},
            "vce.files: two files are named 'vce.csv'",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_named(raw, table, change, message):
    raw["input"]["whole_schools"][table] |= change
    assert message in refusal(raw)


def test_judgements_need_their_lower_c(raw):
    raw["input"]["whole_schools"]["lower_c"] = {}
    assert "lower_c: found one of `lower_c` and `judgements`" in refusal(raw)


def test_a_year_in_a_name_needs_its_years(raw):
    raw["input"]["whole_schools"]["file_years"] = []
    assert "census_february.files: found {calendar_year}" in refusal(raw)


def test_records_need_a_policy(raw):
    del raw["intake_adjusted"]
    assert "input.whole_schools: found without `intake_adjusted`" in refusal(raw)


def test_generated_records_need_a_reader(raw):
    del raw["input"]["whole_schools"]
    assert "synthetic_whole_schools: found without input.whole_schools" in refusal(raw)


def test_yearly_values_have_one_origin(raw):
    raw["input"]["school_values"] = [{"path": "values.csv", "measures": {"SFO": "sfo"}}]
    assert "input.school_values: found beside `whole_schools`" in refusal(raw)


def test_shares_levels_years_and_names_of_invented_schools_agree(raw):
    state = raw["synthetic_whole_schools"]
    state["school_types"]["Primary"]["share"] = 0.9
    assert "school_types: the shares add up to 1.42" in refusal(raw)
    state["school_types"] = {"Primary": {"share": 1.0, "first_level": 6, "last_level": 3, "students": 9}}
    words = refusal(raw)
    assert "school_types.Primary: the last year level is below the first" in words
    assert "no type has year levels 7 to 12" in words
    state["years"] = [2006, 2007, 2009, 2010]
    assert "the years have gaps" in refusal(raw)
    del state["outcomes"]["VCE"]
    state["years"] = [2006, 2007, 2008, 2009, 2010]
    assert "outcomes: VCE is absent" in refusal(raw)
