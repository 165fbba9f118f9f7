"""The section `synthetic` refuses states that cannot exist."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from valueadded.config.synthetic import impossible_lag
from valueadded.config.whole import check_config
from valueadded.errors import ConfigError

CONFIG = Path(__file__).parents[2] / "config.yaml"


def test_correlations_that_no_effects_can_have_are_refused(describe):
    with pytest.raises(ValidationError, match="lag 2 contradicts"):
        describe(year_correlations=[1, 0.9, 0.1])


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=6))
def test_the_check_agrees_with_eigenvalues(further):
    by_lag = [1.0, *further]
    lags = np.abs(np.subtract.outer(np.arange(len(by_lag)), np.arange(len(by_lag))))
    smallest = np.linalg.eigvalsh(np.array(by_lag)[lags]).min()
    # Nearer to singular than this, rounding decides.
    if abs(smallest) > 1e-6:
        assert (impossible_lag(by_lag) is None) == (smallest > 0)


def test_perfect_persistence_is_possible(describe):
    assert describe(year_correlations=[1, 1]).correlations_by_lag() == [1.0] * 11


def test_correlations_go_on_at_the_last_ratio(describe):
    by_lag = describe(year_correlations=[1, 0.9, 0.72]).correlations_by_lag()
    assert len(by_lag) == 11, "one for each lag between 2015 and 2025, the untested 2020 included"
    assert [later / earlier for earlier, later in pairwise(by_lag[1:])] == pytest.approx([0.8] * 9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year_correlations": [0.9, 0.8]}, "lag 0"),
        ({"tested_years": [2015, 2015]}, "repeated"),
        ({"school_types": {"government": 0.7}}, "add up to 0.7"),
        ({"domains": {"reading": {"drift": {2020: 1.0}}}}, "found 2020"),
        ({"school_sizes": {"minimum": 20, "maximum": 10}}, "minimum <= maximum"),
        ({"movement": {"leavers": 0.6, "arrivals": 0.6}}, "above 1"),
        ({"movment": {}}, "Extra inputs"),
    ],
)
def test_an_impossible_state_is_refused(describe, change, message):
    with pytest.raises(ValidationError, match=message):
        describe(**change)


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("study", "tested_years", [2015, 2017, 2019, 2026], "2026 is not in the synthetic state"),
        ("study", "domains", ["reading", "writing"], "'writing' is not in the synthetic state"),
        (
            "cohorts",
            "scale_eras",
            [{"name": "old", "first_year": 2008}],
            "2023 is in era 'old'; expected 'new'",
        ),
    ],
)
def test_the_study_asks_only_for_what_the_state_has(section, key, value, message):
    raw = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    assert check_config(raw).synthetic is not None
    raw[section][key] = value
    with pytest.raises(ConfigError, match=message):
        check_config(raw)
