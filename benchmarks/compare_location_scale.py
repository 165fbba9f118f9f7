"""Times our location-scale models, beside TMB, and writes benchmarks/location_scale.md.

    .venv/bin/python benchmarks/compare_location_scale.py [--peer]

TMB takes minutes, so its times are kept in location-scale-peer.csv; `--peer` measures them again, with R and
its package TMB (Debian: r-base-core r-cran-tmb) and a C++ compiler. The template is location_scale.cpp.
`--repeats` and `--small` shorten a trial, `--output` writes elsewhere.
"""

import argparse
import os
import platform
import resource
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
# Seconds that the project allows itself.
TARGETS = {
    ("state", "Model 6"): 3.0,
    ("state", "Model 7, 15 parameters"): 1.0,
    ("nation", "Model 3"): 20.0,
}
# The peer's integral is a Laplace approximation; its -2 log-likelihood may be off by this share of a school
# (and more only if one of the two programs is wrong).
LAPLACE_ERROR = 0.02
PEER = HERE / "location-scale-peer.csv"
# Seconds after which the peer is given up.
PATIENCE = 1200

INTRODUCTION = """\
# Speed of the location-scale models

Written by `.venv/bin/python benchmarks/compare_location_scale.py`; run it to renew this page.

Invented students in schools of uneven size; each fit starts from a data frame in memory and includes
standard errors and the table of school effects. The likelihood is exact: doubling the nodes of the
integration moves no school's deviance by more than 1e-9. Minimum and median are seconds of wall time, which
other work on the machine lengthens; processor time, the least of the repeats, is what the program took.

The peer is a TMB template of ours, `location_scale.cpp`: automatic derivatives and a Laplace approximation
over the effects of all schools, default settings, with `sdreport`. Its -2 log-likelihood is approximate and
so differs from ours. It is timed once, on one core, compilation of the template (about a minute) left out;
its processor time is that of the whole R process. glmmTMB has random effects in its dispersion formula from
1.1.11 on only, and neither that nor brms or MixWILD was at hand.
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
    parser.add_argument("--peer", action="store_true", help="measure TMB again (minutes)")
    parser.add_argument("--small", action="store_true", help="7,000 students only, to try the script")
    parser.add_argument("--output", type=Path, default=HERE / "location_scale.md")
    arguments = parser.parse_args()

    timings: list[Timing] = []
    sizes = SMALL if arguments.small else SIZES
    for size, (students, schools) in sizes.items():
        cohort = make_cohort(students, schools)
        for model in MODELS if size != "nation" else ["Model 3"]:
            timings.append(time_ours(size, model, cohort, arguments.repeats))
            if arguments.peer and size != "nation":
                keep_peer(time_tmb(size, model, cohort))
            timings += kept_peer(size, model)
            check_agreement(timings[-2:], schools)
    arguments.output.write_text(report(timings, sizes, arguments.repeats), encoding="utf-8")
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


def time_tmb(size: str, model: str, cohort: pd.DataFrame) -> Timing:
    """Time TMB once, its errors of coefficients and school effects included."""
    location, scale, slope = MODELS[model]
    with tempfile.TemporaryDirectory() as folder:
        template = shutil.copy(HERE / "location_scale.cpp", folder)
        table = Path(folder) / "students.csv"
        cohort.to_csv(table, index=False)
        script = ["Rscript", str(HERE / "compare_location_scale.R"), template]
        version = subprocess.run([*script, "compile"], capture_output=True, text=True, check=True).stdout
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [*script, str(table), location, scale, slope or "none"]
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    seconds, deviance, parameters = map(float, found.stdout.split()[-3:])
    return Timing(size, model, version.strip(), [seconds], [used], deviance, int(parameters))


def keep_peer(timing: Timing) -> None:
    """Write one time of the peer into its file, in place of an older one."""
    row = [timing.size, timing.model, timing.program, timing.seconds[0], timing.processor[0]]
    row += [timing.deviance, timing.parameters]
    kept = pd.read_csv(PEER)
    kept = kept.loc[~(kept["size"].eq(timing.size) & kept["model"].eq(timing.model))]
    pd.concat([kept, pd.DataFrame([row], columns=kept.columns)]).to_csv(PEER, index=False)


def kept_peer(size: str, model: str) -> list[Timing]:
    """Return the peer's time of one model, if it was measured."""
    kept = pd.read_csv(PEER)
    return [
        Timing(row[0], row[1], row[2], [row[3]], [row[4]], row[5], row[6])
        for row in kept.itertuples(index=False)
        if (row[0], row[1]) == (size, model)
    ]


def check_agreement(timings: list[Timing], n_schools: int) -> None:
    """Stop if a peer of the same model ends elsewhere: then its times would say nothing."""
    if len({(timing.size, timing.model) for timing in timings}) == 1 and len(timings) == 2:
        ours, peer = timings
        if abs(ours.deviance - peer.deviance) > LAPLACE_ERROR * n_schools:
            raise SystemExit(f"{ours.size}, {ours.model}: {ours.deviance:.2f} and {peer.deviance:.2f}")


def report(timings: list[Timing], sizes: dict[str, tuple[int, int]], repeats: int) -> str:
    """Return benchmarks/location_scale.md."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scipy"))
    lines = [
        INTRODUCTION,
        f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        f"- ours: {versions}; {repeats} repeats",
        "",
    ]
    for size, (students, schools) in sizes.items():
        lines += [
            f"## {students:,} students in {schools:,} schools",
            "",
            "| model | program | parameters | -2 log-likelihood | processor (s) | minimum (s) | median (s)"
            " | target (s) |",
            "|---|---|---:|---:|---:|---:|---:|---:|",
        ]
        lines += [row(timing) for timing in timings if timing.size == size]
        lines.append("")
    return "\n".join(lines)


def row(timing: Timing) -> str:
    """Return one row of the table."""
    target = TARGETS.get((timing.size, timing.model)) if timing.program == "valueadded" else None
    seconds = f"{min(timing.seconds):.2f} | {statistics.median(timing.seconds):.2f}"
    limit = f"{target:g}" if target else ""
    own = f"{timing.parameters} | {timing.deviance:.2f} | {min(timing.processor):.2f}"
    return f"| {timing.model} | {timing.program} | {own} | {seconds} | {limit} |"


if __name__ == "__main__":
    main()
