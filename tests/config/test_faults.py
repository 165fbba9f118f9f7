"""Every fault is told at once: none hidden by another, none invented from a default."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml

from valueadded.config.section import Section
from valueadded.config.whole import Config, check_config
from valueadded.errors import ConfigError

VALID: dict[str, Any] = {
    "study": {"domains": ["reading"], "tested_years": [2015, 2016, 2017, 2018, 2019]},
    "input": {
        "assessments": {"files": "records.csv"},
        "students": {"files": "students.csv", "covariates": {"sex": "sex"}},
    },
    "validation": {"year_levels": [3, 5]},
    "cohorts": {"gap_years": 2},
    "intake": {"measures": {"prior_standard": {"kind": "standardised_prior"}}},
    "mixed": {"formula": "score ~ prior_standard + sex"},
    "benchmark": {"years": [2017]},
    "effects": {},
}


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the valid configuration with the keys at dotted paths set to values."""
    raw = copy.deepcopy(VALID)
    for path, value in changes.items():
        *sections, key = path.split(".")
        part = raw
        for section in sections:
            part = part.setdefault(section, {})
        part[key] = value
    return raw


def faults_of(raw: dict[str, Any]) -> list[str]:
    """Return the lines with which a configuration is refused, without the heading."""
    with pytest.raises(ConfigError) as refusal:
        check_config(raw)
    return [line.strip() for line in str(refusal.value).splitlines()[1:]]


def keys_of(changes: dict[str, Any]) -> list[str]:
    return [line.split(":")[0] for line in faults_of(changed(changes))]


def test_the_configuration_itself_is_accepted():
    assert check_config(VALID).plan.years == [2017, 2018, 2019]


def test_faults_of_fields_and_between_sections_stand_in_one_message():
    lines = faults_of(
        changed(
            {
                "effects.confidense": 1,
                "benchmark.years": [2020],
                "mixed.formula": "score ~ prior_standrd",
            }
        )
    )
    assert [line.split(":")[0] for line in lines] == [
        "mixed.formula",
        "benchmark.years",
        "effects.confidense",
    ]
    assert "'prior_standrd'" in lines[0]
    assert "2020 has no cohort" in lines[1]
    assert "unknown key" in lines[2]


def test_every_section_is_judged_while_another_is_missing():
    raw = changed({"mixed.formula": "score ~ sxe", "cohorts.prior_level": 5})
    del raw["study"]
    assert [line.split(":")[0] for line in faults_of(raw)] == [
        "study",
        "cohorts.prior_level",
        "mixed.formula",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        # With the default gap of 2 there would be no cohort, or no benchmark.
        {"cohorts.gap_years": "1", "study.tested_years": [2018, 2019], "benchmark.years": [2019]},
        {"cohorts.gap_yeers": 1, "study.tested_years": [2018, 2019], "benchmark.years": [2019]},
        {"study.tested_years": [2015, 2016, "2017", 2018, 2019]},
        {"study.tested_years": [2015, 2015, 2017]},
        {"validation.year_levels": [3, "5"]},
        {"study.domains": ["reading", "reading"]},
        {"intake.measures.both": {"kind": "prior_composite", "domains": ["reading", "reading"]}},
        {"cohorts.prior_level": "3", "cohorts.outcome_level": 3},
        {"input.students.covariates": {"sex": {"colum": "sex"}}},
        {"input.students.covariates": {"sex": {}}},
        {"input.students.covarates": {"sex": "sex"}, "input.students.covariates": 1},
        {"input.students": {"files": "s.csv", "covarites": {"sex": "sex"}}},
        {"input.students": None, "input.student": {"files": "s.csv"}},
        {"input.matched": {"files": "m.csv"}},
        {"intake.measures": {"prior_standard": {"kind": "standardized_prior"}}},
        {"intake.measures": {"prior_standard": {"kind": "standardised_prior", "power": 9}}},
        {"study.domains": 3, "intake.measures.both": {"kind": "prior_composite", "domains": ["a", "b"]}},
        {
            "cohorts.scale_eras": [{"name": "old", "first_year": "2008"}],
            "cohorts.scale_links": "links.parquet",
        },
    ],
)
def test_no_fault_is_invented_where_a_value_cannot_be_used(changes):
    faulty = ["input", *changes] if "input.matched" in changes else list(changes)
    assert [key for key in keys_of(changes) if not key.startswith(tuple(faulty))] == []


