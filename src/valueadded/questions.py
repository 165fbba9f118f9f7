"""Commands that answer a question about results, or about a study to come: `explain` and `plan`."""

import argparse
import shlex
from pathlib import Path
from typing import Any

from valueadded.errors import ConfigError


def add_explain(commands: Any) -> None:
    """Add the command that says where one school stands."""
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

    from valueadded.config.whole import Config, check_config
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
