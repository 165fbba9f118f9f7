"""The conda environment, the three pip locks and pyproject.toml describe one and the same environment."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ENVS = ROOT / "envs"
LOCKS = ("build.lock", "requirements.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Packages that conda distributes under another name than pip.
PIP_NAME = {"matplotlib-base": "matplotlib", "snakemake-minimal": "snakemake"}
# In the conda environment for the installation of the package itself; they touch no number.
UNPINNED = {"pip", "python", "setuptools", "wheel"}


def read_lock(name: str) -> dict[str, str]:
    """Version of each package in a lock. A second version of one package would be a fault."""
    versions: dict[str, str] = {}
    for line in (ENVS / name).read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line):
            package = canonicalize_name(found[1])
            assert package not in versions, f"{name} has two versions of {package}"
            versions[package] = found[2]
    assert versions, f"{name} pins nothing"
    return versions


def read_conda() -> dict[str, str]:
    """What the conda file asks of each package, under the package's pip name."""
    environment = yaml.safe_load((ENVS / "valueadded.yaml").read_text(encoding="utf-8"))
    wanted: dict[str, str] = {}
    for entry in environment["dependencies"]:
        name, _, version = entry.partition(" ")
        wanted[canonicalize_name(PIP_NAME.get(name, name))] = version.strip()
    return wanted


def direct_dependencies() -> list[Requirement]:
    return [Requirement(entry) for entry in PROJECT["project"]["dependencies"]]


def test_conda_pins_are_the_locked_versions():
    locked = read_lock("requirements.lock")
    pins = {name: wanted for name, wanted in read_conda().items() if name not in UNPINNED}
    assert pins == {name: f"={locked.get(name)}" for name in pins}


def test_conda_names_every_direct_dependency_and_nothing_else():
    assert set(read_conda()) - UNPINNED == {
        canonicalize_name(requirement.name) for requirement in direct_dependencies()
    }


def test_conda_and_pip_allow_the_same_python():
    assert SpecifierSet(read_conda()["python"]) == SpecifierSet(PROJECT["project"]["requires-python"])


def test_conda_channels_exclude_the_defaults():
    environment = yaml.safe_load((ENVS / "valueadded.yaml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "bioconda", "nodefaults"]


def test_locked_versions_are_within_the_ranges_of_pyproject():
    wanted = {
        "build.lock": PROJECT["dependency-groups"]["build"] + PROJECT["build-system"]["requires"],
        "requirements.lock": PROJECT["project"]["dependencies"],
        "requirements-dev.lock": PROJECT["project"]["optional-dependencies"]["dev"],
    }
    for name, entries in wanted.items():
        locked = read_lock(name)
        for requirement in map(Requirement, entries):
            version = locked.get(canonicalize_name(requirement.name))
            assert version is not None, f"{name} lacks {requirement.name}: run make locks"
            assert version in requirement.specifier, (
                f"{name} has {requirement.name} {version}: run make locks"
            )


def test_locks_agree_with_each_other():
    requirements, development, build = map(
        read_lock, ("requirements.lock", "requirements-dev.lock", "build.lock")
    )
    assert requirements.items() <= development.items()
    for other in (requirements, development):
        assert {name: other[name] for name in build.keys() & other.keys()}.items() <= build.items()


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host_folder_or_index(name):
    lines = (ENVS / name).read_text(encoding="utf-8").splitlines()
    # A host or a folder of one machine would tie everybody to it. Options start a line and hashes do not.
    foreign = [
        line
        for line in lines
        if re.search(r"https?:|file:|://|\s/|@\s", line)
        or (line.startswith("-") and not line.startswith("--hash"))
    ]
    assert foreign == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name):
    # A requirement and its continuation lines are one entry.
    text = (ENVS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert len(entries) == len(read_lock(name))
    assert [
        entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)
    ] == []
