import re

import pytest
import yaml
from intake_adjusted.invented_schools import invent

from valueadded.errors import ConfigError, FitError
from valueadded.intake_adjusted import adjust_outcomes, load_policy, read_policy


@pytest.fixture
def small() -> dict:
    policy = load_policy("england_ks2").model_dump(mode="python")
    return yaml.safe_load(yaml.safe_dump(policy))


def reread(content: dict):
    return read_policy(yaml.safe_dump(content), "mine.yaml")


def test_the_map_of_2011_has_34_rows_and_50_regressions():
    policy = load_policy("victoria_2011")
    primary, secondary = policy.groups["primary"], policy.groups["secondary"]
    assert (len(primary.pairs), len(secondary.pairs)) == (16, 18)
    assert len(primary.pairs) * len(primary.parts) + len(secondary.pairs) * len(secondary.parts) == 50
    pairs = {pair.outcome: pair.composition for pair in [*primary.pairs, *secondary.pairs]}
    assert pairs["NAPLANyr5Read_LY"] == "NAPLANyr3Read_LYL2"
    assert pairs["NAPLANyr9Num_4Y"] == "NAPLANyr7Num_4Y"
    assert pairs["VCE_LY"] == "ZAIM_Y7_LYL5_LY"
    assert pairs["NAPLANyr3Num_4Y"] == "EOlyr0_4Y"
    rest = [name for outcome, name in pairs.items() if not re.match("NAPLAN|VCE", outcome)]
    assert set(rest) == {f"ZNAPLAN_Y{level}_{window}" for level in (3, 9) for window in ("LY", "4Y")}
    assert [pair.outcome for pair in secondary.pairs if pair.further] == ["RR710pct_LY", "RR710pct_4Y"]


def test_years_of_the_long_window_in_2011():
    policy = load_policy("victoria_2011")
    years = {
        name: policy.outcomes[name].years for name in ("TJEngMathsP6", "NAPLANyr5Read", "VCE", "studabs_P6")
    }
    assert years == {"TJEngMathsP6": 3, "NAPLANyr5Read": 3, "VCE": 4, "studabs_P6": 4}
    assert {policy.intake[name].years for name in ("EOlyr0", "pcStabilitySec", "ARIA")} == {1}


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("CtoS_LY_4Y", "CtoS_4Y_712"), ("pcRR7104Y", "RR710pct_4Y"), ("NAPLANyr5Num_2Y", "NAPLANyr5Num_4Y")],
)
def test_names_that_clash_between_tables_are_one(spelling, name):
    policy = load_policy("victoria_2011")
    assert policy.variable(spelling, outcome=True) == policy.variable(name, outcome=True)


def test_another_system_needs_no_code():
    policy = load_policy("england_ks2")
    found = adjust_outcomes(*invent(policy, 60, 3), policy)
    assert set(found.performance["outcome"]) == {"reading", "absence"}
    assert set(found.regressions.loc[found.regressions["outcome"] == "absence", "composition"]) == {"none"}
    worse = found.performance.groupby("outcome")["higher_is_worse"].all()
    assert worse.to_dict() == {"absence": True, "reading": False}


def test_of_2009_only_measures_can_be_built():
    policy = load_policy("victoria_2009")
    with pytest.raises(FitError, match="cut points of its categories"):
        adjust_outcomes(*invent(policy, 30, 2), policy)


def test_silence_on_the_composition_measure_is_refused(small):
    del small["groups"]["primary"]["pairs"][2]["composition"]
    with pytest.raises(ConfigError, match=r"pairs\.2\.composition: silent .* `composition: none`"):
        reread(small)


def test_an_outcome_without_a_row_is_refused(small):
    small["groups"]["primary"]["pairs"].pop()
    with pytest.raises(ConfigError, match="outcome 'absence_mean' has no row in `pairs`"):
        reread(small)


@pytest.mark.parametrize("place", ["composition", "intake", "outcome", "alias", "test"])
def test_an_unknown_measure_is_named(small, place):
    group = small["groups"]["primary"]
    if place == "intake":
        group["intake"].append("moon")
    elif place == "alias":
        small["aliases"] = {"sun": "moon"}
    elif place == "test":
        small["intake"]["ks1"]["tests"] = {"moon": "literacy"}
    else:
        group["pairs"][0][place] = "moon"
    with pytest.raises(ConfigError, match=r"mine\.yaml: .*unknown measure 'moon'"):
        reread(small)


def test_a_registry_is_closed(small):
    small["thresholds"]["capp"] = 3
    with pytest.raises(ConfigError, match=r"thresholds\.capp: Extra inputs"):
        reread(small)
    with pytest.raises(ConfigError, match="not YAML"):
        read_policy("a: [", "mine.yaml")


def test_groups_may_share_an_outcome_and_a_part_may_not_have_it_twice(small):
    group = small["groups"]["primary"]
    other = group | {"school_types": ["Free school"], "parts": {"free": {}}}
    small["groups"]["free"] = other
    policy = reread(small)
    assert [pair.outcome for pair in policy.groups["free"].pairs] == [
        pair.outcome for pair in policy.groups["primary"].pairs
    ]
    other["parts"] = group["parts"]
    with pytest.raises(ConfigError, match=r"pairs: outcome '\w+' has two rows"):
        reread(small)
