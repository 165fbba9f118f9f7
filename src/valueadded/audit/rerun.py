"""Whether a published result is the same when run again; if not, what could have made the difference."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from valueadded.audit.compare import COULD_NOT_RUN, Cause, Comparison, compare_manifests, find_causes
from valueadded.audit.environment import describe_environment
from valueadded.audit.files import CODE, KEY_NAME, digest_tree
from valueadded.audit.manifest import load_manifest
from valueadded.audit.tables import list_numbers
from valueadded.audit.verify import verify_folder
from valueadded.errors import AuditError

PUBLISHED = "results/published/"
GENERATED = "results/synthetic/"
WHOLE_TABLES = float("inf")
LAST_LINES = 8
ONLY_MANIFEST = "the published files themselves: only a manifest was given"
INPUTS_TAKEN = "how the input files came to be: their digests are compared, not their making"


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    verdict : one of the four of `compare`
    comparison : None where nothing could be run
    causes : everything that could have made a difference, edits of what was published first
    unchecked : what could not be checked, in words
    reason : why nothing could be run; empty otherwise
    manifest : the manifest that was audited
    """

    verdict: str
    comparison: Comparison | None
    causes: tuple[Cause, ...]
    unchecked: tuple[str, ...]
    reason: str
    manifest: Mapping[str, Any]


def audit_release(published: Path, project: Path, run: Callable[[Mapping[str, Any]], Path]) -> Audit:
    """Return whether a published result comes out again.

    Parameters
    ----------
    published
        Folder of a release with its manifest, or a manifest alone; then no edit of a release is seen, and of
        long tables only that a row differs.
    project
        Folder of the Snakefile.
    run
        Takes the manifest and returns the folder of a finished run, to compare with; raises AuditError where
        there is none.
    """
    then = load_manifest(published)
    whole = published.is_dir() and any(published.glob("*.parquet"))
    edits = tuple(_find_edits(published, then)) if whole else ()
    unchecked = () if whole else (ONLY_MANIFEST,)
    if whole:
        then = {**then, "published": list_numbers(published, WHOLE_TABLES)}
    try:
        folder = run(then)
        now = load_manifest(folder)
    except AuditError as fault:
        here = {**then, "code": digest_tree(project, CODE), "environment": describe_environment()}
        lost = tuple(f"{name}: its digest is {digest[:12]}..." for name, digest in then["inputs"].items())
        causes = (*edits, *find_causes(then, here))
        return Audit(COULD_NOT_RUN, None, causes, (*unchecked, "every number", *lost), str(fault), then)
    if all("numbers" in table for table in then["published"].values()):
        now = {**now, "published": list_numbers(folder / PUBLISHED, WHOLE_TABLES)}
    comparison = compare_manifests(then, now)
    if edits:
        # An edited release differs from what its run wrote, whatever came out again.
        names = {*comparison.outputs, *(edit.name for edit in edits)}
        comparison = replace(comparison, outputs=tuple(sorted(names)))
    return Audit(
        comparison.verdict, comparison, (*edits, *comparison.causes), (*unchecked, INPUTS_TAKEN), "", then
    )


def run_again(then: Mapping[str, Any], project: Path, scratch: Path, study: Path | None, cores: int) -> Path:
    """Run the workflow in an empty folder and return that folder.

    Parameters
    ----------
    then
        The manifest; its configuration is run unless `study` is given.
    study
        Folder with a config.yaml, whose data folder lies there too unless VALUEADDED_DATA names it. Needed
        where the study read confidential files.

    Raises
    ------
    AuditError
        If there is no Snakefile, the data are not there, the folder is not empty, or Snakemake fails: with
        the end of what it said.
    """
    if not (project / "Snakefile").is_file():
        raise AuditError(f"{project}: no Snakefile; expected the folder of the project (--project)")
    # The key of student identifiers is no file of the data; that of invented ones is made again.
    confidential = {name for name in then["inputs"] if not name.startswith(GENERATED)} - {KEY_NAME}
    if confidential and study is None:
        raise AuditError(
            "the study read confidential files; expected the folder of its config.yaml and data (--directory)"
        )
    scratch.mkdir(parents=True, exist_ok=True)
    if any(scratch.iterdir()):
        raise AuditError(f"{scratch}: not empty; expected an empty folder to run in (--scratch)")
    environment = dict(os.environ)
    if study is None:
        text = then["config_text"]
    else:
        text = (study / "config.yaml").read_text(encoding="utf-8")
        folder = (yaml.safe_load(text) or {}).get("data_folder", "data")
        environment.setdefault("VALUEADDED_DATA", str((study / folder).resolve()))
    (scratch / "config.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(project / "Snakefile")]
    command += ["--directory", str(scratch), "--cores", str(cores)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        last = "\n".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise AuditError(f"the workflow ended with status {done.returncode}:\n{last}")
    return scratch


def _find_edits(published: Path, then: Mapping[str, Any]) -> list[Cause]:
    """Return what was changed in a published folder since its run wrote it."""
    found = verify_folder(published, then["outputs"], PUBLISHED)
    written = "as the run wrote it"
    return [
        *(Cause("edit", name, written, "edited since") for name in found.edited),
        *(Cause("edit", name, written, "missing") for name in found.missing),
        *(Cause("edit", name, "absent", "put there since") for name in found.unlisted),
    ]
