"""The commands `verify` and `audit`."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from valueadded.errors import AuditError

PROJECT = Path(__file__).parents[3]


def add_audit_commands(commands: Any) -> None:
    """Add `verify` and `audit` to the parser's commands."""
    verify = commands.add_parser("verify", help="say whether the results of a run are as its manifest says")
    verify.add_argument(
        "folder", type=Path, nargs="?", default=Path(), metavar="DIR", help="folder of the run"
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


def verify_run(chosen: argparse.Namespace) -> int:
    """Print whether a run is as its manifest says; return 0, or 1 if not."""
    # These load the table libraries, which no other command should wait for.
    from valueadded.audit.manifest import load_manifest
    from valueadded.audit.verify import describe_verification, verify_folder

    manifest = load_manifest(chosen.folder)
    found = verify_folder(chosen.folder / "results", manifest["outputs"])
    print(describe_verification(found, manifest), end="")
    return 0 if found.holds else 1


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
