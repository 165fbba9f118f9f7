"""The command `valueadded moments`."""

import argparse
from pathlib import Path
from typing import Any

MINIMUM = 10


def add_moments(commands: Any, made_by: str) -> None:
    """Add the command to the parser of commands; `made_by` names program and version."""
    moments = commands.add_parser(
        "moments",
        help="write the moments of every school for another agency, without students",
        description="Write what it takes to fit this study's schools together with those of other agencies:"
        " means and cross-products of each school, no student. Schools with few students, or with small"
        " groups of them, are left out and counted.",
    )
    moments.add_argument("folder", type=Path, metavar="DIR", help="folder to make")
    moments.add_argument("--agency", required=True, help="name of the agency: letters, digits, _ and -")
    moments.add_argument(
        "--minimum",
        type=int,
        default=MINIMUM,
        help=f"least students in a school and in each of its groups (default {MINIMUM})",
    )
    moments.add_argument(
        "--directory", type=Path, default=Path(), metavar="DIR", help="folder with the results of the study"
    )
    moments.set_defaults(run=lambda chosen: print(write_moments(chosen, made_by), end=""))


def write_moments(chosen: argparse.Namespace, made_by: str) -> str:
    """Write a folder of moments and return what is in it, in words."""
    # The table libraries take a second that other commands should not wait for.
    from valueadded.exchange.bundle import MANIFEST, write_bundle

    bundle = write_bundle(chosen.folder, chosen.agency, chosen.directory, chosen.minimum, made_by)
    lines = [
        f"{cohort.file}: {cohort.n_schools} schools, {cohort.n_students} students; withheld"
        f" {cohort.withheld_small} small schools, {cohort.withheld_cells} with small groups,"
        f" {cohort.withheld_constant} with one score for all"
        for cohort in bundle.cohorts
    ]
    return "\n".join([*lines, f"{chosen.folder / MANIFEST} describes them"]) + "\n"
