"""What the section `intake_adjusted` refuses, and in which words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from valueadded.config.intake_adjusted import IntakeAdjusted, OpenChoices, OtherLevels
from valueadded.config.whole import check_config
from valueadded.errors import ConfigError
from valueadded.intake_adjusted import Choices
from valueadded.intake_adjusted.multiverse import OTHER_LEVELS

DEFAULT = Path(__file__).parents[2] / "config.yaml"
TEST = {"domain": "reading", "year_level": 5}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"policies": "x"}, "intake_adjusted.policies: unknown key"),
        ({"choices": {"log_constant": 0.0}}, "intake_adjusted.choices.log_constant"),
        ({"choices": {"z_population": "state"}}, "intake_adjusted.choices.z_population: .*found 'state'"),
        (
            {"choices": {"residual": "studentised"}},
            "intake_adjusted.multiverse.residual: found 'studentised', as in `choices`; expected",
        ),
        ({"figures": {"schools": ["0001", "0001"]}}, "figures.schools"),
        (
            {"multilevel": {"NAPLANyr5Read_LY": TEST | {"prior_level": 5}}},
            "NAPLANyr5Read_LY: .*found prior_level 5; expected it below the year_level, 5",
        ),
        (
            {"multilevel": {"NAPLANyr5Read_LY": TEST | {"domain": "music"}}},
            r"multilevel.NAPLANyr5Read_LY.domain: found 'music'; expected one of \['grammar', 'numeracy'",
        ),
    ],
)
def test_faults_are_told(change: dict[str, Any], words: str) -> None:
    config = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    config["intake_adjusted"] |= change
    with pytest.raises(ConfigError, match=words):
        check_config(config)


def test_yearly_values_and_student_rows_come_from_somewhere() -> None:
    config = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    del config["input"]["whole_schools"], config["synthetic_whole_schools"]
    with pytest.raises(ConfigError, match="intake_adjusted: found without yearly values of schools"):
        check_config(config)
    with pytest.raises(ConfigError, match=r"expected files of tests in input\.whole_schools\.tests"):
        check_config(config)


def test_defaults_are_those_of_the_library() -> None:
    assert Choices(**OpenChoices().model_dump()) == Choices()
    assert Choices(**OtherLevels().model_dump()) == OTHER_LEVELS
    # The default study spells them out.
    written = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))["intake_adjusted"]
    assert IntakeAdjusted(**written).choices == OpenChoices()
    assert IntakeAdjusted(**written).multiverse == OtherLevels()
