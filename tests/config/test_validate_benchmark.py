"""Section `validate_benchmark`: what it refuses, and what it hands to the study."""

from pathlib import Path

import pytest
import yaml

from valueadded.config.validate_benchmark import Scenarios
from valueadded.config.whole import check_config
from valueadded.contracts.validate_benchmark import SCENARIOS
from valueadded.errors import ConfigError
from valueadded.validate_benchmark import World

ROOT = Path(__file__).parents[2]


def study(**changes):
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["validate_benchmark"] |= changes
    return check_config(config).validate_benchmark


def test_every_scenario_is_a_world_and_has_words():
    default = study()
    assert default.scenario_names() == list(Scenarios.model_fields) == list(SCENARIOS)
    worlds = {name: World(**default.world(name)) for name in default.scenario_names()}
    assert len(set(worlds.values())) == len(worlds)
    assert worlds["few_schools"].schools == 20 and worlds["drift"].schools == 300


def test_a_scenario_left_out_is_not_run():
    assert study(scenarios={"drift": {"drift": -3.0}}).scenario_names() == ["drift"]


@pytest.mark.parametrize("chunks", [1, 3, 7])
def test_chunks_share_the_replicates_without_gap_or_repeat(chunks):
    default = study(replicates=7, chunks=chunks)
    ranges = [range(*default.replicates_of(chunk)) for chunk in range(chunks)]
    assert [number for part in ranges for number in part] == list(range(7))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"years": [2021, 2017]}, "years: found"),
        ({"years": [2017, 2017]}, "repeated"),
        ({"replicates": 4, "chunks": 5}, "found 5 for 4 replicates"),
        ({"system": {"students_minimum": 200}}, "students_maximum 120"),
        ({"scenarios": {"small_schools": {"students_minimum": 20}}}, "scenarios.small_schools"),
        ({"scenarios": {"drift": {"fall": 1.0}}}, "fall"),
    ],
)
def test_what_cannot_be_run_is_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        study(**changes)
