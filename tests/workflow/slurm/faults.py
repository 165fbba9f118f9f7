"""What a scheduler does to jobs, done on purpose on a real Slurm: six faults, each ending in the same bytes.

Usage: faults.py [name of a case ...]      writes faults.md beside itself when all cases were run

Every case runs the first steps of a small study through the project's profile, with a fault planted in the
job that matches a cohort, and compares every result with an undisturbed run on the same machine.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from small_study import (
    CLUSTER,
    COHORT,
    ROOT,
    command,
    digests,
    edit_profile,
    environment,
    invent_study,
    start_cluster,
    stop_cluster,
)

HERE = Path(__file__).parent
TARGET = "results/cohorts/attrition.parquet"
PATIENCE = 1200
# Of what Snakemake says, the lines that tell the story.
TELLING = re.compile(
    r"SLURM jobid|SLURM-job|Trying to restart|Finished jobid|taking over|cancelling Slurm|Error in"
)


@dataclass
class Case:
    """One fault on its way: the study, the environment of its run, and the log."""

    folder: Path
    profile: Path
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)
    screen: str = ""

    def note(self, words: str) -> None:
        line = f"{datetime.now():%H:%M:%S}  {words}"
        print(line, flush=True)
        self.lines.append(line)

    def ask(self, *words: str) -> str:
        told = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False)
        return told.stdout.strip() or told.stderr.strip()

    def start(self, fault: str, *options: str, once: bool = True) -> subprocess.Popen[bytes]:
        """Start the run with a fault in the job of the cohort; its words go to a file."""
        kind = {"FAULT": f"match_cohort:{fault}"} if fault else {}
        mark = {"FAULT_ONCE": str(self.folder / "struck")} if once else {}
        self.note(f"valueadded run --workflow-profile profiles/slurm {' '.join(options)}".rstrip())
        with (self.folder / "screen").open("ab") as screen:
            return subprocess.Popen(
                command(self.folder, "--workflow-profile", str(self.profile), *options, "--", TARGET),
                cwd=ROOT,
                env=self.environment | kind | mark,
                stdout=screen,
                stderr=subprocess.STDOUT,
            )

    def tell(self) -> None:
        """Note what the run has said since it was last asked, in whole lines."""
        said = (self.folder / "screen").read_text(encoding="utf-8", errors="replace")
        whole = said[: said.rfind("\n") + 1]
        for line in whole[len(self.screen) :].splitlines():
            if TELLING.search(line):
                self.note("    " + re.sub(r" ?(\(log: .*|Detailed failure reason.*)", "", line.strip()))
        self.screen = whole

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, and tell what the run says meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise SystemExit("waited in vain")
            self.tell()
            time.sleep(0.2)
        self.tell()

    def finish(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the end of the run, which must be a good one."""
        self.wait_for(lambda: process.poll() is not None)
        if process.returncode != 0:
            raise SystemExit(f"{self.screen[-6000:]}\nthe run ended with {process.returncode}")
        self.note("the run ended with status 0")

    def tell_jobs(self) -> None:
        columns = "%A %T, %m asked, limit %l, %k"
        for line in self.ask(
            "squeue", "--noheader", "--states=all", "--sort=i", f"--format={columns}"
        ).splitlines():
            self.note("    Slurm: job " + line)

    def job_of_cohort(self) -> str:
        """Wait until the job of the cohort runs, and has met its fault; return its number."""
        self.wait_for(lambda: (self.folder / "struck").exists())
        listed = self.ask("squeue", "--noheader", "--states=running", "--format=%A %k")
        (job,) = [line.split()[0] for line in listed.splitlines() if "match_cohort" in line]
        self.note(f"job {job} (match_cohort) is running")
        return job


def fail_once(case: Case) -> None:
    """A job fails once, then passes."""
    case.finish(case.start("fail"))


def out_of_memory(case: Case) -> None:
    """A job is killed for using more memory than it asked for, then runs with twice as much."""
    case.finish(case.start("fill", once=False))


