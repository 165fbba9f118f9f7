"""A configuration is refused before any job: all faults at once, each with path, found and expected."""

import copy
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from valueadded.config.whole import Config, check_config
from valueadded.errors import ConfigError

VALID: dict[str, Any] = {
    "study": {
        "domains": ["reading", "numeracy"],
        "tested_years": [2013, 2014, 2015, 2016, 2017, 2018, 2019, 2021],
    },
    "input": {"assessments": {"files": "records_{calendar_year}.csv"}, "students": {"files": "students.csv"}},
    "validation": {"year_levels": [3, 5], "score_minimum": 0, "score_maximum": 1000},
    "cohorts": {"prior_level": 3, "outcome_level": 5, "gap_years": 2},
    "mixed": {"formula": "score ~ prior_score"},
    "benchmark": {"years": [2017]},
}
TWO_ERAS = [{"name": "old", "first_year": 2008, "last_year": 2018}, {"name": "new", "first_year": 2019}]


def with_change(path: str, value: Any) -> dict[str, Any]:
    """Return the valid configuration with the key at `path` set to `value`."""
    raw = copy.deepcopy(VALID)
    *sections, key = path.split(".")
    part = raw
    for section in sections:
        part = part.setdefault(section, {})
    part[key] = value
    return raw


def refusal(raw: dict[str, Any]) -> str:
    """Return the message with which a configuration is refused."""
    with pytest.raises(ConfigError) as found:
        check_config(raw)
    return str(found.value)


def test_valid_configuration_plans_its_cohorts():
    settings = check_config(VALID)
    assert settings.plan.years == [2015, 2016, 2017, 2018, 2019, 2021]
    assert settings.plan.absent == {2020: "year_not_tested"}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("cohorts.gap_year", 2, ["cohorts.gap_year", "unknown key"]),
        ("studies", {}, ["studies", "unknown key"]),
        ("cohorts.gap_years", "2", ["cohorts.gap_years", "'2'", "integer"]),
        ("input.students.files", "", ["input.students.files", "at least 1 character"]),
        ("cohorts.gap_years", 0, ["cohorts.gap_years", "0", "greater than or equal to 1"]),
        ("validation.year_levels", [], ["validation.year_levels", "at least 1"]),
        ("validation.year_levels", [3], ["validation.year_levels", "5 is missing"]),
        ("mixed.method", "MLE", ["mixed.method", "'MLE'", "'ML' or 'REML'"]),
        ("study.domains", ["reading", "reading"], ["study.domains", "repeated"]),
        ("study.domains", ["../reading"], ["study.domains", "folder name"]),
        ("study.outcome_years", "some", ["study.outcome_years", "'some'"]),
        ("cohorts.prior_level", 7, ["cohorts", "prior_level is 7"]),
        ("cohorts.prior_level", 5, ["cohorts.prior_level", "prior_level is 5 and outcome_level 5"]),
        ("validation.score_minimum", 1000, ["validation.score_minimum", "score_maximum 1000"]),
        ("benchmark.years", [2017, 2017], ["benchmark.years", "repeated"]),
        ("benchmark.variants", ["drift", "drift"], ["benchmark.variants", "repeated"]),
        ("benchmark.free_terms", ["prior_score", "prior_score"], ["benchmark.free_terms", "repeated"]),
        ("validation.year_levels", [3, 5, 5], ["validation.year_levels", "repeated"]),
        ("figures.named_schools", ["7", "7"], ["figures.named_schools", "repeated"]),
        (
            "intake.measures",
            {"c": {"kind": "prior_composite", "domains": ["reading", "reading"]}},
            ["intake.measures.c.domains", "repeated"],
        ),
        (
            "cohorts.scale_eras",
            [{**TWO_ERAS[0]}, {**TWO_ERAS[1], "name": "old"}],
            ["cohorts.scale_eras", "'old' is repeated"],
        ),
        ("cohorts.scale_eras", TWO_ERAS[1:], ["cohorts.scale_eras", "2013 is in no scale era"]),
        (
            "cohorts.scale_eras",
            [{"name": "old", "first_year": 2008, "last_year": 2007}, {"name": "new", "first_year": 2009}],
            ["cohorts.scale_eras", "begins in 2008 and ends in 2007"],
        ),
        ("intake.measures", {"a b": {"kind": "stability"}}, ["intake.measures.a b", "cannot hold"]),
        ("intake.measures", {"class": {"kind": "stability"}}, ["intake.measures.class", "cannot hold"]),
        ("benchmark.years", [2020], ["benchmark.years", "2020 has no cohort", "year not tested", "2015"]),
        ("benchmark.years", [1999], ["benchmark.years", "1999 has no cohort"]),
        ("cohorts.score_scale", "yearly_z", ["cohorts.score_scale", "yearly_z", "`reported`"]),
        ("input.matched", {"files": "m.csv"}, ["input", "exactly one"]),
        ("input.students.columns", {"sex": "SEX"}, ["students.columns.sex", "student_id, calendar_year"]),
        ("input.students.covariates", {"a b": "SEX"}, ["students.covariates.a b", "formula"]),
        ("input.students.covariates", {"student_id": "ID"}, ["students.covariates.student_id", "taken"]),
        (
            "input.students.score_columns",
            {"reading": "r"},
            ["students.score_columns", "assessments and teacher_scores only"],
        ),
        (
            "input.students.covariates",
            {"sex": {"codes": {"1": "F"}}},
            ["input.students.covariates.sex", "exactly one"],
        ),
        (
            "input.students.covariates",
            {"sex": {"column": "S", "otherwise": "F"}},
            ["`otherwise` without `codes`"],
        ),
        (
            "intake.measures",
            {"c": {"kind": "prior_composite", "domains": ["reading", "art"]}},
            ["measures.c", "'art'"],
        ),
    ],
)
def test_impossible_value_is_refused_with_path_found_and_expected(path, value, words):
    message = refusal(with_change(path, value))
    assert [word for word in words if word not in message] == [], message


