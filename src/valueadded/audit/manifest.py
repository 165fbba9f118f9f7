"""The manifest of a run: digests of what went in, what ran and what came out; every published number."""

import gzip
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from valueadded.audit.environment import describe_environment, describe_source
from valueadded.audit.files import CODE, NAME, digest_file, digest_tree, list_files
from valueadded.audit.tables import list_numbers, read_ledger
from valueadded.errors import AuditError

FORMAT = 1
PACKED = b"\x1f\x8b"  # how a compressed file begins


def build_manifest(
    project: Path, folder: Path, inputs: Mapping[str, str | Path], config: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the manifest of a finished run, ready for JSON.

    Parameters
    ----------
    project
        Folder of the Snakefile.
    folder
        Folder of the run: holds config.yaml and results/.
    inputs
        Name -> place of every file the run read. Names are kept, places are not: a generated file is named
        from `folder` and a confidential one from the data folder, so that no folder outside is told.
    config
        The configuration, every default filled in.
    """
    results = folder / "results"
    return {
        "format": FORMAT,
        "source": describe_source(project),
        "config": json.loads(json.dumps(config)),
        # JSON makes texts of keys that are years; what is run again is this.
        "config_text": yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True),
        "inputs": {name: digest_file(folder / inputs[name]) for name in sorted(inputs)},
        "code": digest_tree(project, CODE),
        "environment": describe_environment(),
        "outputs": {path.relative_to(folder).as_posix(): digest_file(path) for path in list_files(results)},
        "ledger": read_ledger(results / "validation" / "ledger.parquet"),
        "published": list_numbers(results / "published"),
    }


def _plain(value: Any) -> Any:
    """Return a configuration in what YAML has: mappings, lists and single values."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def dump_manifest(manifest: Mapping[str, Any]) -> str:
    """Return the manifest as JSON: keys in order, a line for each entry, so that two are compared by eye."""
    return json.dumps(manifest, indent=0, sort_keys=False, ensure_ascii=False, allow_nan=False) + "\n"


def pack_manifest(manifest: Mapping[str, Any], published: Path) -> bytes:
    """Return a manifest to be kept, compressed: with every number of the release, where a run keeps digests.

    On another processor a number at the edge of two steps of rounding may fall to the other side; only with
    the number itself can that be told from a change.
    """
    whole = {**manifest, "published": list_numbers(published, float("inf"))}
    return gzip.compress(dump_manifest(whole).encode("utf-8"), mtime=0)


def load_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest at `path`: a file, or a folder that holds it, itself or in results/.

    Raises
    ------
    AuditError
        If there is none, it is not JSON, or of a format this version does not know.
    """
    places = [path] if path.is_file() else [path / NAME, path / "results" / NAME, path.parent / NAME]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise AuditError(f"{path}: no {NAME} there; expected a manifest, or a folder of a finished run")
    try:
        content = found.read_bytes()
        manifest = json.loads(gzip.decompress(content) if content.startswith(PACKED) else content)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise AuditError(f"{found}: not JSON ({fault}); expected a manifest as a run writes it") from None
    given = manifest.get("format") if isinstance(manifest, dict) else None
    if given != FORMAT:
        raise AuditError(f"{found}: manifest of format {given!r}; expected {FORMAT}")
    return dict(manifest)
