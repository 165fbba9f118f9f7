"""Times our mixed models beside lme4's, in one run, on the same students, and writes benchmarks/mixed.md.

    .venv/bin/python benchmarks/compare_mixed.py

R with lme4 (Debian: r-base-core r-cran-lme4) is looked for as `Rscript`; without it our own times are
reported alone. `--repeats` and `--small` shorten a trial, `--output` writes elsewhere.
"""

import argparse
import json
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

import numpy as np
import pandas as pd

from valueadded.contracts.cohorts import COHORT
from valueadded.mixed import SchoolMoments, fit_random_intercept, fit_random_slope, summarise_schools
from valueadded.table_io import read_table, write_table

HERE = Path(__file__).parent
SEED = 465
# The random slope is of the prior score in spreads: in scale points, far from 0, lme4's search ends early.
FORMULAS = {"intercept": "score ~ prior_score + sex", "slope": "score ~ prior + sex"}
SIZES = {"state": (70_000, 465), "nation": (1_000_000, 5_000)}
SMALL = {"small": (7_000, 47)}
# Seconds that the project allows itself, by size and by where we start.
TARGETS = {
    ("state", "moments"): 0.05,
    ("state", "frame"): 0.5,
    ("state", "file"): 0.5,
    ("nation", "frame"): 1.5,
    ("nation", "file"): 1.5,
}
# lme4's default search stopped 0.002 above the lowest -2 log-likelihood of 1,000,000 students.
SAME_DEVIANCE = 0.01
STARTS = {
    "moments": "from moments",
    "frame": "from a cohort in memory",
    "file": "from the cohort table on disk",
}
MODELS = {"intercept": "random intercept", "slope": "random slope"}

INTRODUCTION = """\
# Speed of the mixed models

Written by `.venv/bin/python benchmarks/compare_mixed.py`; run it to renew this page.

Both programs get the same invented students in the same run, in schools of uneven size, and fit by ML:
`{intercept}` with a random intercept, and
`{slope}` with a random slope of `prior`, the prior score in spreads (in scale points,
far from 0, lme4's search for the slope ends early). The run stops if the two -2 log-likelihoods differ by
more than 0.01.

Ours includes the table of school effects. lme4 is `lmer(..., REML = FALSE)` with default settings on a data
frame in memory, without `ranef`; it always starts from students, so the ratio of the first row is what every
further model of a cohort gains once its moments are stored. Seconds of wall time. Other work on the machine
only ever adds, so the minimum measures the program and the median what to expect where cores are shared.
"""


@dataclass(frozen=True)
class Timing:
    """Seconds of each repeat, and the -2 log-likelihood that came out."""

    size: str
    model: str
    program: str
    seconds: list[float]
    deviance: float