def leaves(part: Any, path: tuple = ()) -> Iterator[tuple]:
    """Yield the path of every value in a configuration."""
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, entry in entries:
        yield (*path, key)
        yield from leaves(entry, (*path, key))


def test_no_value_of_a_whole_study_makes_a_fault_elsewhere():
    study = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text(encoding="utf-8"))
    # The state's numbers, and the codes of one covariate or another, are many and alike.
    paths = [path for path in leaves(study) if len(path) < (3 if path[0] == "synthetic" else 5)]
    assert len(paths) > 100
    for path in paths:
        raw = copy.deepcopy(study)
        part: Any = raw
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = object()
        own = ".".join(map(str, path))
        assert [line for line in faults_of(raw) if not line.startswith(own)] == [], own


def test_an_unusable_entry_hides_no_fault_of_another():
    found = keys_of(
        {
            "input.students.covariates": {
                "sex": {"colum": "sex"},
                "esl": {"column": "esl", "codes": {"1": "y"}},
            },
            "intake.measures.girls": {"kind": "share", "covariate": "sex", "value": "f"},
            "intake.measures.esl_share": {"kind": "share", "covariate": "esl", "value": "n"},
            "mixed.formula": "score ~ sex + sez",
            "benchmark.formula": 7,
            "mixed.method": "MLE",
        }
    )
    assert found == [
        "input.students.covariates.sex.colum",
        "intake.measures.esl_share.value",
        "mixed.method",
        "mixed.formula",
        "benchmark.formula",
    ]


def test_rules_within_a_section_are_judged_beside_a_faulty_key():
    found = keys_of(
        {
            "cohorts.gap_years": 0,
            "cohorts.scale_links": "links.parquet",
            "validation.score_minimum": 9,
            "validation.score_maximum": 1,
            "validation.year_levels": [3, 5, "7"],
            "input.students.columns": {"sex": "SEX"},
            "input.students.delimiter": "",
        }
    )
    assert found == [
        "input.students.delimiter",
        "input.students.columns.sex",
        "validation.year_levels.2",
        "validation.score_minimum",
        "cohorts.gap_years",
        "cohorts.scale_links",
    ]


def test_a_repeated_entry_hides_no_fault_of_the_others():
    lines = faults_of(changed({"benchmark.free_terms": ["sex", "sex", "sez", "sez"]}))
    assert ["repeated" in line for line in lines] == [True, False]
    assert "'sez'" in lines[1]


def test_each_fault_is_told_once():
    lines = faults_of(changed({"mixed.formula": "score ~ sxe", "cohorts.gap_years": "2", "extra": 1}))
    assert len(lines) == len(set(lines)) == 3
    assert lines[-1].startswith("extra: unknown key")


def test_paths_hold_keys_only_and_no_names_of_alternatives():
    found = keys_of(
        {
            "study.outcome_years": "some",
            "intake.measures.girls": {"kind": "share", "covariate": "sex", "valeu": "f"},
        }
    )
    assert set(found) == {
        "study.outcome_years",
        "intake.measures.girls.value",
        "intake.measures.girls.valeu",
    }


def test_the_value_of_an_unknown_key_is_not_shown():
    assert "canary77" not in "\n".join(faults_of(changed({"input.password": "canary77"})))


def test_rules_stand_only_where_a_section_has_a_key_of_its_own():
    def of_entries(model: type[Section], inside: bool) -> Iterator[type[Section]]:
        if inside:
            yield model
        for field in model.model_fields.values():
            own = section_at(field.annotation)
            for section in [own] if own else sections_in(field.annotation):
                yield from of_entries(section, inside or own is None)

    assert {model for model in of_entries(Config, False) if model.rules} == set()


def section_at(annotation: Any) -> type[Section] | None:
    """Return the section a key holds, alone or beside null."""
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not type(None)]
    alone = get_origin(annotation) not in (dict, list) and len(kinds) == 1
    return kinds[0] if alone and isinstance(kinds[0], type) and issubclass(kinds[0], Section) else None


def sections_in(annotation: Any) -> Iterator[type[Section]]:
    """Yield every section named in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from sections_in(part)
