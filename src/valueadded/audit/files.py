"""Digests of files, and which files a manifest speaks of."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

NAME = "manifest.json"
KEPT = "manifest.json.gz"  # of the default run, committed
KEY_NAME = "student key"  # among the inputs: its fingerprint, not a file of the data folder
DESCRIPTION = "README.md"  # of the folder of results, part of the source
# What a run consists of beside its data: everything an edit of could change a number.
CODE = (
    "Snakefile", "workflow/**/*.smk", "workflow/schemas/*.yaml", "workflow/report/*.rst", "scripts/*.py",
    "profiles/**/*.yaml", "src/valueadded/**/*.py", "src/valueadded/**/*.yaml", "envs/*.lock", "envs/*.yaml",
    "pyproject.toml",
)  # fmt: skip
BLOCK = 1 << 20


def list_files(results: Path) -> list[Path]:
    """Return every file of a folder of results, sorted, but its description, manifests and hidden files."""
    return [
        path
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.name not in (NAME, KEPT, DESCRIPTION) and not path.name.startswith(".")
    ]


def digest_tree(root: Path, patterns: Iterable[str]) -> dict[str, str]:
    """Return file -> digest of every file under `root` that a pattern names, sorted."""
    files = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    return {path.relative_to(root).as_posix(): digest_file(path) for path in sorted(files)}


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    content = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            content.update(block)
    return content.hexdigest()