def time_limit(case: Case) -> None:
    """A job reaches its time limit (here one minute a try), then runs with a longer one."""
    case.finish(case.start("hang", "--set-resources", "match_cohort:runtime=attempt"))


def cancelled(case: Case) -> None:
    """Somebody cancels a running job with `scancel`; it is submitted again."""
    run = case.start("hang")
    job = case.job_of_cohort()
    case.note(f"scancel {job}")
    case.ask("scancel", job)
    case.finish(run)


def controller_killed(case: Case) -> None:
    """The controller goes away while a job runs, and comes back after the job has ended."""
    run = case.start("wait")
    case.job_of_cohort()
    case.note("the controller is killed with -9")
    subprocess.run([CLUSTER, "controller", "kill"], check=True)
    case.wait_for(lambda: (case.folder / COHORT).exists())
    case.note("the job has written its result; squeue says: " + case.ask("squeue"))
    time.sleep(5)
    subprocess.run([CLUSTER, "controller", "start"], check=True)
    case.note("the controller is back")
    case.finish(run)


def driver_killed(case: Case) -> None:
    """The driver is killed with -9 while a job runs; the same command cancels that job and finishes."""
    run = case.start("hang")
    job = case.job_of_cohort()
    run.send_signal(signal.SIGKILL)
    run.wait()
    seen = case.ask("squeue", "--noheader", f"--jobs={job}", "--format=%T")
    case.note(f"driver killed with -9; Slurm: job {job} {seen}")
    case.finish(case.start(""))


CASES = {
    case.__name__: case
    for case in (fail_once, out_of_memory, time_limit, cancelled, controller_killed, driver_killed)
}


def run_case(name: str, scratch: Path, ready: Path, expected: dict[str, str]) -> list[str]:
    """Run one case on a cluster of its own; return its log."""
    folder = Path(shutil.copytree(ready, scratch / name))
    found = start_cluster()
    found["PYTHONPATH"] = f"{HERE / 'faults'}:{found['PYTHONPATH']}"
    case = Case(folder, edit_profile(scratch / "profile"), found)
    case.note(f"{name}: {CASES[name].__doc__}")
    try:
        CASES[name](case)
        case.tell_jobs()
    finally:
        stop_cluster()
    if digests(folder) != expected:
        raise SystemExit(f"{name}: results differ from the undisturbed run")
    case.note(f"{len(expected)} files, the same bytes as the undisturbed run")
    return case.lines


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="valueadded-faults-") as place:
        scratch = Path(place)
        whole = invent_study(scratch / "whole")
        # The steps before the fault are taken once; every case starts from a copy of them.
        for folder, target in (
            (whole, "results/validation/ledger.parquet"),
            (scratch / "undisturbed", TARGET),
        ):
            if folder != whole:
                shutil.copytree(whole, folder)
            subprocess.run(
                command(folder, "--cores", "2", "--quiet", "all", "--", target),
                cwd=ROOT,
                env=environment(),
                check=True,
                stdout=subprocess.DEVNULL,
            )
        # The ledger is not on the way to the target, but is a result of both.
        expected = digests(scratch / "undisturbed")
        logs = [run_case(name, scratch, whole, expected) for name in names or CASES]
    if not names:
        write_page(logs)


def write_page(logs: list[list[str]]) -> None:
    """Write the log of every case beside this script."""
    # Unlike the others, this program says its version without a configuration.
    asked = [shutil.which("slurmd", path=f"{os.environ['PATH']}:/usr/sbin") or "slurmd", "-V"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    page = f"""# Faults of a scheduler, on a real one

Written by `tests/workflow/slurm/faults.py` on {datetime.now():%Y-%m-%d}, with {version} on one
machine (`cluster start`); run it to renew this page. Each case starts from validated records, on a cluster
of its own, so that the numbers of jobs begin with 1; its job `match_cohort` meets a fault. Without control
groups Slurm calls a job that was killed for its memory FAILED; elsewhere it is OUT_OF_MEMORY.

"""
    cases = "\n".join("```\n" + "\n".join(lines) + "\n```\n" for lines in logs)
    (HERE / "faults.md").write_text(page + cases, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
