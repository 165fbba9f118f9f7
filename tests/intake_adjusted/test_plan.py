"""Where a registry is read from, and what is refused before any job."""

import pytest

from valueadded.errors import ConfigError, FitError
from valueadded.intake_adjusted import load_policy
from valueadded.intake_adjusted.plan import check_plan
from valueadded.intake_adjusted.shipped import registry_text

FUNNELS, VIEWS = "intake_adjusted.figures.outcomes", "intake_adjusted.multilevel"


def test_a_registry_of_ones_own_is_read_from_its_file(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text(registry_text("victoria_2011").replace("band: 1.0", "band: 1.5"), encoding="utf-8")
    assert load_policy(str(path)).thresholds.band == 1.5
    assert load_policy("victoria_2011").thresholds.band == 1.0


def test_a_registry_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match="'victoria_2012' does not come with the package; expected"):
        load_policy("victoria_2012")
    with pytest.raises(ConfigError, match=r"registry .*none\.yaml cannot be read"):
        load_policy(str(tmp_path / "none.yaml"))
    (tmp_path / "broken.yaml").write_text("policy: [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.yaml: not YAML"):
        load_policy(str(tmp_path / "broken.yaml"))


def test_outcomes_are_those_of_the_registry():
    policy = load_policy("victoria_2011")
    asked = {FUNNELS: ["NAPLANyr5Read_4Y", "moon"], VIEWS: ["NAPLANyr5Read_LY"]}
    with pytest.raises(
        ConfigError, match=f"{FUNNELS}: found 'moon'; expected an outcome of registry"
    ) as told:
        check_plan(policy, asked, latest_only=[VIEWS])
    assert VIEWS not in str(told.value)
    check_plan(policy, asked | {FUNNELS: ["NAPLANyr5Read_4Y"]}, latest_only=[VIEWS])


def test_student_rows_are_of_the_latest_year():
    with pytest.raises(
        ConfigError, match=f"{VIEWS}: found 'NAPLANyr5Read_4Y'; expected an outcome of the latest"
    ):
        check_plan(load_policy("victoria_2011"), {VIEWS: ["NAPLANyr5Read_4Y"]}, latest_only=[VIEWS])


def test_what_cannot_be_repeated_is_refused():
    with pytest.raises(FitError, match="victoria_2009: its measures can be built"):
        check_plan(load_policy("victoria_2009"), {})
