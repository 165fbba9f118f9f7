"""A study of whole schools alone: what its configuration may say, and what it refuses in which words."""

import copy
from typing import Any

import pytest

from valueadded.config.whole import Config, SchoolConfig, check_config
from valueadded.errors import ConfigError

VALID: dict[str, Any] = {
    "input": {
        "school_values": [
            {
                "path": "tables.csv",
                "calendar_year": 2019,
                "columns": {
                    "school_id": {"columns": ["LEA", "ESTAB"]},
                    "school_type": {"constant": "Primary"},
                },
                "rows": [{"column": "KIND", "keep": ["1"], "drop": {"3": "total"}}],
                "measures": {"reading": {"column": "READ", "n_students": "PUPILS"}, "roll": "ROLL"},
            }
        ]
    }
}


def changed(**values: Any) -> dict[str, Any]:
    raw = copy.deepcopy(VALID)
    raw["input"]["school_values"][0] |= values
    return raw


def test_values_of_schools_need_no_section_of_students():
    settings = check_config(VALID)
    assert isinstance(settings, SchoolConfig)
    assert not isinstance(settings, Config)
    entry = settings.input.school_values[0]
    assert entry.measures["reading"].n_students.column == "PUPILS"
    assert entry.measures["roll"].column == "ROLL"


def test_with_students_their_sections_are_missed_as_before():
    raw = copy.deepcopy(VALID)
    raw["input"]["assessments"] = {"files": "records.csv"}
    with pytest.raises(ConfigError) as fault:
        check_config(raw)
    for key in ("study", "cohorts", "validation", "mixed"):
        assert f"{key}: missing; this key is required" in str(fault.value)


def test_without_students_a_section_of_theirs_is_unknown():
    with pytest.raises(ConfigError, match="mixed: unknown key"):
        check_config(VALID | {"mixed": {"formula": "score ~ 1"}})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"measures": {}}, "measures: found none"),
        ({"columns": {"school": "ID"}}, "columns.school: no such column; expected one of school_id"),
        ({"columns": {"calendar_year": "YEAR"}}, "found calendar_year twice"),
        (
            {"rows": [{"column": "KIND", "keep": ["1"], "drop": {"1": "total"}}]},
            r"found \['1'\] in `keep` and",
        ),
        ({"rows": [{"column": "KIND"}]}, "found neither `keep` nor `drop`"),
        (
            {"measures": {"reading": {"column": "READ", "n_students": {"column": "N", "constant": 3}}}},
            "more than one of column, measure, constant",
        ),
        ({"measures": {"reading": {"column": "READ", "thousands": ",,"}}}, "at most 1 character"),
        ({"colour": "red"}, "unknown key"),
    ],
)
def test_faults_are_told(change, words):
    with pytest.raises(ConfigError, match=words) as fault:
        check_config(changed(**change))
    assert "input.school_values" in str(fault.value)


def test_yearly_values_come_from_one_place():
    raw = copy.deepcopy(VALID)
    raw["input"]["whole_schools"] = {}
    with pytest.raises(ConfigError, match=r"input\.school_values: found beside `whole_schools`"):
        check_config(raw)
