"""Which run may put results under their names: the one that holds the claim of the study.

A run that is killed leaves jobs behind that know nothing of it. One of them may finish long after the run
that took its place has written the same file. So a job asks, at the last moment, whether its run still holds
the claim; only a study run by `valueadded run` has one.
"""

import json
import os
from pathlib import Path

from valueadded.errors import OwnershipError

# In the environment of every job: the token of its run, a colon, the file of the claim.
CLAIM = "VALUEADDED_CLAIM"


def rename_if_owner(beside: Path, target: Path) -> None:
    """Rename `beside` to `target`, unless another run has taken over the study since this job began.

    Raises
    ------
    OwnershipError
        If the claim is another run's by now; `target` is left as it is.
    """
    claim = os.environ.get(CLAIM)
    if claim:
        token, _, path = claim.partition(":")
        holder = holder_of(Path(path))
        if holder != token:
            raise OwnershipError(
                f"{target}: not written, because the run of this job ({token}) has ended and another"
                f" ({holder or 'unknown'}) has the study now"
            )
    beside.replace(target)


def holder_of(path: Path) -> str | None:
    """Return the token of the run that holds the claim at `path`, or None if nobody can be named."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["token"]
    except (OSError, ValueError, KeyError):
        return None


def write_bytes(content: bytes, path: str | Path) -> None:
    """Write bytes, whole or not at all: beside, synced, then renamed while the run owns its study."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        rename_if_owner(beside, target)
    finally:
        beside.unlink(missing_ok=True)
