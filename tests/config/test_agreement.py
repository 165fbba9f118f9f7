"""Rules across sections: each has a test that fails if the rule is removed."""

import copy
from typing import Any

import pytest

from valueadded.config.formulas import FUNCTIONS
from valueadded.config.whole import check_config
from valueadded.errors import ConfigError

VALID: dict[str, Any] = {
    "study": {"domains": ["reading"], "tested_years": [2015, 2017, 2019]},
    "input": {
        "assessments": {
            "files": "records.csv",
            "columns": {"domain": {"column": "area", "codes": {"R": "reading", "N": "numeracy"}}},
            "covariates": {
                "sex": "sex",
                "band": {"column": "band", "codes": {"1": "low"}, "otherwise": "high"},
                "age": {"column": "age", "kind": "number"},
                "size": {"column": "size", "kind": "number", "codes": {"S": "1", "L": "2"}},
            },
        },
        "schools": {"files": "schools.csv", "covariates": {"rooms": {"column": "rooms", "kind": "number"}}},
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
        ("mixed.slope", "height", "mixed.slope", "'height'"),
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
    raw = changed("mixed.formula", "score ~ weight + height")
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


def lines_of(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as refusal:
        check_config(raw)
    return [line.strip() for line in str(refusal.value).splitlines()[1:]]


@pytest.mark.parametrize("key", ["mixed.formula", "benchmark.formula"])
@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("score ~ prior_standard +* sex", "is incorrectly used"),
        ("score ~ prior_standard + (1|sex)", "expected the fixed part only"),
        ("log(score) ~ prior_standard", "found 'log(score)' left of ~; expected score"),
        ("prior_score ~ prior_standard", "found 'prior_score' left of ~; expected score"),
        ("~ prior_standard", "found '' left of ~; expected score"),
        ("score ~ prior_standard + score", "score among the predictors"),
        ("score ~ prior_standard + sqrt(age)", "the function 'sqrt'; expected one of C, I,"),
        ("score ~ prior_standard + age.mean()", "the function 'age.mean'"),
        ("score ~ prior_standard + I(age - np.mean(age))", "the function 'np.mean'"),
        ("score ~ prior_standard + C(sex, contr.sum)", "the function 'contr.sum'"),
        ("score ~ prior_standard + I(1)", "found 'I(1)' without a column"),
        (
            "score ~ prior_standard + scale(age)",
            "constants would differ between cohorts; expected a measure of",
        ),
        ("score ~ prior_standard + I(center(age))", "constants would differ between cohorts"),
        ("score ~ prior_standard + poly(age, 2)", "constants would differ between cohorts"),
        ("score ~ prior_standard + bs(age, df=4)", "constants would differ between cohorts"),
        ("score ~ prior_standard + cs(age, df=4)", "constants would differ between cohorts"),
    ],
)
def test_a_formula_no_job_could_use_is_refused(key: str, formula: str, words: str) -> None:
    (line,) = lines_of(changed(key, formula))
    assert line.startswith(f"{key}: ")
    assert words in line


def test_every_known_function_is_accepted() -> None:
    calls = [f"{name}(age)" for name in FUNCTIONS if name != "contr.treatment"]
    formula = "score ~ prior_standard + C(sex, contr.treatment(base='a')) + " + " + ".join(calls)
    assert check_config(changed("mixed.formula", formula)).mixed.formula == formula


def test_a_covariate_named_as_a_function_is_refused() -> None:
    raw = changed("input.assessments.covariates.lag", "lag")
    raw["mixed"]["formula"] += " + lag"
    (line,) = lines_of(raw)
    assert "found 'lag', which formulas read as a function" in line


def test_the_line_has_an_intercept_whichever_formula_it_takes() -> None:
    (line,) = lines_of(changed("benchmark.formula", "score ~ 0 + prior_standard"))
    assert line.startswith("benchmark.formula: found no intercept")
    raw = changed("mixed.formula", "score ~ prior_standard - 1")
    assert check_config(raw).mixed.formula.endswith("- 1")
    raw["benchmark"]["formula"] = None
    (line,) = lines_of(raw)
    assert line.startswith("mixed.formula: found no intercept")


@pytest.mark.parametrize("text", ["1", "0", "-sex", "sex + band", "score ~ sex"])
def test_a_free_term_is_one_term(text: str) -> None:
    (line,) = lines_of(changed("benchmark.free_terms", [text]))
    assert line.startswith(f"benchmark.free_terms: found '{text}'; expected one term")


@pytest.mark.parametrize(
    ("slope", "words"),
    [
        ("age", "'age'; expected a term of mixed.formula by itself, one of ['prior_standard',"),
        ("prior_standard + rooms", "expected one term by itself"),
        ("band", "'band', which holds categories"),
        ("C(prior_score)", "'C(prior_score)', which holds categories"),
        ("mean_prior", "'mean_prior', one value for a whole school"),
        ("share", "'share', one value for a whole school"),
        ("stability", "'stability', one value for a whole school"),
        ("rooms", "'rooms', one value for a whole school"),
    ],
)
def test_a_slope_that_cannot_differ_within_a_school_is_refused(slope: str, words: str) -> None:
    raw = with_school_measures()
    raw["mixed"]["slope"] = slope
    (line,) = lines_of(raw)
    assert line.startswith("mixed.slope: ")
    assert words in line


@pytest.mark.parametrize("slope", ["others", "prior_standard:mean_prior", "mean_prior:prior_standard"])
def test_a_slope_that_differs_within_a_school_is_accepted(slope: str) -> None:
    raw = with_school_measures()
    raw["mixed"]["slope"] = slope
    assert check_config(raw).mixed.slope == slope


def with_school_measures() -> dict[str, Any]:
    raw = changed(
        "mixed.formula",
        "score ~ prior_standard + band + C(prior_score) + mean_prior + share + stability + rooms + others"
        " + prior_standard:mean_prior",
    )
    raw["intake"]["measures"] |= {
        "mean_prior": {"kind": "school_prior_mean"},
        "others": {"kind": "school_prior_mean", "without_student": True},
        "share": {"kind": "share", "covariate": "band", "value": "low"},
        "stability": {"kind": "stability"},
    }
    return raw


@pytest.mark.parametrize(
    ("covariate", "value", "accepted"),
    [
        ("band", "low", True),
        ("band", "high", True),
        ("band", "middle", False),
        ("band", "1", False),
        ("size", "2.0", True),
        ("size", "3", False),
        ("sex", "whatever the records hold", True),
    ],
)
def test_a_share_counts_one_of_the_codes(covariate: str, value: str, accepted: bool) -> None:
    raw = changed("intake.measures.part", {"kind": "share", "covariate": covariate, "value": value})
    if accepted:
        assert "part" in check_config(raw).intake.measures
        return
    (line,) = lines_of(raw)
    assert line.startswith(f"intake.measures.part.value: found '{value}', which '{covariate}' never is")


def test_a_share_is_of_students_not_of_schools() -> None:
    (line,) = lines_of(changed("intake.measures.part", {"kind": "share", "covariate": "rooms", "value": "3"}))
    assert line.startswith("intake.measures.part.covariate: found 'rooms'")


def test_an_earlier_release_needs_the_key_of_its_students() -> None:
    raw = changed("publish", {"earlier_release": "record.parquet"})
    with pytest.raises(ConfigError, match=r"publish\.earlier_release: found without input\.student_key"):
        check_config(raw)
    raw["input"]["student_key"] = "student.key"
    assert check_config(raw).publish.earlier_release == "record.parquet"


def test_an_earlier_release_of_whole_schools_needs_whole_schools() -> None:
    raw = changed("publish", {"earlier_performance": "counts.parquet"})
    raw.pop("intake_adjusted", None)
    with pytest.raises(ConfigError, match=r"publish\.earlier_performance: found without .* intake_adjusted"):
        check_config(raw)
