"""Become Snakemake, once no other run has the study and nothing of a killed one is left.

The process is replaced rather than kept as a parent, so that a signal reaches Snakemake itself and nothing
can outlive it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from valueadded.ownership import CLAIM
from valueadded.run.claim import claim_file, take_claim
from valueadded.run.remains import clear_remains, unlock_study

PROJECT = Path(__file__).parents[3]
# Programs that stand in for those which need accounting; the reason is in the one that is there.
WITHOUT_ACCOUNTING = PROJECT / "profiles" / "slurm" / "without_accounting"
# Snakemake answers these without making anything, also while a run is going on.
ONLY_ASKS = {
    "--dag",
    "--detailed-summary",
    "--dry-run",
    "--dryrun",
    "--filegraph",
    "--help",
    "--lint",
    "--list-rules",
    "--report",
    "--rulegraph",
    "--summary",
    "--unlock",
    "--version",
    "-D",
    "-S",
    "-h",
    "-l",
    "-v",
}


def run_study(options: Sequence[str], take_over: bool = False) -> NoReturn:
    """Clear what a dead run left, claim the study and become Snakemake with `options`.

    Parameters
    ----------
    options
        Options and targets of Snakemake; `--directory` names the study.
    take_over
        Also when it cannot be told from here whether the earlier run is dead.

    Raises
    ------
    RunError
        If a run is going on, may be going on elsewhere, or left jobs that cannot be cancelled.
    """
    # Ours go first: whatever follows `--`, or an option that takes several values, is read to the end.
    display = ["--logger", "rich"] if shows_progress(options) else []
    command = [sys.executable, "-m", "snakemake", *display, "--rerun-incomplete", *find_snakefile(options)]
    if not only_asks(options):
        folder = study_folder(options)
        slurm = may_submit(options)
        claim, earlier, locked = take_claim(folder, slurm, take_over)
        clear_remains(folder, earlier)
        if locked:
            unlock_study(folder, earlier, [*command, "--unlock", "--quiet", "all", *options])
        if slurm:
            command += ["--slurm-jobname-prefix", claim.job_prefix]
            if not keeps_accounts():
                os.environ["PATH"] = f"{WITHOUT_ACCOUNTING}{os.pathsep}{os.environ['PATH']}"
        os.environ[CLAIM] = f"{claim.token}:{claim_file(folder)}"
    sys.stdout.flush()
    os.execv(sys.executable, [*command, *options])


def only_asks(options: Sequence[str]) -> bool:
    """Tell whether Snakemake is asked something, and is to make nothing."""
    return any(option.partition("=")[0] in ONLY_ASKS or option.startswith("-n") for option in options)


def shows_progress(options: Sequence[str]) -> bool:
    """Tell whether somebody looks on: then bars of what is done and left, instead of lines."""
    chosen = any(option.partition("=")[0] in ("--logger", "--quiet", "-q") for option in options)
    if chosen or only_asks(options) or not sys.stderr.isatty():
        return False
    return find_spec("snakemake_logger_plugin_rich") is not None


def option_value(options: Sequence[str], *names: str) -> str | None:
    """Return the value of the option with one of `names`, in any of the forms a command line allows."""
    for place, option in enumerate(options):
        if option == "--":
            break
        name, equals, value = option.partition("=")
        if name in names:
            return value if equals else next(iter(options[place + 1 :]), None)
        if option[:2] in names and not option.startswith("--"):
            return option[2:]
    return None


def study_folder(options: Sequence[str]) -> Path:
    """Return the folder that holds config.yaml and results."""
    return Path(option_value(options, "--directory", "-d") or ".").resolve()


def may_submit(options: Sequence[str]) -> bool:
    """Tell whether the run may submit jobs to Slurm: its programs are here, and an option leads to them."""
    executor = option_value(options, "--executor", "-e")
    if executor is None:
        profiles = [
            option_value(options, "--profile", "--workflow-profile"),
            os.environ.get("SNAKEMAKE_PROFILE"),
        ]
        chosen = any(profiles)
    else:
        chosen = executor == "slurm"
    return chosen and shutil.which("squeue") is not None


def keeps_accounts() -> bool:
    """Tell whether this cluster answers questions about past jobs."""
    if shutil.which("sacct") is None:
        return True  # then nobody asks it
    question = ["sacct", "--allocations", "--noheader", "--format=JobID"]
    return subprocess.run(question, capture_output=True, check=False).returncode == 0


def find_snakefile(options: Sequence[str]) -> list[str]:
    """Return the option that names the workflow, where Snakemake would not find it from here."""
    named = option_value(options, "--snakefile", "-s") is not None
    return [] if named or Path("Snakefile").exists() else ["--snakefile", str(PROJECT / "Snakefile")]
