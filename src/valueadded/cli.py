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

TEMPLATES = {"config.yaml": "config.yaml", "README.md": "README.md", "gitignore": ".gitignore"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: its own, 0, or 1 if it is refused."""
    chosen = build_parser().parse_args(arguments)
    try:
        return chosen.run(chosen) or 0
    except ValueAddedError as refusal:
        print(f"valueadded: {refusal}", file=sys.stderr)
        return 1


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; every command stores the function it runs as `run`."""
    parser = argparse.ArgumentParser(
        prog="valueadded", description="School effects that anyone can re-run. Studies are run by Snakemake."
    )
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
    explain = commands.add_parser(
        "explain", help="say in three sentences what the results hold about a school"
    )
    explain.add_argument("school", metavar="SCHOOL", help="identifier of the school, leading zeros included")
    explain.add_argument("--domain", help="tested domain; default: every domain, three sentences each")
    explain.add_argument("--year", type=int, help="outcome year; default: the school's latest")
    explain.add_argument(
        "--directory", type=Path, default=Path(), metavar="DIR", help="folder with config.yaml and results"
    )
    explain.set_defaults(
        run=lambda chosen: print(
            explain_school(chosen.directory, chosen.school, chosen.domain, chosen.year), end=""
        )
    )
    add_plan(commands)
    add_audit_commands(commands)
    add_check_data(commands)
    add_moments(commands, f"valueadded {installed_version()}")
    return parser


def add_plan(commands: Any) -> None:
    """Add the command that plans a study of schools' means and variances."""
    plan = commands.add_parser(
        "plan", help="print how many schools can be told from the average, by students in each"
    )
    numbers = {
        "scale-sd": "standard deviation of the school effects on the log variance",
        "school-variance": "variance of the school effects on the mean",
        "student-variance": "variance within the median school, of adjusted scores",
    }
    plan.add_argument("--students", type=int, nargs="+", required=True, help="students in each school")
    for name, words in numbers.items():
        plan.add_argument(f"--{name}", type=float, required=True, metavar="NUMBER", help=words)
    plan.add_argument("--schools", type=int, default=100, help="schools in the study (default 100)")
    plan.add_argument(
        "--share", type=float, help="also print the least size that separates this share on variance"
    )
    plan.set_defaults(run=lambda chosen: print(plan_study(chosen), end=""))


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


def plan_study(chosen: argparse.Namespace) -> str:
    """Return the plan of a study as Markdown.

    Raises
    ------
    DesignError
        If a number is not possible.
    """
    from valueadded.location_scale import plan_location_scale, students_needed

    table = plan_location_scale(
        chosen.students, chosen.scale_sd, chosen.school_variance, chosen.student_variance, chosen.schools
    )
    lines = [
        "| students in each school | separated on mean (%) | separated on variance (%) | schools separated on"
        " variance | schools needed to find that variances differ |",
        "|---:|---:|---:|---:|---:|",
        *(
            f"| {row['n_students']} | {100 * row['share_separated_mean']:.0f} |"
            f" {100 * row['share_separated_variance']:.0f} | {row['schools_separated_variance']:.0f} of"
            f" {row['n_schools']} | {row['schools_needed']} |"
            for row in table.to_dict("records")
        ),
    ]
    if chosen.share is not None:
        least = students_needed(chosen.share, chosen.scale_sd)
        lines += ["", f"{least} students in each school separate {100 * chosen.share:.0f}% on variance."]
    return "\n".join(lines) + "\n"


def explain_school(folder: Path, school: str, domain: str | None, year: int | None) -> str:
    """Return what the results in `folder` say about one school.

    Raises
    ------
    ConfigError
        If the folder has no usable config.yaml, its study has no benchmark, or the results are not there.
    ContractError
        If the tables hold nothing about this school, domain or year.
    """
    import yaml

    from valueadded.config import Config, check_config
    from valueadded.contracts.benchmark import DRIFT
    from valueadded.contracts.mixed import JOINT_CHANGES
    from valueadded.effects.explain import find_standings
    from valueadded.effects.wording import three_sentences
    from valueadded.table_io import read_table

    path = folder / "config.yaml"
    if not path.is_file():
        raise ConfigError(f"{path} does not exist; expected the folder of a study, named with --directory")
    try:
        settings = check_config(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as fault:
        raise ConfigError(f"{path}: not YAML ({fault})") from None
    if not isinstance(settings, Config) or settings.benchmark is None:
        raise ConfigError(f"{path}: no section benchmark; expected one, since changes are measured from it")
    tables = [
        folder / "results" / name for name in ("mixed/joint_changes.parquet", "benchmark/drift.parquet")
    ]
    for table in tables:
        if not table.is_file():
            raise ConfigError(
                f"{table} does not exist; run the workflow first:"
                f" snakemake --directory {shlex.quote(str(folder))} --cores 2"
            )
    changes, drift = read_table(tables[0], JOINT_CHANGES), read_table(tables[1], DRIFT)
    found = find_standings(changes, drift, school, max(settings.benchmark.years), domain, year)
    unit, confidence = settings.figures.score_unit, settings.effects.confidence
    parts = ["\n".join(three_sentences(standing, unit, confidence)) for standing in found]
    notice = "Descriptive, not causal; not for judging schools automatically."
    return "\n\n".join([*parts, notice]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
