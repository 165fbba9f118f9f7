"""Commands for people; the workflow itself is run by Snakemake."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from valueadded.audit.commands import add_audit_commands
from valueadded.check_data.command import add_check_data
from valueadded.errors import ConfigError, ValueAddedError
from valueadded.exchange.command import add_moments
from valueadded.questions import add_explain, add_plan
from valueadded.run import run_study

TEMPLATES = {"config.yaml": "config.yaml", "README.md": "README.md", "gitignore": ".gitignore"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: its own, 0, or 1 if it is refused."""
    parser = build_parser()
    chosen, further = parser.parse_known_args(arguments)
    if "options" in chosen:  # those of another program
        chosen.options = further
    elif further:
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    try:
        return chosen.run(chosen) or 0
    except ValueAddedError as refusal:
        print(f"valueadded: {refusal}", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; every command stores the function it runs as `run`."""
    parser = argparse.ArgumentParser(prog="valueadded", description="School effects that anyone can re-run.")
    parser.add_argument("--version", action="version", version=f"valueadded {installed_version()}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="make a folder with a commented config.yaml for your own files")
    init.add_argument(
        "folder", type=Path, metavar="DIR", help="folder to make, or an existing one without config.yaml"
    )
    init.set_defaults(run=lambda chosen: print(start_study(chosen.folder)))
    key = commands.add_parser("key", help="make a key that student identifiers are hashed with")
    key.add_argument("file", type=Path, metavar="FILE", help="file to make, outside the repository")
    key.set_defaults(run=lambda chosen: print(make_key_file(chosen.file)))
    dictionary = commands.add_parser("dictionary", help="print the data dictionary as Markdown")
    dictionary.set_defaults(run=lambda chosen: print(data_dictionary(), end=""))
    add_explain(commands)
    add_plan(commands)
    add_check_data(commands)
    add_moments(commands, f"valueadded {installed_version()}")
    add_audit_commands(commands)
    add_run(commands)
    return parser


def add_run(commands: Any) -> None:
    """Add the command that runs a study; what it does not know itself goes to Snakemake."""
    run = commands.add_parser(
        "run",
        allow_abbrev=False,
        help="run a study with options of Snakemake, also after a run of it was killed",
        usage="valueadded run [--take-over] [options and targets of snakemake]",
    )
    run.add_argument(
        "--take-over", action="store_true", help="the earlier run, on another machine, is known to have ended"
    )
    run.set_defaults(options=[], run=lambda chosen: run_study(chosen.options, chosen.take_over))


def installed_version() -> str:
    """Return the version of the installed package, or words for a source tree that is not installed."""
    try:
        return version("valueadded")
    except PackageNotFoundError:
        return "(not installed)"


def start_study(folder: Path) -> str:
    """Make a folder for a study of the user's own files and return what to do next.

    Raises
    ------
    ConfigError
        If the folder has a config.yaml already (nothing is then written), or cannot be made.
    """
    if (folder / "config.yaml").exists():
        raise ConfigError(
            f"{folder / 'config.yaml'} exists already; expected a folder without one, to overwrite nothing"
        )
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for template, name in TEMPLATES.items():
            if not (folder / name).exists():
                content = files("valueadded").joinpath("templates", template).read_text(encoding="utf-8")
                (folder / name).write_text(content, encoding="utf-8")
    except OSError as fault:
        raise ConfigError(
            f"{folder}: cannot be made ({fault.strerror}); expected a folder you may write to"
        ) from None
    place = folder.resolve()
    return (
        f"{place} is ready. Put your files into its folder data, describe them in its config.yaml and run,\n"
        f"in the folder of the project: snakemake --directory {shlex.quote(str(place))} --cores 2"
    )


def make_key_file(path: Path) -> str:
    """Write a random key to a new file for its owner alone, and return what to do with it.

    Raises
    ------
    ConfigError
        If the file exists already, or cannot be made.
    """
    from valueadded.table_io import write_private
    from valueadded.validation.student_key import make_key

    if path.exists():
        raise ConfigError(
            f"{path} exists already; expected a new file, since without the old key no hash can be made again"
        )
    try:
        write_private(f"{make_key()}\n", path)
    except OSError as fault:
        raise ConfigError(
            f"{path}: cannot be made ({fault.strerror}); expected a folder you may write to"
        ) from None
    return (
        f"{path} is for its owner alone. Name it in config.yaml, under input: student_key: {path.resolve()}"
    )


def data_dictionary() -> str:
    """Return the data dictionary of every table and reason code as Markdown."""
    # Contracts load the table libraries, which no other command should wait for.
    from valueadded.cohorts.reasons import REASONS as COHORT_REASONS
    from valueadded.cohorts.reasons import STEPS
    from valueadded.contracts.dictionary import describe_tables
    from valueadded.layered.findings import FINDINGS
    from valueadded.validation.reasons import NOTES, REFUSALS
    from valueadded.validation.reasons import REASONS as VALIDATION_REASONS

    return describe_tables(
        {
            "Reasons in the quarantine": VALIDATION_REASONS,
            "Notes on accepted files": NOTES,
            "Rules by which a file is refused": REFUSALS,
            "Steps of the attrition account": STEPS,
            "Reasons in the attrition account": COHORT_REASONS,
            "Findings among scores and teachers": {code: words for code, (_, words) in FINDINGS.items()},
        }
    )


if __name__ == "__main__":
    sys.exit(main())
