"""What the section `location_scale` refuses, and in which words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from valueadded.config.whole import check_config
from valueadded.errors import ConfigError

EXAM = Path(__file__).parents[2] / "examples" / "exam" / "config.yaml"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"years": [1991]}, "location_scale.years: 1991 has no cohort"),
        ({"student_terms": [], "references": {}}, "location_scale.models: found 7 without student_terms"),
        ({"school_terms": ["size"]}, "location_scale.school_terms: found 'size'"),
        ({"student_terms": ["sex", "prior_score"]}, "found 'prior_score' twice among the terms"),
        ({"prior_term": "sex"}, "location_scale.prior_term: found 'sex', which holds categories"),
        (
            {"references": {"sex": "girl"}},
            r"references.sex: found 'girl'; expected one of \['female', 'male'\]",
        ),
        ({"references": {"vr_band": "top"}}, "references.vr_band: found 'vr_band'; expected a covariate"),
        ({"models": [9]}, "location_scale.models"),
    ],
)
def test_faults_are_told(change: dict[str, Any], words: str) -> None:
    config = yaml.safe_load(EXAM.read_text(encoding="utf-8"))
    config["location_scale"] |= change
    with pytest.raises(ConfigError, match=words):
        check_config(config)


def test_a_band_may_stand_for_the_prior_without_a_slope() -> None:
    config = yaml.safe_load(EXAM.read_text(encoding="utf-8"))
    config["location_scale"] |= {"prior_term": "vr_band", "models": [1, 2, 3]}
    assert check_config(config).location_scale is not None
