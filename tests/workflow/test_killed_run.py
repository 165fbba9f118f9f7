"""A run killed in the middle, with the jobs it leaves behind: the same command ends in the same bytes.

tests/workflow/slurm/kills.py does it at more moments, and faults.py on a cluster.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_state import ROOT, files_config, write_config

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

COHORT = "results/cohorts/reading/2017.parquet"


def start(folder: Path) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if name != "VALUEADDED_DATA"}
    command = [sys.executable, "-m", "valueadded.cli", "run", "--directory", str(folder), "--cores", "2"]
    with (folder / "screen.txt").open("ab") as screen:
        return subprocess.Popen(
            [*command, "--", COHORT],
            cwd=ROOT,
            env=kept | {"PYTHONPATH": str(ROOT / "src")},
            stdout=screen,
            stderr=screen,
        )


def test_a_run_killed_twice_ends_in_the_same_bytes(tiny_run, tmp_path):
    config = files_config()
    config["data_folder"] = str(tiny_run / "results" / "synthetic")
    write_config(tmp_path, config)
    draw = random.Random(7)
    for log in ("validate_file", "match_cohort"):
        run = start(tmp_path)
        # A job of the rule has begun; where in its two seconds it is, is left to chance.
        while not list((tmp_path / "logs" / log).glob("*.log")):
            assert run.poll() is None, (tmp_path / "screen.txt").read_text()
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.5))
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
    assert start(tmp_path).wait() == 0, (tmp_path / "screen.txt").read_text()
    said = (tmp_path / "screen.txt").read_text()
    assert said.count("taking over from a run that was killed") == 2
    assert (tmp_path / COHORT).read_bytes() == (tiny_run / COHORT).read_bytes()
    assert list((tmp_path / "results").rglob(".*")) == []
