"""Counts how often intervals for a correlation over years hold the true one.

Writes benchmarks/correlation-coverage.md:

    .venv/bin/python benchmarks/cover_correlations.py

Four cohorts of the same schools, every pair of years with the same correlation of true effects. `--sets` and
`--processes` shorten a trial, `--output` writes elsewhere.
"""

import argparse
import os
from multiprocessing import Pool
from pathlib import Path

# One thread each, before numpy is loaded: the sets share the cores already.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np
import pandas as pd

from valueadded.mixed import fit_multi_cohort
from valueadded.mixed.joint.fit import vech_covariance
from valueadded.mixed.joint.profile import correlation_intervals

HERE = Path(__file__).parent
SCHOOLS = (100, 300)
CORRELATIONS = (0.5, 0.8, 0.95)
YEARS = (2017, 2018, 2019, 2021)
# One pair of neighbours and one three years apart; the truth is the same.
PAIRS = ((0, 1), (1, 3))
SCHOOL_SD, RESIDUAL_SD, SIZES = 12.0, 36.0, (10, 51)
KINDS = ("profile", "delta", "fisher")
SEED = 1802

INTRODUCTION = """\
# Coverage of intervals for a correlation over years

Written by `.venv/bin/python benchmarks/cover_correlations.py`; run it to renew this page.

Four cohorts ({years}) of the same schools; each pair of years has the same true correlation, the standard
deviation of true effects is {school_sd:g}, of residuals {residual_sd:g} (a tenth of the variance lies
between schools), a school has {least} to {most} students a year. `score ~ prior`, maximum likelihood,
unstructured covariance, nominal 95 per cent; {sets:,} sets in each row, the pairs {pairs} counted together.
The error of the simulation is at most {error:.1f} points. "profile" is `lower` and `upper` of
`mixed/joint_correlations.parquet`; "mean width" is its; "singular" counts covariances of less than full
rank. An interval that cannot be formed (an estimate of exactly 1 has no delta interval) counts as a miss.

| schools | true correlation | profile | delta | Fisher's z | mean estimate | mean width | singular |
|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=1000, help="data sets in each row (default 1000)")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--output", type=Path, default=HERE / "correlation-coverage.md")
    arguments = parser.parse_args()
    tasks = [
        (schools, rho, one) for schools in SCHOOLS for rho in CORRELATIONS for one in range(arguments.sets)
    ]
    with Pool(arguments.processes) as pool:
        found = pd.DataFrame([row for rows in pool.imap(measure, tasks, chunksize=10) for row in rows])
    arguments.output.write_text(report(found, arguments.sets), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


def measure(task: tuple[int, float, int]) -> list[dict[str, float]]:
    """Return, for one set, each pair's estimate and which of its intervals hold the truth."""
    schools, rho, number = task
    fit = fit_multi_cohort(draw_students(schools, rho, number), "score ~ prior")
    entries = vech_covariance(fit.joint)
    rows = []
    for pair in PAIRS:
        found = correlation_intervals(fit.data, fit.joint, entries, pair, reml=False, confidence=0.95)
        row = {
            "schools": schools,
            "rho": rho,
            "estimate": found.correlation,
            "width": found.profile[1] - found.profile[0],
            "singular": fit.record.boundary,
            "converged": fit.record.converged,
        }
        for kind in KINDS:
            lower, upper = getattr(found, kind)
            row[kind] = lower <= rho <= upper
        rows.append(row)
    return rows


def draw_students(schools: int, rho: float, number: int) -> pd.DataFrame:
    """Return the students of one set."""
    stream = np.random.default_rng([SEED, schools, round(100 * rho), number])
    lasting = stream.normal(0, np.sqrt(rho), (schools, 1))
    effects = SCHOOL_SD * (lasting + stream.normal(0, np.sqrt(1 - rho), (schools, len(YEARS))))
    sizes = stream.integers(*SIZES, (schools, len(YEARS)))
    school = np.repeat(np.tile(np.arange(schools), len(YEARS)), sizes.T.ravel())
    cohort = np.repeat(np.arange(len(YEARS)), sizes.sum(axis=0))
    prior = stream.normal(size=len(school))
    residual = stream.normal(0, RESIDUAL_SD, len(school))
    return pd.DataFrame(
        {
            "school_id": school.astype(str),
            "year": np.array(YEARS)[cohort],
            "prior": prior,
            "score": 500 + 50 * prior + effects[school, cohort] + residual,
        }
    )


def report(found: pd.DataFrame, sets: int) -> str:
    """Return the page."""
    head = INTRODUCTION.format(
        years=", ".join(map(str, YEARS)),
        school_sd=SCHOOL_SD,
        residual_sd=RESIDUAL_SD,
        least=SIZES[0],
        most=SIZES[1] - 1,
        sets=sets,
        pairs=" and ".join(f"{YEARS[a]}-{YEARS[b]}" for a, b in PAIRS),
        error=100 * np.sqrt(0.05 * 0.95 / sets),
    )
    lines = []
    for (schools, rho), cell in found.groupby(["schools", "rho"]):
        covered = " | ".join(f"{100 * cell[kind].mean():.1f}%" for kind in KINDS)
        lines.append(
            f"| {schools} | {rho:g} | {covered} "
            f"| {cell['estimate'].mean():.3f} | {cell['width'].mean():.3f} | "
            f"{100 * cell['singular'].mean():.1f}% |"
        )
    failed = int((~found["converged"]).sum() / len(PAIRS))
    return f"{head}{chr(10).join(lines)}\n\nSearches without the certificate of a maximum: {failed}.\n"


if __name__ == "__main__":
    main()
