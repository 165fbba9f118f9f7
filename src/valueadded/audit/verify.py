"""Is a run still what its manifest says? Files that were edited, are gone or came later, and its input."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valueadded.audit.files import KEY_NAME, digest_file, list_files

SHOWN = 8


@dataclass(frozen=True)
class Verification:
    """What a folder holds beside what its manifest says; names of files.

    n_checked : files of the manifest that were looked for
    edited : there, with other bytes
    missing : not there
    unlisted : there, but not in the manifest: made by another target, or put there by hand
    """

    n_checked: int
    edited: tuple[str, ...]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Return whether every file of the manifest is there, as it was."""
        return not self.edited and not self.missing


def verify_folder(folder: Path, outputs: Mapping[str, str], within: str = "results/") -> Verification:
    """Return how the files of a folder compare with the digests of a manifest.

    Parameters
    ----------
    folder
        Folder that stands for `within`.
    outputs
        `outputs` of a manifest: file -> digest.
    within
        Only files of the manifest below this are looked for.
    """
    listed = {name: digest for name, digest in outputs.items() if name.startswith(within)}
    places = {name: folder / name.removeprefix(within) for name in listed}
    missing = [name for name, place in places.items() if not place.is_file()]
    edited = [
        name for name, place in places.items() if name not in missing and digest_file(place) != listed[name]
    ]
    present = {within + path.relative_to(folder).as_posix() for path in list_files(folder)}
    return Verification(len(listed), tuple(edited), tuple(missing), tuple(sorted(present - set(listed))))


@dataclass(frozen=True)
class InputCheck:
    """What the input files hold now beside what the manifest says; names of files.

    n_checked : files that were looked for
    changed : there, with other bytes, whatever their date
    missing : not there
    """

    n_checked: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]


def verify_inputs(data: Path, inputs: Mapping[str, str]) -> InputCheck:
    """Return how confidential input files compare with the digests of a manifest; generated ones are outputs.

    Parameters
    ----------
    data
        The data folder.
    inputs
        `inputs` of a manifest: name from the data folder -> digest.
    """
    listed = {
        name: digest
        for name, digest in inputs.items()
        if name != KEY_NAME and not name.startswith("results/")
    }
    missing = [name for name in listed if not (data / name).is_file()]
    changed = [name for name in listed if name not in missing and digest_file(data / name) != listed[name]]
    return InputCheck(len(listed), tuple(changed), tuple(missing))


def describe_verification(found: Verification, inputs: InputCheck, manifest: Mapping[str, Any]) -> str:
    """Return what was found in words, at most 40 lines."""
    commit = manifest["source"]["commit"][:12] or "unknown"
    lines = [
        f"{found.n_checked} files of the manifest (source {commit}): "
        + ("all as they were" if found.holds else "not all as they were")
    ]
    if inputs.n_checked:
        same = "all as they were" if not inputs.changed + inputs.missing else "not all as they were"
        lines.append(f"{inputs.n_checked} input files: {same}")
    for words, names in (
        ("edited", found.edited),
        ("missing", found.missing),
        ("input changed since the run", inputs.changed),
        ("input missing", inputs.missing),
    ):
        lines += [f"  {words}: {name}" for name in names[:SHOWN]]
        if len(names) > SHOWN:
            lines.append(f"  {words}: {len(names) - SHOWN} more")
    if found.unlisted:
        lines.append(f"{len(found.unlisted)} files are not in the manifest, the first {found.unlisted[0]}")
    return "\n".join(lines) + "\n"
