"""The profile for Slurm asks for enough, repeats the default one, and names rules that exist."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEFAULT = yaml.safe_load((ROOT / "profiles" / "default" / "profile.yaml").read_text(encoding="utf-8"))
SLURM = yaml.safe_load((ROOT / "profiles" / "slurm" / "profile.yaml").read_text(encoding="utf-8"))
RULES = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "workflow" / "rules").glob("*.smk")))
NAMES = set(re.findall(r"^ *rule (\w+):", RULES, re.MULTILINE))


def asked(rule: str, resource: str, size_mb: float, attempt: int) -> int:
    """What a job of the rule asks for, with input files of one size (MB)."""
    wanted = SLURM["default-resources"] | SLURM["set-resources"].get(rule, {})
    return eval(wanted[resource], {"input": SimpleNamespace(size_mb=size_mb), "attempt": attempt})


def test_the_default_profile_is_repeated():
    # A profile named on the command line takes the place of the default one.
    assert {key: SLURM.get(key) for key in DEFAULT} == DEFAULT


def test_every_rule_named_exists():
    named = SLURM["set-resources"].keys() | SLURM["groups"].keys()
    assert sorted(named - NAMES) == []


def test_every_figure_is_in_the_group_of_figures():
    drawing = {name for name in NAMES if name.startswith("draw_")}
    grouped = {name for name, group in SLURM["groups"].items() if group == "figures"}
    assert sorted(drawing ^ grouped) == [], "list it under groups in profiles/slurm/profile.yaml"


def test_a_job_of_all_figures_fits_two_hours():
    # The minutes of a group's rules are added up, and a job longer than its partition allows never starts.
    # The default state draws some forty figures.
    assert 60 * asked("draw_caterpillar", "runtime", 0.1, 1) <= 120
    grouped = [name for name, group in SLURM["groups"].items() if group == "figures"]
    assert {asked(name, "runtime", 0.1, 1) for name in grouped} == {
        asked("draw_caterpillar", "runtime", 0.1, 1)
    }


@pytest.mark.parametrize("rule", sorted(NAMES))
def test_a_job_asks_for_what_its_rule_says_and_the_two_processes_of_snakemake(rule):
    below = RULES.split(f"rule {rule}:")[1]
    found = re.search(r"mem_mb=(\d+),", below.split("script:")[0])
    says = int(found[1]) if found else 0  # else computed from the configuration
    assert asked(rule, "mem_mb_per_cpu", 0, 1) >= says + 400


@pytest.mark.parametrize("rule", sorted({"match_cohort", *SLURM["set-resources"]}))
def test_each_attempt_may_use_twice_as_much(rule):
    for resource in ("mem_mb_per_cpu", "runtime"):
        first, second, third = (asked(rule, resource, 12.3, attempt) for attempt in (1, 2, 3))
        assert (second, third) == (2 * first, 4 * first)
        assert isinstance(first, int)


def test_larger_files_ask_for_more():
    small, large = (asked("validate_file", "mem_mb_per_cpu", size, 1) for size in (1, 1000))
    assert large > small + 1000


def test_a_partition_and_an_account_are_the_lines_to_edit():
    text = (ROOT / "profiles" / "slurm" / "profile.yaml").read_text(encoding="utf-8")
    assert len(re.findall(r"slurm_partition:", text)) == 1
    assert len(re.findall(r"slurm_account:", text)) == 1
