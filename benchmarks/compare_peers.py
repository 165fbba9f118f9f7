"""Ours and every peer that is installed, as whole processes on the same files; writes benchmarks/README.md.

    .venv/bin/python benchmarks/compare_peers.py

R (Debian: r-base-core r-cran-data.table r-cran-lme4 r-cran-nlme r-cran-glmmtmb, r-cran-brms if wanted) is
looked for as `Rscript`; R_LIBS names a further library, as for GPvam. `--python` names an interpreter that
has gpboost, `--mixregls` the engine of MixWILD, built by `gfortran -O2 -fno-inline` (with inlining its own
calls break); statsmodels comes with the project. A peer that is not there is said to be missing. `--small`
is a trial, `--tasks` chooses, `--output` writes elsewhere. A peer is one file or entry in benchmarks/peers.
"""

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from compare_joint import make_cohorts
from compare_layered import district, star
from compare_location_scale import make_cohort as make_spread
from compare_mixed import make_cohort

HERE = Path(__file__).parent
PEERS = HERE / "peers"
R_PEERS = ("lme4", "nlme", "glmmTMB", "brms", "GPvam")
# A program that needs longer for its first run is not run again.
ONCE = 60.0


@dataclass(frozen=True)
class Task:
    """A model, its data, who can fit it, and what we ask of ourselves."""

    name: str
    title: str
    model: str
    columns: list[str]
    make: Callable[[], pd.DataFrame]
    peers: tuple[str, ...]
    target: str = ""


@dataclass(frozen=True)
class Run:
    """One process: wall and processor seconds, growth of its memory (GB), and its own account."""

    wall: float
    processor: float
    growth: float
    fit: float
    deviance: float
    slope: float
    version: str


INTERCEPT = ["school_id", "score", "prior_score", "sex"]
SLOPE = ["school_id", "score", "prior", "sex"]
# Ours, in batches of the file: not a peer, but a row of its own.
BATCHES = "valueadded, in batches"
LAYERED = ["student_id", "year", "teacher_id", "score"]
MIXED = ("lme4", "nlme", "glmmTMB", "statsmodels", "gpboost")
TASKS = (
    Task("intercept", "random intercept, 70,000 students in 465 schools", "intercept", INTERCEPT,
         lambda: make_cohort(70_000, 465), MIXED),
    Task("slope", "random slope, 70,000 students in 465 schools", "slope", SLOPE,
         lambda: make_cohort(70_000, 465), MIXED[:4]),
    Task("nation", "random intercept, 1,000,000 students in 5,000 schools", "intercept", INTERCEPT,
         lambda: make_cohort(1_000_000, 5_000), (BATCHES, *MIXED),
         "20 times lme4's speed, a tenth of its memory growth"),
    Task("joint", "four cohorts of 250 schools together", "joint", ["school_id", "year", "score", "prior"],
         lambda: make_cohorts(4, 250), ("nlme", "glmmTMB"), "50 times nlme's speed"),
    Task("location_scale", "mean and variance of 50 schools, 2,000 students", "location_scale",
         ["school_id", "score", "prior"], lambda: make_spread(2_000, 50), ("MIXREGLS", "brms")),
    Task("layered", "layered model, STAR, schools 1-20", "layered",
         LAYERED, lambda: star(20).dropna(), ("GPvam",)),
    Task("district", "layered model, an invented district of 4,534 scores", "layered", LAYERED,
         lambda: district(0), ("GPvam",)),
)  # fmt: skip
SMALL = {"intercept": lambda: make_cohort(7_000, 47), "slope": lambda: make_cohort(7_000, 47)}

