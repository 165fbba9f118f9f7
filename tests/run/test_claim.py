"""One run at a time has a study, and a dead one does not keep it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from valueadded.errors import RunError
from valueadded.run.claim import Claim, claim_file, drivers_of, take_claim

SOURCE = Path(__file__).parents[2] / "src"
# Takes the claim, starts a job as Snakemake does, says so and waits.
HOLDER = """
import subprocess, sys
from pathlib import Path
from valueadded.run.claim import take_claim
take_claim(Path(sys.argv[1]), False, False)
job = subprocess.Popen(["sleep", "60"])
print(job.pid, flush=True)
job.wait()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that has the claim of `tmp_path`, and its job."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    job = int(process.stdout.readline())
    yield process
    process.kill()
    os.kill(job, signal.SIGKILL)  # first, for it holds the pipe that is read to its end
    process.communicate()


def lock(folder: Path, **claim: object) -> None:
    """Leave the lock of a run in a folder, and its claim if it had one."""
    locks = folder / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").touch()
    if claim:
        known = {
            "token": "earlier",
            "host": "here",
            "pid": 1,
            "started": "2026-01-01 00:00:00",
            "slurm": False,
        }
        claim_file(folder).write_text(json.dumps(known | claim))


def test_a_second_run_is_refused_and_told_of_the_first(tmp_path, holder):
    with pytest.raises(RunError, match=rf"a run is going on \(process {holder.pid} on "):
        take_claim(tmp_path, False, take_over=True)


def test_a_killed_run_does_not_keep_the_claim_though_its_job_goes_on(tmp_path, holder):
    earlier = json.loads(claim_file(tmp_path).read_text())
    holder.kill()
    holder.wait()
    claim, found, locked = take_claim(tmp_path, True, take_over=False)
    assert found == Claim(**earlier)
    assert found.pid == holder.pid
    assert claim.token != found.token
    assert not locked
    assert json.loads(claim_file(tmp_path).read_text())["token"] == claim.token


def test_the_lock_of_a_dead_run_of_this_machine_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr("valueadded.run.claim.gethostname", lambda: "here")
    lock(tmp_path, host="here")
    _, earlier, locked = take_claim(tmp_path, False, take_over=False)
    assert locked
    assert earlier.token == "earlier"


@pytest.mark.parametrize(
    ("claim", "owner"),
    [({"host": "elsewhere"}, r"process 1 on elsewhere"), ({}, r"not started by `valueadded run`")],
)
def test_a_lock_whose_owner_cannot_be_seen_is_kept(claim, owner, tmp_path):
    lock(tmp_path, **claim)
    with pytest.raises(RunError, match=owner + r".*--take-over"):
        take_claim(tmp_path, False, take_over=False)
    assert take_claim(tmp_path, False, take_over=True)[2]


def python_called(words, folder):
    """A process with these words on its command line, that has begun: before it has, it shows no words."""
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", *words]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="this system does not show its processes")
def test_a_living_snakemake_without_a_claim_keeps_its_lock(tmp_path):
    lock(tmp_path)
    with python_called(["snakemake"], tmp_path) as living:
        try:
            assert list(drivers_of(tmp_path)) == [living.pid]
            assert drivers_of(tmp_path.parent) == {}
            with pytest.raises(RunError, match=f"process {living.pid}"):
                take_claim(tmp_path, False, take_over=True)
        finally:
            living.kill()
    with python_called(["snakemake", "--mode", "remote"], tmp_path) as job:
        try:
            assert drivers_of(tmp_path) == {}
        finally:
            job.kill()


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="this system does not show its processes")
def test_what_opens_the_lock_for_a_run_that_was_killed_is_waited_for(tmp_path, monkeypatch):
    lock(tmp_path)
    with python_called(["snakemake", "--unlock"], tmp_path) as left:
        try:
            monkeypatch.setattr("valueadded.run.claim.UNLOCK_SECONDS", 0.3)
            with pytest.raises(RunError, match=f"process {left.pid}"):
                take_claim(tmp_path, False, take_over=True)
            monkeypatch.setattr("valueadded.run.claim.UNLOCK_SECONDS", 60)
            waited = []
            monkeypatch.setattr("valueadded.run.claim.time.sleep", lambda _: waited.append(left.kill()))
            assert take_claim(tmp_path, False, take_over=True)[2]
            assert waited
        finally:
            left.kill()
