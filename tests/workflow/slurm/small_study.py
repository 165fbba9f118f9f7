"""A study small enough to send through Slurm while somebody waits, and what its runs are compared by."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
CLUSTER = Path(__file__).parent / "cluster"
DOMAIN = "examination"
COHORT = f"results/cohorts/{DOMAIN}/2018.parquet"


def invent_study(folder: Path) -> Path:
    """The example of London's size with 12 schools, in a folder of its own."""
    config = yaml.safe_load((ROOT / "examples" / "london_twin" / "config.yaml").read_text(encoding="utf-8"))
    config["synthetic_twin"] |= {"schools": 12, "students": 1500}
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return folder


def edit_profile(folder: Path) -> Path:
    """The project's profile as a user has it: a copy with the partition and, here, no account.

    Only the pauses between questions are shorter than a real cluster's controller should bear.
    """
    text = (ROOT / "profiles" / "slurm" / "profile.yaml").read_text(encoding="utf-8")
    for old, new in {
        "slurm_partition: main": "slurm_partition: test",
        "status-checks: 15": "status-checks: 2",
        "per-second: 0.1": "per-second: 1",
        "latency-wait: 60": "latency-wait: 5",
    }.items():
        assert text.count(old) == 1, f"profiles/slurm/profile.yaml: expected one line with '{old}'"
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "profile.yaml").write_text(text, encoding="utf-8")
    return folder


def environment() -> dict[str, str]:
    """An environment in which the source of this checkout is found."""
    # A user's own data folder must not decide what is read.
    kept = {name: value for name, value in os.environ.items() if name != "VALUEADDED_DATA"}
    modules = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": modules}


def start_cluster() -> dict[str, str]:
    """Start the cluster and return an environment in which its programs are found too."""
    told = subprocess.run([CLUSTER, "start"], capture_output=True, text=True, check=True)
    return environment() | {"PATH": f"{told.stdout.strip()}:{os.environ['PATH']}"}


def stop_cluster() -> None:
    subprocess.run([CLUSTER, "stop"], check=True)


def command(folder: Path, *options: str) -> list[str]:
    """What a user types to run the study in a folder."""
    return [sys.executable, "-m", "valueadded.cli", "run", "--directory", str(folder), *options]


def digests(folder: Path) -> dict[str, str]:
    """A digest of every result, by its place. Logs and times are no results."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "results").rglob("*"))
        if path.is_file()
    }