INTRODUCTION = """\
# Beside named peers

Written by `.venv/bin/python benchmarks/compare_peers.py`; run it to renew this page.

Every program gets the same invented students and fits the same model by maximum likelihood, in a process of
its own that starts, loads its libraries, reads a file, fits and ends: programs in Python read Parquet, those
in R the same table as CSV, by data.table. Ours also makes the table of school (or teacher) effects; "in
batches" it never holds the file, and its fit includes the reading. Medians of the runs; a program whose first
run takes more than {once:.0f} s runs once, and none longer than {patience} s. Wall and processor time are of
the whole process, "fit" is the program's own account of the fit alone; memory is the growth of its peak
beyond what was there before the data were read. "Deviance above ours" is -2 log-likelihood minus ours; brms
samples a posterior and has none. "Digits" counts those in which the coefficient of the prior score agrees
with ours.
"""

PAGES = """\
## What the targets ask, and what stands against them

Against lme4 on a million students the fit of a table in memory meets the target of 20. The whole process does
not: the better part of a second is the start of Python and its libraries, which every job pays once.
Memory misses the tenth. A table in pandas and the copy of its columns as numbers take half of what lme4
adds; read in batches, an eighth: a batch is a few megabytes, the rest is what the libraries that read
Parquet and code factors take at their first use and keep. Batches cost a second reading, for schools and the
levels of factors. MIXREGLS fits three smaller models on its way to the one that is compared.

## More in each system

- [Mixed models from moments, frames and files](mixed.md), [several cohorts together](joint-model.md)
- [Location-scale models](location_scale.md), [the layered model](layered.md),
  [whole schools](intake_adjusted.md)
- [The whole chain, from a state to a nation](scale.md), [overhead of the workflow](overhead.md)
- [Validation](validation.md), [check-data](check_data.md), [readers](readers.md),
  [another engine](engines.md)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each program (default 5)")
    parser.add_argument("--patience", type=int, default=900, help="seconds that a peer gets (default 900)")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has gpboost")
    parser.add_argument("--mixregls", help="program mixregls_var, built from MixWILD's source")
    parser.add_argument("--tasks", nargs="*", default=[task.name for task in TASKS])
    parser.add_argument("--small", action="store_true", help="7,000 students, intercept and slope, one run")
    parser.add_argument("--output", type=Path, default=HERE / "README.md")
    chosen = parser.parse_args()
    commands = {
        "valueadded": [sys.executable, str(PEERS / "own.py")],
        BATCHES: [sys.executable, str(PEERS / "own_batches.py")],
        **find_peers(chosen.python, chosen.mixregls),
    }
    lines = []
    for task in TASKS:
        if task.name not in (SMALL if chosen.small else chosen.tasks):
            continue
        with tempfile.TemporaryDirectory() as folder:
            frame = (SMALL[task.name] if chosen.small else task.make)()[task.columns]
            frame.to_parquet(Path(folder) / "data.parquet", index=False)
            frame.to_csv(Path(folder) / "data.csv", index=False)
            found = {
                name: repeat(
                    commands[name],
                    task.model,
                    Path(folder),
                    1 if chosen.small else chosen.runs,
                    chosen.patience,
                )
                for name in ("valueadded", *task.peers)
                if name in commands
            }
        lines += section(task, found, chosen.patience)
    page = INTRODUCTION.format(once=ONCE, patience=chosen.patience) + "\n".join(
        ["", machine(), "", *lines, PAGES]
    )
    chosen.output.write_text(page, encoding="utf-8")


def find_peers(python: str, mixregls: str | None) -> dict[str, list[str]]:
    """Return the command of every peer that is installed."""
    found = {}
    if mixregls:
        found["MIXREGLS"] = [sys.executable, str(PEERS / "mixregls.py"), mixregls]
    for module in ("statsmodels", "gpboost"):
        for interpreter in (sys.executable, python):
            asked = subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True, check=False)
            if asked.returncode == 0:
                found[module] = [interpreter, str(PEERS / f"{module}_mixed.py")]
    if shutil.which("Rscript"):
        for package in R_PEERS:
            ask = f'if (!requireNamespace("{package}", quietly = TRUE)) quit(status = 1)'
            if subprocess.run(["Rscript", "-e", ask], capture_output=True, check=False).returncode == 0:
                found[package] = ["Rscript", str(PEERS / "peer.R"), package]
    return found


def repeat(command: list[str], model: str, folder: Path, runs: int, patience: int) -> list[Run]:
    """Return the runs of one program; none if it takes too long or fails."""
    table = folder / ("data.csv" if command[0] == "Rscript" else "data.parquet")
    found: list[Run] = []
    while len(found) < runs and not (found and found[-1].wall > ONCE):
        one = run_once([*command, model, str(table), str(folder / "answer.json")], patience)
        if one is None:
            return []
        print(command[-1], model, f"{one.wall:.2f} s", flush=True)
        found.append(one)
    return found


def run_once(command: list[str], patience: int) -> Run | None:
    """Run one process to its end; what the system counted of it, and what it says itself."""
    answer = Path(command[-1])
    answer.unlink(missing_ok=True)
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while True:
        number, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - began
        if number:
            break
        if wall > patience:
            process.kill()
            os.waitpid(process.pid, 0)
            return None
        time.sleep(0.002)
    if not answer.exists():
        print(
            f"{' '.join(command)}: no answer, exit status {os.waitstatus_to_exitcode(status)}",
            file=sys.stderr,
        )
        return None
    said = json.loads(answer.read_text(encoding="utf-8"))
    # Not ru_maxrss, which begins with the memory of the process that started this one.
    growth = (said["peak"] - said["before"]) / 2**20
    processor = usage.ru_utime + usage.ru_stime
    return Run(wall, processor, growth, said["fit"], said["deviance"], said["slope"], said["version"])


def section(task: Task, found: dict[str, list[Run]], patience: int) -> list[str]:
    """Return the part of the page about one task."""
    ours = found["valueadded"]
    lines = [
        f"## {task.title[0].upper()}{task.title[1:]}",
        "",
        "| program | runs | wall (s) | processor (s) | fit (s) | memory growth (GB) | wall over ours "
        "| fit over ours | memory over ours | deviance above ours | digits |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]

    def middle(runs: list[Run], name: str) -> float:
        return statistics.median(getattr(one, name) for one in runs)

    for name, runs in found.items():
        if not runs:
            lines.append(f"| {name}: not finished in {patience} s | | | | | | | | | | |")
            continue
        cells = [f"{runs[0].version}{', in batches' if name == BATCHES else ''}", str(len(runs))]
        cells += [f"{middle(runs, part):.2f}" for part in ("wall", "processor")]
        cells += [f"{middle(runs, 'fit'):.3f}", f"{middle(runs, 'growth'):.3f}"]
        if runs is ours:
            cells += [""] * 5
        else:
            cells += [f"{middle(runs, part) / middle(ours, part):.1f}" for part in ("wall", "fit", "growth")]
            above = runs[0].deviance - ours[0].deviance
            cells.append("" if pd.isna(above) else f"{above:+.1e}")
            cells.append(digits(runs[0].slope, ours[0].slope))
        lines.append(f"| {' | '.join(cells)} |")
    missing = [name for name in task.peers if name not in found]
    notes = [f"Asked: {task.target}."] if task.target else []
    notes += [f"Not on this machine: {', '.join(missing)}."] if missing else []
    return [*lines, "", *([" ".join(notes), ""] if notes else [])]


def digits(found: float, ours: float) -> str:
    """Return the digits in which two numbers agree, 15 at most; nothing where one is missing."""
    apart = abs(found - ours) / abs(ours)
    return "" if math.isnan(apart) else f"{min(-math.log10(max(apart, 1e-15)), 15.0):.1f}"


def machine() -> str:
    """Return what the runs were made on."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "pandas", "pyarrow"))
    r = "no R"
    if shutil.which("Rscript"):
        asked = subprocess.run(
            ["Rscript", "-e", "cat(as.character(getRversion()))"], capture_output=True, text=True, check=True
        )
        r = f"R {asked.stdout}"
    return (
        f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {r}\n"
        f"- ours: {versions}"
    )


if __name__ == "__main__":
    main()