Data = pd.DataFrame | SchoolMoments


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9, help="repeats of ours (default 9)")
    parser.add_argument("--lme4-repeats", type=int, default=3, help="repeats of lme4 (default 3)")
    parser.add_argument("--small", action="store_true", help="7,000 students only, to try the script")
    parser.add_argument("--output", type=Path, default=HERE / "mixed.md")
    arguments = parser.parse_args()

    timings: list[Timing] = []
    sizes = SMALL if arguments.small else SIZES
    lme4 = lme4_version()
    if lme4 is None:
        print("lme4 was not found (Rscript, library lme4): reporting our own times only", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        for size, (students, schools) in sizes.items():
            cohort = make_cohort(students, schools)
            table = Path(folder) / f"{size}.parquet"
            write_table(cohort, table, COHORT)
            timings += time_ours(size, cohort, table, arguments.repeats)
            if lme4 is not None:
                timings += time_lme4(size, cohort, Path(folder), arguments.lme4_repeats)
    check_agreement(timings)
    arguments.output.write_text(report(timings, sizes, lme4, arguments), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


def make_cohort(n_students: int, n_schools: int) -> pd.DataFrame:
    """Return a cohort in the columns of its contract, with schools of uneven size that differ in slope."""
    random = np.random.default_rng(SEED)
    share = random.gamma(2.0, size=n_schools) + 0.05
    school = np.sort(random.choice(n_schools, n_students, p=share / share.sum()))
    school[:n_schools] = np.arange(n_schools)
    prior = random.normal(400, 60, n_students) + random.normal(0, 15, n_schools)[school]
    male = random.random(n_students) < 0.5
    slope = 0.75 + random.normal(0, 0.05, n_schools)[school]
    effect = random.normal(0, 14, n_schools)[school]
    score = 200 + slope * prior - 6 * male + effect + random.normal(0, 40, n_students)
    order = random.permutation(n_students)
    return pd.DataFrame(
        {
            "student_id": pd.array([f"{number:09d}" for number in range(n_students)], dtype="str"),
            "school_id": pd.array([f"{number:05d}" for number in school[order]], dtype="str"),
            "year": 2017,
            "domain": pd.array(["reading"] * n_students, dtype="str"),
            "score": score[order].round(1),
            "prior_score": prior[order].round(1),
            "prior_school_id": pd.array([f"{number:05d}" for number in school[order]], dtype="str"),
            "prior": (prior[order].round(1) - 400) / 60,
            "sex": pd.array(np.where(male[order], "male", "female"), dtype="str"),
        }
    )


def time_ours(size: str, cohort: pd.DataFrame, table: Path, repeats: int) -> list[Timing]:
    """Time both models from moments, from a frame and from a file; a fit includes its school effects."""
    moments = summarise_schools(cohort, list(FORMULAS.values()))
    columns = ["school_id", "score", "prior_score", "prior", "sex"]
    sources: dict[str, Callable[[], Data]] = {
        "moments": lambda: moments,
        "frame": lambda: cohort,
        "file": lambda: read_table(table, COHORT, columns=columns),
    }
    timings = []
    for model in MODELS:
        for start, source in sources.items():
            seconds = []
            for _ in range(repeats):
                began = time.perf_counter()
                deviance = fit_ours(model, source())
                seconds.append(time.perf_counter() - began)
            timings.append(Timing(size, model, start, seconds, deviance))
    return timings


def fit_ours(model: str, data: Data) -> float:
    """Fit one model with its school effects and return its -2 log-likelihood."""
    if model == "intercept":
        fit = fit_random_intercept(data, FORMULAS[model])
    else:
        fit = fit_random_slope(data, FORMULAS[model], "prior")
    fit.school_effects()
    return -2 * fit.log_likelihood


def lme4_version() -> str | None:
    """Return the versions of R and lme4, or None where there is no lme4."""
    if shutil.which("Rscript") is None:
        return None
    ask = 'cat(paste0("R ", getRversion(), ", lme4 ", packageVersion("lme4")))'
    found = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else None


def time_lme4(size: str, cohort: pd.DataFrame, folder: Path, repeats: int) -> list[Timing]:
    """Time `lmer` by ML with its default settings, the data already in R's memory."""
    students = folder / f"{size}.csv"
    cohort[["school_id", "score", "prior_score", "prior", "sex"]].to_csv(students, index=False)
    answer = folder / f"{size}.json"
    subprocess.run(["Rscript", HERE / "compare_mixed.R", students, str(repeats), answer], check=True)
    return [
        Timing(size, model, "lme4", found["seconds"], found["deviance"])
        for model, found in json.loads(answer.read_text()).items()
    ]


def check_agreement(timings: list[Timing]) -> None:
    """Stop if two programs did not reach the same deviance: then their times would say nothing."""
    for timing in timings:
        ours = next(t for t in timings if (t.size, t.model) == (timing.size, timing.model))
        excess = timing.deviance - ours.deviance
        if abs(excess) > SAME_DEVIANCE:
            raise SystemExit(
                f"{timing.size}, {timing.model}: {timing.program} ends {excess:.3g} from our deviance"
            )


def report(
    timings: list[Timing], sizes: dict[str, tuple[int, int]], lme4: str | None, arguments: argparse.Namespace
) -> str:
    """Return the page."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "pyarrow", "scipy"))
    peer = f"{lme4}; {arguments.lme4_repeats} repeats" if lme4 else "lme4 was not found on this machine"
    lines = [
        INTRODUCTION.format(**FORMULAS),
        f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        f"- ours: {versions}; {arguments.repeats} repeats",
        f"- peer: {peer}",
        "",
    ]
    for size, (students, schools) in sizes.items():
        lines += [
            f"## {students:,} students in {schools:,} schools",
            "",
            "| model | program | minimum (s) | median (s) | target (s) | lme4's minimum over ours |",
            "|---|---|---:|---:|---:|---:|",
        ]
        lines += [row(timing, timings) for timing in timings if timing.size == size]
        lines.append("")
    return "\n".join([*lines, *differences(timings)])


def row(timing: Timing, timings: list[Timing]) -> str:
    """Return one row of the table."""
    fastest = min(timing.seconds)
    peer = [t for t in timings if (t.size, t.model, t.program) == (timing.size, timing.model, "lme4")]
    target = TARGETS.get((timing.size, timing.program)) if timing.model == "intercept" else None
    name = "lme4" if timing.program == "lme4" else f"valueadded, {STARTS[timing.program]}"
    ratio = f"{min(peer[0].seconds) / fastest:,.1f}" if peer and timing.program != "lme4" else ""
    limit = f"{target:g}" if target else ""
    seconds = f"{fastest:.3f} | {statistics.median(timing.seconds):.3f}"
    return f"| {MODELS[timing.model]} | {name} | {seconds} | {limit} | {ratio} |"


def differences(timings: list[Timing]) -> list[str]:
    """Return how far lme4's -2 log-likelihood ended above ours."""
    found = []
    for timing in timings:
        if timing.program == "lme4":
            ours = next(t for t in timings if (t.size, t.model) == (timing.size, timing.model))
            excess = timing.deviance - ours.deviance
            found.append(f"{timing.size}, {MODELS[timing.model]} {excess:+.1e}")
    return [f"-2 log-likelihood, lme4 minus ours: {'; '.join(found)}.", ""] if found else []


if __name__ == "__main__":
    main()
