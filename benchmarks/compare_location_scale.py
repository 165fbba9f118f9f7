"""Times our location-scale models, beside glmmTMB where it can fit them, and writes
benchmarks/location_scale.md.

    .venv/bin/python benchmarks/compare_location_scale.py

R with glmmTMB 1.1.11 or later (random effects in the dispersion formula) is looked for as `Rscript`; without
it our own times are reported alone. `--repeats` and `--small` shorten a trial, `--output` writes elsewhere.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.location_scale import fit_location_scale

HERE = Path(__file__).parent
SEED = 465
# Name -> formula of the mean, formula of the log variance, term with a random slope.
MODELS: dict[str, tuple[str, str, str | None]] = {
    "Model 3": ("score ~ prior", "~ prior", None),
    "Model 6": ("score ~ prior", "~ prior", "prior"),
    "Model 7, 15 parameters": (
        "score ~ prior + age + girl + esl + sen",
        "~ prior + age + girl + esl + sen",
        None,
    ),
}
SIZES = {"state": (70_000, 465), "nation": (1_000_000, 5_000)}
SMALL = {"small": (7_000, 47)}
# Seconds that issue 4 allows.
TARGETS = {
    ("state", "Model 6"): 3.0,
    ("state", "Model 7, 15 parameters"): 1.0,
    ("nation", "Model 3"): 20.0,
}
# The peer's integral is a Laplace approximation: its -2 log-likelihood may be this far below the exact one.
SAME_DEVIANCE = 1.0
FIRST_PEER = (1, 1, 11)

INTRODUCTION = """\
# Speed of the location-scale models

Written by `.venv/bin/python benchmarks/compare_location_scale.py`; run it to renew this page.

