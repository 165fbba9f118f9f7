"""What a killed run left is ended or removed, and nothing else."""

import os
import subprocess
from pathlib import Path

import pytest

from valueadded.errors import RunError
from valueadded.ownership import CLAIM
from valueadded.run import remains
from valueadded.run.claim import Claim
from valueadded.run.remains import clear_remains, processes_of

DEAD = Claim("dead", "here", 1, "2026-01-01 00:00:00", slurm=True)


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """A queue of jobs in a file, with programs of Slurm's names that show and cancel them."""
    programs = tmp_path / "bin"
    programs.mkdir()
    jobs = tmp_path / "jobs"
    jobs.write_text("1 valueadded-dead_a\n2 valueadded-other_b\n3 other\n4 valueadded-dead_c\n")
    scripts = {
        "squeue": f'cat "{jobs}"',
        "scancel": f'for job; do sed -i "/^$job /d" "{jobs}"; done',
    }
    for name, body in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return jobs


def test_jobs_of_the_dead_run_are_cancelled_and_no_others(tmp_path, queue, capsys):
    clear_remains(tmp_path, DEAD)
    assert queue.read_text() == "2 valueadded-other_b\n3 other\n"
    assert "cancelling Slurm jobs of a run that ended: 1, 4" in capsys.readouterr().out


def test_a_run_without_slurm_left_no_jobs(tmp_path, queue):
    before = queue.read_text()
    clear_remains(tmp_path, Claim("dead", "here", 1, "", slurm=False))
    assert queue.read_text() == before


def test_jobs_that_stay_stop_the_new_run(tmp_path, queue, monkeypatch):
    monkeypatch.setattr(remains, "CANCEL_SECONDS", 0)
    (tmp_path / "bin" / "scancel").write_text("#!/bin/sh\n")
    with pytest.raises(RunError, match="jobs 1, 4 of a run that ended do not stop"):
        clear_remains(tmp_path, DEAD)


def test_a_queue_that_does_not_answer_stops_the_new_run(tmp_path, queue):
    (tmp_path / "bin" / "squeue").write_text("#!/bin/sh\necho no controller >&2; exit 1\n")
    with pytest.raises(RunError, match="no controller"):
        clear_remains(tmp_path, DEAD)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system does not show its processes")
@pytest.mark.parametrize("stubborn", [False, True])
def test_jobs_that_go_on_are_ended_and_no_others(stubborn, tmp_path, queue, monkeypatch):
    monkeypatch.setattr(remains, "END_SECONDS", 0.3)
    waiting = ["sh", "-c", f"{'trap : TERM; ' if stubborn else ''}echo; while :; do sleep 0.05; done"]
    started = [
        subprocess.Popen(waiting, env=os.environ | {CLAIM: f"{token}:x"}, stdout=subprocess.PIPE)
        for token in ("dead", "other")
    ]
    for process in started:
        process.stdout.readline()
    dead, other = started
    clear_remains(tmp_path, DEAD)
    assert dead.wait(timeout=5) != 0
    assert processes_of("dead") == []
    assert other.poll() is None
    other.kill()
    for process in started:
        process.communicate()


def test_half_written_files_are_removed(tmp_path, queue):
    results = tmp_path / "results" / "cohorts"
    results.mkdir(parents=True)
    for name in ("2017.parquet", ".2017.parquet.99.part", "2018.part"):
        (results / name).touch()
    clear_remains(tmp_path, None)
    assert sorted(path.name for path in results.iterdir()) == ["2017.parquet", "2018.part"]
