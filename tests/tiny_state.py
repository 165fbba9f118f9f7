"""A tiny state for tests of the whole workflow: the default configuration, made small."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
DOMAINS = ["numeracy", "reading"]
YEARS = [2017, 2018, 2020]
UNTESTED = 2019
TESTED_YEARS = [2015, 2016, 2017, 2018, 2020, 2022]
FIRST_NEW_YEAR = 2020
DRIFT = {2018: -12.0, 2020: -20.0}


def tiny_config() -> dict[str, Any]:
    """The default configuration with 16 schools and three outcome years, and 60 whole schools.

    Only what makes it small is overridden, so that a key added to the default is in the tests too. The tests
    of 2022 are read but make no cohort, so that a test can add one.
    """
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["study"] |= {
        "domains": ["reading", "numeracy"],
        "tested_years": TESTED_YEARS,
        "outcome_years": [*YEARS, UNTESTED],
    }
    config["synthetic"] |= {"schools": 16, "tested_years": TESTED_YEARS, "defects": 0.01}
    config["synthetic_teachers"] |= {"students": 360, "schools": 6}
    for domain in config["synthetic"]["domains"].values():
        domain["drift"] = DRIFT
    config["synthetic"]["new_scale"]["first_year"] = FIRST_NEW_YEAR
    old, new = config["cohorts"]["scale_eras"]
    old["last_year"], new["first_year"] = FIRST_NEW_YEAR - 1, FIRST_NEW_YEAR
    config["synthetic_whole_schools"] |= {"schools": 60, "defects": 0.01}
    config["figures"]["dots_per_inch"] = 72
    return config


def files_config() -> dict[str, Any]:
    """The tiny state as real files: the same files, without the sections that generate them.

    The files stay where the synthetic run put them, so that its results are up to date for this study.
    """
    config = tiny_config()
    del config["synthetic"], config["synthetic_whole_schools"], config["synthetic_teachers"]
    config["data_folder"] = "results/synthetic"
    config["input"]["student_key"] = "fixed"
    return config


def write_config(folder: Path, config: dict[str, Any]) -> None:
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def run_snakemake(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the workflow in a folder that holds config.yaml, as a user does with --directory."""
    # A user's own setting must not decide which data a test reads.
    environment = {key: value for key, value in os.environ.items() if key != "VALUEADDED_DATA"}
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--directory", str(folder), *options],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def run_tiny_state(folder: Path) -> None:
    """Run the whole workflow on the tiny state; what Snakemake said is kept in `screen.txt`."""
    write_config(folder, tiny_config())
    found = run_snakemake(folder, "--cores", "2")
    (folder / "screen.txt").write_text(found.stdout + found.stderr, encoding="utf-8")
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-4000:]