def test_score_and_domain_columns_beside_score_columns_are_refused():
    raw = with_change("input.assessments.score_columns", {"reading": "read"})
    raw["input"]["assessments"]["columns"] = {"score": "points"}
    assert "assessments.columns.score: found beside score_columns" in refusal(raw)


def test_two_files_of_one_name_are_refused():
    message = refusal(with_change("input.students.files", [{"path": "a/s.csv"}, {"path": "b/s.csv"}]))
    assert "input.students.files" in message
    assert "s.csv" in message


def test_all_faults_are_told_at_once():
    raw = with_change("cohorts.gap_years", "two")
    raw["mixed"] = {"method": "MLE"}
    raw["extra"] = 1
    message = refusal(raw)
    for path in ("cohorts.gap_years", "mixed.formula", "mixed.method", "extra"):
        assert f"\n  {path}: " in message


def test_named_year_that_crosses_eras_is_refused():
    raw = with_change("cohorts.scale_eras", TWO_ERAS)
    raw["study"]["outcome_years"] = [2017, 2019]
    assert re.search(r"study\.outcome_years: 2019 .*scale_links", refusal(raw))


def test_all_years_leaves_out_those_that_cross_eras_with_the_reason():
    settings = check_config(with_change("cohorts.scale_eras", TWO_ERAS))
    assert settings.plan.years == [2015, 2016, 2017, 2018]
    assert settings.plan.absent == {
        2019: "scale_era_break",
        2020: "year_not_tested",
        2021: "scale_era_break",
    }


def test_linking_table_lets_years_cross_eras():
    raw = with_change("cohorts.scale_eras", TWO_ERAS)
    raw["cohorts"]["scale_links"] = "links.parquet"
    assert 2019 in check_config(raw).plan.years


@pytest.mark.parametrize(
    "name",
    [
        "student_id",
        "school_id",
        "year",
        "domain",
        "score",
        "prior_score",
        "prior_school_id",
        "score_se",
        "prior_score_se",
        "n_students",
        "sex",
    ],
)
def test_measure_with_the_name_of_a_column_is_refused(name):
    raw = with_change("intake.measures", {name: {"kind": "stability"}})
    raw["input"]["students"]["covariates"] = {"sex": "sex"}
    assert f"intake.measures.{name}: found the name of a column" in refusal(raw)


def test_levels_are_not_compared_for_a_file_that_comes_matched():
    raw = with_change("input", {"matched": {"files": "m.csv"}})
    raw["cohorts"] = {"prior_level": 5, "outcome_level": 5}
    assert check_config(raw).cohorts.prior_level == 5


def test_yearly_z_without_a_benchmark_is_allowed():
    raw = with_change("cohorts.score_scale", "yearly_z")
    del raw["benchmark"]
    assert check_config(raw).benchmark is None


def sections_of(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and every model its fields hold."""
    yield model
    for field in model.model_fields.values():
        for inner in inner_models(field.annotation):
            yield from sections_of(inner)


def inner_models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from inner_models(part)


def test_every_key_has_a_description_and_every_value_a_unit():
    for section in set(sections_of(Config)):
        for name, field in section.model_fields.items():
            where = f"{section.__name__}.{name}"
            assert field.description, where
            holds_sections = list(inner_models(field.annotation))
            assert holds_sections or re.search(r"\([^)]+\)", field.description), (
                f"{where}: no unit in parentheses"
            )
