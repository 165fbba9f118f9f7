"""The commands `verify`, `audit`, `keep`, `crate` and `materials`."""

import argparse
import datetime
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from valueadded.errors import AuditError

PROJECT = Path(__file__).parents[3]
RELEASE = "results/published/"


def add_audit_commands(commands: Any) -> None:
    """Add the commands to the parser's."""
    verify = commands.add_parser("verify", help="say whether the results of a run are as its manifest says")
    verify.add_argument(
        "folder", type=Path, nargs="?", default=Path(), metavar="DIR", help="folder of a run, or of a release"
    )
    verify.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder of confidential input files, if they are to be checked",
    )
    verify.set_defaults(run=verify_run)
    audit = commands.add_parser(
        "audit", help="run a published result again and say what differs; exit status 0, 1, 2 or 3"
    )
    audit.add_argument("published", type=Path, help="published folder, or a manifest")
    audit.add_argument(
        "--directory", type=Path, metavar="DIR", help="folder with config.yaml and data, to run instead"
    )
    audit.add_argument(
        "--finished", type=Path, metavar="DIR", help="compare with this finished run, run nothing"
    )
    audit.add_argument("--scratch", type=Path, metavar="DIR", help="empty folder to run in, kept afterwards")
    audit.add_argument("--project", type=Path, default=PROJECT, metavar="DIR", help="folder of the Snakefile")
    audit.add_argument("--cores", type=int, default=2, help="cores of the run (default 2)")
    audit.add_argument("--json", type=Path, metavar="FILE", help="write all that was found as JSON")
    audit.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    audit.set_defaults(run=audit_published)
    keep = commands.add_parser("keep", help="write the manifest of a run with every published number")
    keep.add_argument("folder", type=Path, help="folder of the run")
    keep.add_argument("file", type=Path, help="file to write, compressed")
    keep.set_defaults(run=keep_manifest)
    crate = commands.add_parser("crate", help="write a release and its workflow as a Workflow Run RO-Crate")
    crate.add_argument("published", type=Path, help="published folder")
    crate.add_argument("folder", type=Path, help="folder to make")
    crate.add_argument("--project", type=Path, default=PROJECT, metavar="DIR", help="folder of the Snakefile")
    crate.add_argument(
        "--date", type=datetime.date.fromisoformat, default=datetime.date.today(), help="of publication"
    )
    crate.add_argument("--licence", default="as the publisher says", help="of the data, address or words")
    crate.set_defaults(run=make_crate)
    materials = commands.add_parser("materials", help="print the bill of materials of the lock (CycloneDX)")
    materials.add_argument(
        "lock", type=Path, nargs="?", default=PROJECT / "envs" / "requirements.lock", metavar="LOCK"
    )
    materials.set_defaults(run=print_materials)


def verify_run(chosen: argparse.Namespace) -> int:
    """Print whether a run is as its manifest says; return 0, or 1 if not."""
    # These load the table libraries, which no other command should wait for.
    from valueadded.audit.manifest import load_manifest
    from valueadded.audit.verify import InputCheck, describe_verification, verify_folder, verify_inputs

    manifest = load_manifest(chosen.folder)
    run = chosen.folder / "results"
    whole = run.is_dir()
    found = verify_folder(
        run if whole else chosen.folder, manifest["outputs"], *(() if whole else (RELEASE,))
    )
    inputs = verify_inputs(chosen.data, manifest["inputs"]) if chosen.data else InputCheck(0, (), ())
    print(describe_verification(found, inputs, manifest), end="")
    return 0 if found.holds and not inputs.changed + inputs.missing else 1


def audit_published(chosen: argparse.Namespace) -> int:
    """Print what an audit found; return 0 to 3: same bytes, within tolerance, differs, could not run."""
    from valueadded.audit.compare import COULD_NOT_RUN, EXIT_STATUS
    from valueadded.audit.report import as_json, as_page, as_text
    from valueadded.audit.rerun import audit_release, run_again

    try:
        with tempfile.TemporaryDirectory() as spare:
            scratch = chosen.scratch or Path(spare) / "run"
            found = audit_release(
                chosen.published,
                chosen.project,
                lambda then: (
                    chosen.finished
                    or run_again(then, chosen.project, scratch, chosen.directory, chosen.cores)
                ),
            )
    except AuditError as fault:
        print(f"{COULD_NOT_RUN}\n{fault}")
        return EXIT_STATUS[COULD_NOT_RUN]
    if chosen.json:
        chosen.json.write_text(as_json(found), encoding="utf-8")
    if chosen.html:
        chosen.html.write_text(as_page(found), encoding="utf-8")
    print(as_text(found), end="")
    return EXIT_STATUS[found.verdict]


def keep_manifest(chosen: argparse.Namespace) -> None:
    """Write the manifest of a run with every published number, to be committed or sent."""
    from valueadded.audit.manifest import load_manifest, pack_manifest

    kept = pack_manifest(load_manifest(chosen.folder), chosen.folder / RELEASE)
    chosen.file.parent.mkdir(parents=True, exist_ok=True)
    chosen.file.write_bytes(kept)
    print(f"{chosen.file} holds the manifest of {chosen.folder}")


def make_crate(chosen: argparse.Namespace) -> None:
    """Write a release and the workflow that made it to a new folder."""
    from valueadded.audit.crate import write_crate
    from valueadded.audit.manifest import load_manifest

    manifest = load_manifest(chosen.published)
    write_crate(chosen.published, manifest, chosen.project, chosen.folder, chosen.date, chosen.licence)
    print(f"{chosen.folder} is a Workflow Run RO-Crate of {chosen.published}")


def print_materials(chosen: argparse.Namespace) -> None:
    """Print the bill of materials of a lock.

    Raises
    ------
    AuditError
        If the lock cannot be read, or is none.
    """
    from valueadded.audit.materials import list_materials

    try:
        lock = chosen.lock.read_text(encoding="utf-8")
    except OSError as fault:
        raise AuditError(
            f"{chosen.lock}: cannot be read ({fault.strerror}); expected a lock of pip"
        ) from None
    print(list_materials(lock, version("valueadded")), end="")