Invented students in schools of uneven size; each fit starts from a data frame in memory and includes
standard errors and the table of school effects. The likelihood is exact: doubling the nodes of the
integration moves no school's deviance by more than 1e-9. Minimum and median are seconds of wall time, which
other work on the machine lengthens; processor time, the least of the repeats, is what the program took.
"""


@dataclass(frozen=True)
class Timing:
    """Seconds of each repeat (wall and processor), and the -2 log-likelihood that came out."""

    size: str
    model: str
    program: str
    seconds: list[float]
    processor: list[float]
    deviance: float
    parameters: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="repeats of each fit (default 5)")
    parser.add_argument("--small", action="store_true", help="7,000 students only, to try the script")
    parser.add_argument("--output", type=Path, default=HERE / "location_scale.md")
    arguments = parser.parse_args()

    timings: list[Timing] = []
    sizes = SMALL if arguments.small else SIZES
    peer = glmmtmb_version()
    if peer is None:
        print("no glmmTMB with random effects in the dispersion: our own times only", file=sys.stderr)
    for size, (students, schools) in sizes.items():
        cohort = make_cohort(students, schools)
        for model in MODELS if size != "nation" else ["Model 3"]:
            timings.append(time_ours(size, model, cohort, arguments.repeats))
            if peer is not None and size != "nation":
                timings.append(time_glmmtmb(size, model, cohort))
    check_agreement(timings)
    arguments.output.write_text(report(timings, sizes, peer, arguments.repeats), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


def make_cohort(n_students: int, n_schools: int) -> pd.DataFrame:
    """Return students whose schools differ in mean, slope and log variance, in schools of uneven size."""
    random = np.random.default_rng(SEED)
    share = random.gamma(4.0, size=n_schools) + 0.1
    school = np.sort(random.choice(n_schools, n_students, p=share / share.sum()))
    school[:n_schools] = np.arange(n_schools)
    covariance = [[0.08, 0.01, -0.02], [0.01, 0.01, 0.0], [-0.02, 0.0, 0.04]]
    intercept, slope, spread = random.multivariate_normal(np.zeros(3), covariance, n_schools).T
    prior, age = random.normal(size=n_students), random.uniform(-0.5, 0.5, n_students)
    girl, esl, sen, fsm = (random.random(n_students) < p for p in (0.5, 0.4, 0.2, 0.35))
    mean = (0.6 + slope[school]) * prior + 0.05 * age + 0.1 * girl + 0.1 * esl - 0.25 * sen - 0.2 * fsm
    log_variance = -0.9 - 0.05 * prior - 0.05 * girl + 0.05 * esl + 0.2 * sen + 0.15 * fsm + spread[school]
    score = mean + intercept[school] + np.exp(log_variance / 2) * random.normal(size=n_students)
    students = {"prior": prior, "age": age, "girl": girl, "esl": esl, "sen": sen, "fsm": fsm, "score": score}
    columns = {name: values.astype(np.float64) for name, values in students.items()}
    return pd.DataFrame(
        {"school_id": pd.array([f"{number:05d}" for number in school], dtype="str"), **columns}
    )


def time_ours(size: str, model: str, cohort: pd.DataFrame, repeats: int) -> Timing:
    """Time one model from a frame in memory, its school effects included."""
    location, scale, slope = MODELS[model]
    seconds, processor = [], []
    for _ in range(repeats):
        began, used = time.perf_counter(), time.process_time()
        fit = fit_location_scale(cohort, location, scale, random_slope=slope)
        fit.school_effects()
        seconds.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    if not fit.record.converged:
        raise SystemExit(f"{size}, {model}: {fit.record.status}")
    print(f"{size}, {model}: {min(seconds):.2f} s", file=sys.stderr)
    return Timing(size, model, "valueadded", seconds, processor, -2 * fit.log_likelihood, fit.n_parameters)


def glmmtmb_version() -> str | None:
    """Return the versions of R and glmmTMB, or None where there is none that can fit these models."""
    if shutil.which("Rscript") is None:
        return None
    ask = 'cat(paste0("R ", getRversion(), ", glmmTMB ", packageVersion("glmmTMB")))'
    found = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        return None
    number = tuple(int(part) for part in found.stdout.strip().rpartition(" ")[2].split("."))
    return found.stdout.strip() if number >= FIRST_PEER else None


def time_glmmtmb(size: str, model: str, cohort: pd.DataFrame) -> Timing:
    """Time glmmTMB once, default settings; its effects on mean and dispersion are uncorrelated."""
    location, scale, slope = MODELS[model]
    random = f"(1 + {slope} | school_id)" if slope else "(1 | school_id)"
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "students.csv"
        cohort.to_csv(table, index=False)
        code = (
            f'library(glmmTMB); d <- read.csv("{table}"); '
            f"t <- system.time(f <- glmmTMB({location} + {random}, "
            f"dispformula = {scale} + (1 | school_id), data = d)); "
            'cat(t[["elapsed"]], -2 * as.numeric(logLik(f)), attr(logLik(f), "df"))'
        )
        found = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True)
    seconds, deviance, parameters = map(float, found.stdout.split()[-3:])
    return Timing(size, model, "glmmTMB", [seconds], [], deviance, int(parameters))


def check_agreement(timings: list[Timing]) -> None:
    """Stop if a peer with fewer parameters ends below us: then its times would say nothing."""
    for timing in timings:
        ours = next(t for t in timings if (t.size, t.model) == (timing.size, timing.model))
        if timing.deviance < ours.deviance - SAME_DEVIANCE:
            raise SystemExit(f"{timing.size}, {timing.model}: {timing.program} ends below our deviance")


def report(timings: list[Timing], sizes: dict[str, tuple[int, int]], peer: str | None, repeats: int) -> str:
    """Return benchmarks/location_scale.md."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy"))
    absent = "none: no glmmTMB with random effects in the dispersion formula on this machine"
    lines = [
        INTRODUCTION,
        f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        f"- ours: {versions}; {repeats} repeats",
        f"- peer: {f'{peer}; once' if peer else absent}",
        "",
    ]
    for size, (students, schools) in sizes.items():
        lines += [
            f"## {students:,} students in {schools:,} schools",
            "",
            "| model | program | parameters | processor (s) | minimum (s) | median (s) | target (s) |",
            "|---|---|---:|---:|---:|---:|---:|",
        ]
        lines += [row(timing) for timing in timings if timing.size == size]
        lines.append("")
    return "\n".join(lines)


def row(timing: Timing) -> str:
    """Return one row of the table."""
    target = TARGETS.get((timing.size, timing.model)) if timing.program == "valueadded" else None
    seconds = f"{min(timing.seconds):.2f} | {statistics.median(timing.seconds):.2f}"
    limit = f"{target:g}" if target else ""
    own = f"{min(timing.processor):.2f}" if timing.processor else ""
    return f"| {timing.model} | {timing.program} | {timing.parameters} | {own} | {seconds} | {limit} |"


if __name__ == "__main__":
    main()
