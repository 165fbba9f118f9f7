"""The claim of a run on its study: one run at a time, also after the last one was killed.

Snakemake's own lock is a file that stays when its process dies. The claim is a lock of the operating system,
which ends with the process, whatever ends it; jobs do not inherit it.
"""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from socket import gethostname
from uuid import uuid4

from valueadded.errors import RunError

UNLOCK_SECONDS = 60


@dataclass(frozen=True)
class Claim:
    """A run: its token, the host and number of its process, when it began, whether it could reach Slurm."""

    token: str
    host: str
    pid: int
    started: str
    slurm: bool

    @property
    def job_prefix(self) -> str:
        """What the names of the run's jobs on a cluster begin with."""
        return f"valueadded-{self.token}"


def claim_file(folder: Path) -> Path:
    """Return the file that says who runs the study."""
    return folder / ".snakemake" / "valueadded.json"


def take_claim(folder: Path, slurm: bool, take_over: bool) -> tuple[Claim, Claim | None, bool]:
    """Claim the study in `folder` for this process.

    From the moment the new token is in the file, jobs of an earlier run cannot name their results any more.

    Returns
    -------
    The claim; that of the run before, if there was one; whether that run left the study locked.

    Raises
    ------
    RunError
        If a run is going on, or may be: the study is locked and its owner cannot be seen from here.
    """
    path = claim_file(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o664)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = in_words(read_claim(path))
        raise RunError(f"{folder}: a run is going on ({owner}); wait for it or end it") from None
    except OSError as fault:
        raise RunError(
            f"{folder}: this file system has no locks ({fault.strerror}); expected one that has, or call"
            " snakemake itself and see to it that one run goes on at a time"
        ) from None
    earlier = read_claim(path)
    locked = any((folder / ".snakemake" / "locks").glob("*.lock"))
    if locked:
        try:
            refuse_if_alive(folder, earlier, take_over)
        except RunError:
            os.close(descriptor)
            raise
    claim = Claim(uuid4().hex[:12], gethostname(), os.getpid(), f"{datetime.now():%Y-%m-%d %H:%M:%S}", slurm)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, json.dumps(asdict(claim)).encode())
    os.fsync(descriptor)
    # Kept by the program this process becomes.
    os.set_inheritable(descriptor, True)
    return claim, earlier, locked


def read_claim(path: Path) -> Claim | None:
    """Return the claim in a file, or None if there is none to read."""
    try:
        return Claim(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None


def in_words(claim: Claim | None) -> str:
    """Return who holds a claim, for a message."""
    return f"process {claim.pid} on {claim.host}, since {claim.started}" if claim else "an unknown process"


def refuse_if_alive(folder: Path, earlier: Claim | None, take_over: bool) -> None:
    """Refuse to open a lock whose owner lives, or of whom it cannot be told.

    The claim is free, so a run that this command started is dead, unless it holds the claim on a host whose
    locks are not seen here. Snakemake called by itself has no claim.

    Raises
    ------
    RunError
        Naming the owner, and what to do.
    """
    # A run that is killed while it opens an earlier one's lock leaves the process that does so, for a second.
    patient = time.monotonic() + UNLOCK_SECONDS
    while (living := drivers_of(folder)) and time.monotonic() < patient:
        if not all("--unlock" in words for words in living.values()):
            break
        time.sleep(0.1)
    if living:
        raise RunError(f"{folder}: a run is going on (process {next(iter(living))}); wait for it or end it")
    if take_over or (earlier is not None and earlier.host == gethostname()):
        return
    owner = in_words(earlier) if earlier else "not started by `valueadded run`"
    raise RunError(
        f"{folder}: locked by a run ({owner}) that cannot be seen from {gethostname()}; if it has ended, add"
        " --take-over"
    )


def drivers_of(folder: Path) -> dict[int, list[str]]:
    """Return the processes on this machine that run Snakemake in `folder`, with their words; not its jobs."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            here = (process / "cwd").readlink() == folder
        except OSError:
            continue  # ended meanwhile, or another user's
        if here and any(Path(word).name == "snakemake" for word in words[:4]) and "--mode" not in words:
            found[int(process.name)] = words
    return found
