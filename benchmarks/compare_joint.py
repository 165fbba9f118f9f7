"""Times the joint model of several cohorts beside nlme and glmmTMB; writes benchmarks/joint-model.md.

    .venv/bin/python benchmarks/compare_joint.py

R (Debian: r-base-core r-cran-nlme r-cran-glmmtmb) is looked for as `Rscript`; a peer that is not there is
left out. `--repeats` and `--small` shorten a trial, `--output` writes elsewhere.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

# The search is timed on one thread, as the workflow runs it.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np
import pandas as pd

from valueadded.mixed import SchoolMoments, fit_multi_cohort, summarise_schools

HERE = Path(__file__).parent
SEED = 1310
FORMULA = "score ~ prior"
# cohorts, schools; and whether a general program gets a chance on it.
SIZES = {"three cohorts": (3, 140, True), "ten cohorts": (10, 1_500, False), "a nation": (10, 10_000, False)}
SMALL = {"small": (3, 40, True)}
# Seconds that a fit from moments may take.
TARGETS = {"ten cohorts": 1.0, "a nation": 5.0}
PEERS = ("nlme", "glmmTMB")
TIMEOUT = 900

INTRODUCTION = """\
# Speed of the joint model of several cohorts

Written by `.venv/bin/python benchmarks/compare_joint.py`; run it to renew this page.

Every program gets the same invented students in the same run and fits, by maximum likelihood, `score ~
prior` with coefficients and residual variance of their own in each cohort and an unstructured school
covariance over cohorts (55 parameters for ten cohorts). nlme is `lme` with `pdSymm` and `varIdent`, glmmTMB
has `us()` and a `dispformula`. Ours includes the school effects; "from moments" starts from one row for
each school and cohort, "from students" sums them up first. A general program is asked only for a size it
can do in minutes. "Over ours" divides by ours from students; "deviance above ours" is the peer's -2
log-likelihood minus ours. Seconds of wall time; other work on the machine only ever adds, so the minimum
measures the program.

"""


@dataclass(frozen=True)
class Timing:
    """Seconds of each repeat, and the -2 log-likelihood that came out."""

    size: str
    program: str
    seconds: list[float]
    deviance: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="repeats of ours (default 5)")
    parser.add_argument("--peer-repeats", type=int, default=2, help="repeats of each peer (default 2)")
    parser.add_argument("--small", action="store_true", help="40 schools only, to try the script")
    parser.add_argument("--output", type=Path, default=HERE / "joint-model.md")
    arguments = parser.parse_args()
    timings: list[Timing] = []
    sizes = SMALL if arguments.small else SIZES
    for size, (cohorts, schools, general) in sizes.items():
        students = make_cohorts(cohorts, schools)
        timings += time_ours(size, students, arguments.repeats)
        if general:
            timings += [
                found for peer in PEERS for found in time_peer(size, peer, students, arguments.peer_repeats)
            ]
    arguments.output.write_text(report(timings, sizes, arguments), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


def make_cohorts(cohorts: int, schools: int) -> pd.DataFrame:
    """Return students of cohorts whose school effects fade with the years between them."""
    stream = np.random.default_rng(SEED)
    lags = np.abs(np.subtract.outer(range(cohorts), range(cohorts)))
    effects = 12 * stream.normal(size=(schools, cohorts)) @ np.linalg.cholesky(0.9**lags).T
    sizes = stream.integers(10, 51, (schools, cohorts))
    school = np.repeat(np.tile(np.arange(schools), cohorts), sizes.T.ravel())
    cohort = np.repeat(np.arange(cohorts), sizes.sum(axis=0))
    prior = stream.normal(size=len(school))
    return pd.DataFrame(
        {
            "school_id": pd.array([f"{number:05d}" for number in school], dtype="str"),
            "year": 2010 + cohort,
            "prior": prior,
            "score": 500 + 50 * prior + effects[school, cohort] + stream.normal(0, 36, len(school)),
        }
    )


def time_ours(size: str, students: pd.DataFrame, repeats: int) -> list[Timing]:
    """Time a fit with its school effects from moments and from students."""
    moments = summarise_schools(students, FORMULA, cohort="year")
    timings = []
    sources: dict[str, pd.DataFrame | SchoolMoments] = {"from moments": moments, "from students": students}
    for start, source in sources.items():
        seconds = []
        for _ in range(repeats):
            began = time.perf_counter()
            fit = fit_multi_cohort(source, FORMULA)
            fit.school_effects()
            seconds.append(time.perf_counter() - began)
        timings.append(Timing(size, f"valueadded, {start}", seconds, -2 * fit.log_likelihood))
    return timings


def time_peer(size: str, peer: str, students: pd.DataFrame, repeats: int) -> list[Timing]:
    """Time one peer, the data already in R's memory; nothing where it is not installed or takes too long."""
    ask = f'cat(as.character(packageVersion("{peer}")))'
    if shutil.which("Rscript") is None:
        return []
    found = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True, check=False)
    if found.returncode:
        return []
    with tempfile.TemporaryDirectory() as folder:
        table, answer = Path(folder) / "students.csv", Path(folder) / "answer.json"
        students.to_csv(table, index=False)
        command = ["Rscript", HERE / "compare_joint.R", table, str(repeats), answer, peer]
        try:
            subprocess.run(command, check=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            print(f"{peer} did not finish {size} in {TIMEOUT} s")
            return []
        measured = json.loads(answer.read_text())
    return [Timing(size, f"{peer} {found.stdout.strip()}", measured["seconds"], measured["deviance"])]


def report(
    timings: list[Timing], sizes: dict[str, tuple[int, int, bool]], arguments: argparse.Namespace
) -> str:
    """Return the page."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy"))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        f"- machine: {machine}; {versions}",
        f"- {arguments.repeats} repeats of ours, {arguments.peer_repeats} of each peer",
        "",
        "| size | program | minimum (s) | median (s) | target (s) | over ours | deviance above ours |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for size, (cohorts, schools, _) in sizes.items():
        own = [timing for timing in timings if timing.size == size]
        base = next(timing for timing in own if timing.program.endswith("students"))
        for timing in own:
            ours = timing.program.startswith("valueadded")
            limit = f"{TARGETS[size]:g}" if size in TARGETS and timing.program.endswith("moments") else ""
            ratio = "" if ours else f"{min(timing.seconds) / min(base.seconds):,.0f}"
            above = "" if ours else f"{timing.deviance - base.deviance:+.1e}"
            lines.append(
                f"| {size}: {cohorts} x {schools:,} schools | {timing.program} | {min(timing.seconds):.3f} | "
                f"{statistics.median(timing.seconds):.3f} | {limit} | {ratio} | {above} |"
            )
    return INTRODUCTION + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
