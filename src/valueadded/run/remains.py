"""What a killed run leaves: queued jobs, processes that go on, half-written files, a lock."""

import getpass
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from valueadded.errors import RunError
from valueadded.ownership import CLAIM
from valueadded.run.claim import Claim, in_words

# A site decides how long Slurm waits for a cancelled job to end by itself: 30 seconds by default.
CANCEL_SECONDS = 300
END_SECONDS = 10


def clear_remains(folder: Path, earlier: Claim | None) -> None:
    """End the jobs of the run before, and remove what they had half written.

    Raises
    ------
    RunError
        If jobs on the cluster do not end.
    """
    if earlier is not None:
        if earlier.slurm:
            cancel_jobs(earlier.job_prefix)
        end_processes(earlier.token)
    for part in (folder / "results").rglob(".*.part"):
        part.unlink(missing_ok=True)


def unlock_study(folder: Path, earlier: Claim | None, command: Sequence[str]) -> None:
    """Open the lock of a dead run with Snakemake's own `command`.

    Raises
    ------
    RunError
        If Snakemake refuses.
    """
    print(f"valueadded: taking over from a run that was killed ({in_words(earlier)})", flush=True)
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise RunError(f"{folder}: cannot be unlocked:\n{told.stdout}{told.stderr}")


def cancel_jobs(prefix: str) -> None:
    """Cancel the Slurm jobs whose name begins with `prefix`, and wait until none is left.

    A job that went on would delete results of the new run if it failed.

    Raises
    ------
    RunError
        If they are still there after five minutes.
    """
    jobs = queued_jobs(prefix)
    if not jobs:
        return
    print(f"valueadded: cancelling Slurm jobs of a run that ended: {', '.join(jobs)}", flush=True)
    subprocess.run(["scancel", *jobs], check=False)
    deadline = time.monotonic() + CANCEL_SECONDS
    while jobs := queued_jobs(prefix):
        if time.monotonic() > deadline:
            raise RunError(f"Slurm jobs {', '.join(jobs)} of a run that ended do not stop; try again later")
        time.sleep(1)


def queued_jobs(prefix: str) -> list[str]:
    """Return the Slurm jobs of this user that wait or run and whose name begins with `prefix`.

    Raises
    ------
    RunError
        If Slurm does not answer.
    """
    question = ["squeue", "--noheader", f"--user={getpass.getuser()}", "--format=%A %j"]
    answer = subprocess.run(question, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise RunError(
            f"squeue does not say which jobs an earlier run left ({answer.stderr.strip()}); try again later"
        )
    jobs = [line.split(maxsplit=1) for line in answer.stdout.splitlines()]
    return [number for number, name in jobs if name.startswith(prefix)]


def end_processes(token: str) -> None:
    """End the jobs of a run on this machine: those that carry its token in their environment."""
    deadline = time.monotonic() + END_SECONDS
    while jobs := processes_of(token):
        for job in jobs:
            try:
                os.kill(job, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.1)


def processes_of(token: str) -> list[int]:
    """Return the processes on this machine that carry the token; none where the system does not show them."""
    mark = f"{CLAIM}={token}:".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # ended meanwhile, or another user's
    return found
