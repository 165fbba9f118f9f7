"""Was a result edited since its run? Asked before a new manifest would call the edit a result."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from valueadded.audit.compare import differing, find_causes
from valueadded.audit.files import list_files
from valueadded.checksum import is_whole
from valueadded.errors import AuditError

# The manifest before, beside the one that a new run removes first.
BEFORE = ".manifest.json"
SHOWN = 5


def refuse_edits(before: Mapping[str, Any] | None, now: Mapping[str, Any], results: Path) -> None:
    """Refuse results that the workflow did not write.

    A table without its checksum was written by something else. And where nothing that went in differs from
    the run before, nothing that came out may: a workflow that repeats itself did not make the difference.

    Parameters
    ----------
    before
        Manifest of the run before in the same folder; None for the first.
    now
        Manifest that is about to be written.
    results
        The folder of results.

    Raises
    ------
    AuditError
        Naming the first files.
    """
    tables = [path for path in list_files(results) if path.suffix == ".parquet"]
    names = [path.relative_to(results.parent).as_posix() for path in tables if not _is_whole(path)]
    if before is not None and not list(find_causes(before, now)):
        # A file that is new may come from another target.
        names += [name for name, then, _ in differing(before["outputs"], now["outputs"]) if then != "absent"]
    if names:
        raise AuditError(
            f"{len(set(names))} results were not written by this workflow, first "
            f"{', '.join(sorted(set(names))[:SHOWN])}; nothing that went in explains them. Expected them as "
            "they were written: delete them and run again"
        )


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(is_whole(file))
