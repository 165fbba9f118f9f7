"""Rules across sections: each has a test that fails if the rule is removed."""

import copy
from typing import Any

import pytest

from valueadded.config import check_config
from valueadded.config.agreement import formula_names
from valueadded.errors import ConfigError

VALID: dict[str, Any] = {
    "study": {"domains": ["reading"], "tested_years": [2015, 2017, 2019]},
    "input": {
        "assessments": {
            "files": "records.csv",
            "columns": {"domain": {"column": "area", "codes": {"R": "reading", "N": "numeracy"}}},
            "covariates": {"sex": "sex"},
        }
    },
    "validation": {"year_levels": [3, 5]},
    "cohorts": {},
    "intake": {"measures": {"prior_standard": {"kind": "standardised_prior"}}},
    "mixed": {
        "formula": "score ~ prior_standard + C(sex, contr.treatment('male'))",
        "slope": "prior_standard",
    },
    "benchmark": {"years": [2017], "formula": "score ~ prior_standard", "free_terms": ["sex"]},
}


def changed(path: str, value: object) -> dict[str, Any]:
    raw = copy.deepcopy(VALID)
    *sections, key = path.split(".")
    part = raw
    for section in sections:
        part = part[section]
    part[key] = value
    return raw


def test_the_configuration_itself_is_accepted() -> None:
    assert check_config(VALID).plan.years == [2017, 2019]


@pytest.mark.parametrize(
    ("path", "value", "key", "found"),
    [
        ("mixed.formula", "score ~ prior_standrd", "mixed.formula", "'prior_standrd'"),
        ("mixed.formula", "score", "mixed.formula", "no ~"),
        ("mixed.slope", "age", "mixed.slope", "'age'"),
        ("benchmark.formula", "score ~ gender", "benchmark.formula", "'gender'"),
        ("benchmark.free_terms", ["fsm"], "benchmark.free_terms", "'fsm'"),
        ("study.domains", ["writing"], "study.domains", "'writing'"),
        (
            "intake.measures.boys",
            {"kind": "share", "covariate": "gender", "value": "m"},
            "boys.covariate",
            "'gender'",
        ),
        (
            "intake.measures.both",
            {"kind": "prior_composite", "domains": ["reading", "science"]},
            "both.domains",
            "'science'",
        ),
        ("benchmark.years", [2015], "benchmark.years", "2015 has no cohort"),
        ("benchmark.years", [2018], "benchmark.years", "year not tested"),
        ("study.tested_years", [2015, 2016], "study.tested_years", "no outcome year has a cohort"),
        ("validation.year_levels", [3], "validation.year_levels", "5 is missing"),
        ("cohorts.score_scale", "yearly_z", "cohorts.score_scale", "yearly_z"),
    ],
)
def test_a_name_or_year_no_other_section_knows_is_refused(
    path: str, value: object, key: str, found: str
) -> None:
    with pytest.raises(ConfigError) as refusal:
        check_config(changed(path, value))
    line = next(line for line in str(refusal.value).splitlines() if key in line.split(":")[0])
    assert found in line
    assert "expected" in line


def test_every_fault_has_a_line_of_its_own() -> None:
    raw = changed("mixed.formula", "score ~ age + height")
    raw["benchmark"]["years"] = [2016]
    with pytest.raises(ConfigError) as refusal:
        check_config(raw)
    lines = str(refusal.value).splitlines()
    assert sum(line.strip().startswith("mixed.formula: ") for line in lines) == 2
    assert sum(line.strip().startswith("benchmark.years: ") for line in lines) == 1


def test_domains_of_a_wide_file_are_its_score_columns() -> None:
    raw = copy.deepcopy(VALID)
    raw["input"]["assessments"]["score_columns"] = {"english": "eng"}
    raw["input"]["assessments"]["columns"] = {}
    with pytest.raises(ConfigError, match=r"study\.domains: found 'reading'.*\['english'\]"):
        check_config(raw)


def test_names_in_a_formula() -> None:
    formula = "score ~ x * sex + C(k, contr.treatment('base level')) + I(prior**2) + np.log(size) + 1"
    assert formula_names(formula) == ["score", "x", "sex", "k", "prior", "size"]
