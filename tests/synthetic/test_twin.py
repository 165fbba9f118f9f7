"""The synthetic twin has its exact shape and the truth that its tables tell."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from valueadded.config.synthetic_twin import SyntheticTwin
from valueadded.config.whole import check_config
from valueadded.contracts.synthetic import TRUTH_TWIN_COEFFICIENTS, TRUTH_TWIN_SCHOOLS
from valueadded.errors import ConfigError
from valueadded.synthetic import Twin, generate_twin
from valueadded.synthetic.twin import draw_sizes

EXAMPLE = Path(__file__).parents[2] / "examples" / "london_twin" / "config.yaml"
SMALL = {"schools": 40, "students": 6135}


def read_example() -> dict[str, Any]:
    return yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))


def describe_twin(**changes: Any) -> SyntheticTwin:
    """The twin of the example with 40 schools; `changes` replace whole keys."""
    return SyntheticTwin(**(read_example()["synthetic_twin"] | SMALL | changes))


@pytest.fixture(scope="module")
def settings() -> SyntheticTwin:
    return describe_twin()


@pytest.fixture(scope="module")
def twin(settings: SyntheticTwin) -> Twin:
    return generate_twin(settings)


def standard_residuals(twin: Twin) -> np.ndarray:
    """Residuals over their true standard deviation, worked out from the tables of the truth alone."""
    students = twin.students.merge(twin.schools, on="school_id", validate="many_to_one")
    mean = students["intercept"] + students["slope"] * students["prior_score"]
    log_variance = students["log_variance"].copy()
    for row in twin.coefficients.itertuples():
        if row.term == "Intercept":
            column = np.ones(len(students))
        elif "[T." in row.term:
            name, category = row.term.removesuffix("]").split("[T.")
            column = (students[name] == category).to_numpy(float)
        else:
            column = students[row.term].to_numpy(float)
        if row.function == "mean":
            mean += row.value * column
        else:
            log_variance += row.value * column
    return ((students["score"] - mean) / np.exp(log_variance / 2)).to_numpy()


def test_the_same_settings_give_the_same_cohort(twin):
    again = generate_twin(describe_twin())
    for table in ("students", "schools", "coefficients"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(twin, table), check_exact=True)
    other = generate_twin(describe_twin(seed=5)).students
    assert not np.isclose(other["score"], twin.students["score"]).any()


def test_changed_effects_leave_the_students_as_they_were(settings, twin):
    stronger = settings.effects.model_dump() | {"log_variance_sd": 0.6}
    changed = generate_twin(describe_twin(effects=stronger)).students
    pd.testing.assert_frame_equal(changed.drop(columns="score"), twin.students.drop(columns="score"))
    assert not np.isclose(changed["score"], twin.students["score"]).all()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("students", [6135, 40 * 14 + 316, 40 * 330 - 316])
def test_sizes_are_exact(seed, students):
    sizes = draw_sizes(describe_twin(seed=seed, students=students))
    assert (len(sizes), sizes.sum(), sizes.min(), sizes.max()) == (40, students, 14, 330)


def test_the_file_holds_every_student_once(twin):
    students = twin.students
    assert students["student_id"].is_unique
    assert len(students) == 6135
    assert students["school_id"].is_monotonic_increasing
    counts = students["school_id"].value_counts().sort_index()
    assert counts.to_numpy().tolist() == twin.schools["n_students"].tolist()
    TRUTH_TWIN_SCHOOLS.validate(twin.schools)
    TRUTH_TWIN_COEFFICIENTS.validate(twin.coefficients)


def test_shares_are_exact_but_for_rounding(settings, twin):
    schools = twin.students.drop_duplicates("school_id")
    for characteristics, frame in (
        (settings.student_characteristics, twin.students),
        (settings.school_characteristics, schools),
    ):
        for name, characteristic in characteristics.items():
            for category, asked in characteristic.categories.items():
                # Both ends of a category are rounded to whole students or schools.
                assert abs((frame[name] == category).sum() - asked.share * len(frame)) <= 1
    for name in settings.school_characteristics:
        assert (twin.students.groupby("school_id")[name].nunique() == 1).all()


def test_characteristics_vary_between_schools_as_far_as_asked(twin):
    """The variance of school shares over that of a coin of the same share."""

    def dispersion(name: str, value: str) -> float:
        held = twin.students[name] == value
        groups = held.groupby(twin.students["school_id"])
        chance = held.mean() * (1 - held.mean()) / groups.size()
        return float(((groups.mean() - held.mean()) ** 2 / chance).mean())

    # A mean of 40 squares of chance is 1 with standard error sqrt(2 / 40) = 0.22; four of them.
    assert dispersion("gender", "female") < 1.9
    for name, value in (("ethnicity", "white"), ("fsm", "yes"), ("sen", "yes"), ("first_language", "other")):
        assert dispersion(name, value) > 1.9


def test_poverty_follows_intake(twin):
    schools = twin.students.assign(poor=twin.students["fsm"] == "yes").groupby("school_id")
    means = schools[["prior_score", "poor"]].mean()
    # Planted at -0.7 for the tendencies; weaker in observed shares, 40 schools have an error of about 0.1.
    assert -0.95 < means["prior_score"].corr(means["poor"]) < -0.4


def test_scores_have_the_published_shape(twin):
    prior, score = (twin.students[name].to_numpy() for name in ("prior_score", "score"))
    assert abs(prior.mean()) < 1e-12
    assert abs(prior.std() - 1) < 1e-12
    # The error of r is (1 - r^2) / sqrt(6135) = 0.006 for students, and about as much for 40 schools.
    assert abs(np.corrcoef(prior, score)[0, 1] - 0.72) < 0.04


def test_the_tables_tell_the_truth(twin):
    """Residuals over the true standard deviation are standard normal, in every category too."""
    z = standard_residuals(twin)
    names = [
        name for name in twin.students if name not in ("student_id", "school_id", "score", "prior_score")
    ]
    groups = [twin.students["prior_score"] > 1, twin.students["prior_score"] < -1]
    groups += [twin.students[name] == value for name in names for value in twin.students[name].unique()]
    for group in groups:
        own = z[group.to_numpy()]
        # Four standard errors: 1 / sqrt(n) of a mean, sqrt(2 / n) of a variance.
        assert abs(own.mean()) < 4 / np.sqrt(len(own))
        assert abs(own.var() - 1) < 4 * np.sqrt(2 / len(own))


def test_the_scores_carry_the_effects_of_the_table():
    strong = read_example()["synthetic_twin"]["effects"] | {"slope_sd": 0.2}
    twin = generate_twin(describe_twin(effects=strong))
    z = standard_residuals(twin)
    students = twin.students.merge(twin.schools, on="school_id", validate="many_to_one")
    slope, log_variance = students["slope"] * students["prior_score"], students["log_variance"]
    # Standard normal if the table is right; each is beyond 10 if scores lack the effect.
    for effect in (students["intercept"], slope):
        assert abs(z @ effect) < 4 * np.sqrt(effect @ effect)
    assert abs((z**2 - 1) @ log_variance) < 4 * np.sqrt(2 * log_variance @ log_variance)


def test_school_effects_have_the_planted_covariance():
    settings = describe_twin(schools=20_000, students=40_000, minimum_size=1, maximum_size=3)
    found = generate_twin(settings).schools[["intercept", "slope", "log_variance"]]
    planted = np.array(settings.effects.covariance())
    spread = np.sqrt(np.diag(planted))
    # A standard error of a covariance is at most sqrt(2 / 20000) = 0.01 of both spreads; four of them.
    assert (np.abs(found.cov().to_numpy() - planted) < 0.04 * np.outer(spread, spread)).all()
    assert planted[0, 2] < 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"students": 800}, "found 800 in 40 schools"),
        ({"minimum_size": 330}, "of 330 to 330"),
        (
            {
                "effects": {
                    "intercept_sd": 1.0,
                    "slope_sd": 1.0,
                    "log_variance_sd": 1.0,
                    "intercept_slope": 0.9,
                    "intercept_log_variance": 0.9,
                    "slope_log_variance": -0.9,
                }
            },
            "effects: no effects can have",
        ),
        (
            {"school_characteristics": {"kind": {"categories": {"a": {"share": 0.5}, "b": {"share": 0.4}}}}},
            "0.9",
        ),
        (
            {
                "school_characteristics": {
                    "kind": {"categories": {"a": {"share": 0.5, "mean": 1.0}, "b": {"share": 0.5}}}
                }
            },
            "the reference; expected 0",
        ),
        (
            {"school_characteristics": {"fsm": {"categories": {"a": {"share": 0.5}, "b": {"share": 0.5}}}}},
            "found among the students too",
        ),
        (
            {"school_characteristics": {"score": {"categories": {"a": {"share": 0.5}, "b": {"share": 0.5}}}}},
            "a name that is taken",
        ),
    ],
)
def test_twins_that_cannot_exist_are_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        describe_twin(**changes)


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        ("study", "domains", ["reading"], "study.domains: found"),
        ("study", "tested_years", [2017], "study.tested_years: found"),
        ("synthetic_twin", "domain", "reading", "study.domains: found"),
    ],
)
def test_a_study_of_the_twin_has_its_domain_and_year(section, key, value, words):
    raw = read_example()
    raw[section][key] = value
    with pytest.raises(ConfigError, match=words):
        check_config(raw)


def test_the_file_of_the_twin_is_the_input():
    raw = read_example()
    check_config(raw)
    raw["input"]["matched"]["files"] = "other.csv"
    with pytest.raises(ConfigError, match=r"expected twin\.csv"):
        check_config(raw)


def test_a_twin_beside_a_state_is_refused():
    state = yaml.safe_load((EXAMPLE.parents[2] / "config.yaml").read_text(encoding="utf-8"))["synthetic"]
    with pytest.raises(ConfigError, match="found beside `synthetic`"):
        check_config(read_example() | {"synthetic": state})
