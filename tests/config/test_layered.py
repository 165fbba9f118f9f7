"""The section `layered` and the tables it reads."""

from typing import Any

import pytest

from valueadded.config.whole import Config, check_config
from valueadded.errors import ConfigError


def teachers_alone() -> dict[str, Any]:
    """A study of teachers and nothing else."""
    return {
        "input": {
            "teacher_scores": {
                "files": "scores.csv",
                "covariates": {"age": {"column": "age", "kind": "number"}, "sex": {"column": "sex"}},
            },
            "teacher_links": {"files": "links.csv"},
        },
        "layered": {"domains": ["reading"], "years": [2021, 2022], "year_levels": [3, 4]},
    }


def test_a_study_of_teachers_needs_nothing_else():
    settings = check_config(teachers_alone())
    assert not isinstance(settings, Config)
    assert settings.layered.models == ["complete", "zero"]
    # Nobody is named unless a study says so.
    assert settings.layered.publish_teachers is False
    assert settings.layered.weights_of == []


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("layered", "models", ["fixed"], "layered.fixed_persistence"),
        ("layered", "fixed_persistence", 0.3, "layered.fixed_persistence"),
        ("layered", "domains", ["all"], "every domain"),
        ("layered", "covariates", ["height"], "input.teacher_scores.covariates"),
        ("layered", "covariates", ["sex"], "expected number"),
        ("layered", "confidence", 0.2, "layered.confidence"),
        ("input", "teacher_links", None, "expected both or neither"),
    ],
)
def test_what_cannot_hold_is_refused(section, key, value, said):
    config = teachers_alone()
    config[section][key] = value
    if value is None:
        del config[section][key]
    with pytest.raises(ConfigError, match=said):
        check_config(config)


def test_tables_and_section_come_together():
    config = teachers_alone()
    del config["layered"]
    with pytest.raises(ConfigError, match="without a section `layered`"):
        check_config(config)


def test_files_share_no_folder():
    config = teachers_alone()
    config["input"]["teacher_scores"]["files"] = [{"path": "a/x.csv"}, {"path": "b/x.csv"}]
    with pytest.raises(ConfigError, match=r"results folder of 'x\.csv'"):
        check_config(config)
