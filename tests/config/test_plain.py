"""A configuration is data: what is more is refused before Snakemake reads it, and does nothing."""

import copy
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from tiny_state import run_snakemake, tiny_config

from valueadded.config.plain import refuse_code
from valueadded.config.whole import check_config
from valueadded.errors import ConfigError

ROOT = Path(__file__).parents[2]
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{step}: &a{step} [{', '.join([f'*a{step - 1}'] * 10)}]\n" for step in range(1, 12)
)
# What is planted -> words that must be said.
TEXTS = {
    "an expression of the template engine": ("__use_yte__: true\na: ?open('x', 'w')\n", "would execute code"),
    "the same further down": ("a:\n  - b: {__use_yte__: true}\n", "line 2 has the key `__use_yte__`"),
    "a call": ("a: !!python/object/apply:os.system ['true']\n", "has the tag"),
    "a module": ("a: !!python/module:os\n", "has the tag"),
    "a name": ("a: !!python/name:os.system\n", "has the tag"),
    "a tag of one's own": ("a: !secret b\n", "has the tag !secret"),
    "a key twice": (
        "publish: {minimum_students: 10}\nmixed: {}\npublish: {}\n",
        "line 3 has the key `publish`",
    ),
    "a nested key twice": ("publish:\n  minimum_students: 10\n  minimum_students: 3\n", "a second time"),
    "a thousand million entries": (BOMB, "entries with every reference written out"),
    "a node within itself": ("a: &a [*a]\n", "entries with every reference written out"),
    "two thousand levels": ("[" * 2000 + "]" * 2000, "deeper than 30 sections"),
    "a million characters": ("a: " + "x" * 1_000_000, "expected at most 1000000"),
    "half a file": ("a: [1, 2\n", "no YAML"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_text_is_refused_at_once(name: str) -> None:
    text, words = TEXTS[name]
    start = time.process_time()
    with pytest.raises(ConfigError, match=r"^config\.yaml: ") as refusal:
        refuse_code(text.encode(), "config.yaml")
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 300
    # Seconds at most where writing the references out would take days: no measure of speed.
    assert time.process_time() - start < 20


def test_other_bytes_than_text_are_refused() -> None:
    with pytest.raises(ConfigError, match="not UTF-8"):
        refuse_code(b"a: \xff\xfe", "config.yaml")


@pytest.mark.parametrize(
    "path", sorted([ROOT / "config.yaml", *ROOT.glob("examples/*/config.yaml")]), ids=str
)
def test_every_configuration_of_ours_is_plain(path: Path) -> None:
    refuse_code(path.read_bytes(), path.name)


def test_references_and_merged_keys_are_plain() -> None:
    refuse_code(b"a: &shared {b: 1}\nc:\n  <<: *shared\n  d: 2\n", "config.yaml")


def hostile(path: str, value: object) -> dict[str, Any]:
    raw: dict[str, Any] = copy.deepcopy(tiny_config())
    *sections, key = path.split(".")
    part = raw
    for section in sections:
        part = part[section]
    part[key] = value
    return raw


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("study.domains", ["../reading", "numeracy"]),
        ("study.domains", ["reading/../../x", "numeracy"]),
        ("study.domains", ["reading\nrule x:", "numeracy"]),
        ("study.domains", ["{wildcards}", "numeracy"]),
        ("mixed.formula", "score ~ __import__('os').system('true')"),
        ("mixed.formula", "score ~ prior_standard.__class__.__mro__"),
        ("benchmark.formula", "score ~ {open('x')}"),
    ],
)
def test_hostile_values_are_refused(path: str, value: object) -> None:
    with pytest.raises(ConfigError, match=path.split(".")[0]):
        check_config(hostile(path, value))


@pytest.mark.workflow
def test_a_dry_run_executes_nothing_of_a_configuration(tmp_path: Path) -> None:
    text = yaml.safe_dump(tiny_config()) + f"__use_yte__: true\nx: ?open('{tmp_path}/planted', 'w')\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    found = run_snakemake(tmp_path, "--dry-run")
    assert found.returncode != 0
    assert "would execute code" in found.stdout + found.stderr
    assert not (tmp_path / "planted").exists()
