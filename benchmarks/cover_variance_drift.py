"""Counts how often the intervals of the variance drift hold the planted change; writes variance-drift.md.

    .venv/bin/python benchmarks/cover_variance_drift.py

`--sets` shortens a trial, `--output` writes elsewhere.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.location_scale import measure_variance_drift

HERE = Path(__file__).parent
LIKE, SHIFT, SLOPE = 0.2, 0.5, -0.15
# Name -> schools, students of each in each year, share of a school's effects that lasts.
DESIGNS = {"60 schools of 25": (60, 25, 0.8)}

INTRODUCTION = f"""\
# Coverage of the variance drift

Written by `.venv/bin/python benchmarks/cover_variance_drift.py`; run it to renew this page.

Two years of the same schools are invented many times over. The log variance of students with the same prior
score rises by {LIKE}; the mean prior score rises by {SHIFT}, with a coefficient of {SLOPE} on the log
variance, so the whole change is {LIKE + SLOPE * SHIFT:g}. School effects on mean and log variance have
variances 0.1 and 0.09, covariance -0.02, and persist with correlation 0.64. Coverage is of 95% intervals;
the Monte Carlo error is one standard error of a share of 95%.

| design | sets | quantity | planted | mean | SD | error given | coverage (%) | Monte Carlo error |
|---|---:|---|---:|---:|---:|---:|---:|---:|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=200, help="sets of each design (default 200)")
    parser.add_argument("--output", type=Path, default=HERE / "variance-drift.md")
    arguments = parser.parse_args()
    lines = []
    for name, (n_schools, n_students, lasting) in DESIGNS.items():
        table = pd.concat(
            [measure(two_years(seed, n_schools, n_students, lasting)) for seed in range(arguments.sets)]
        )
        like = table[["like_part", "like_part_std_error", "like_part_lower", "like_part_upper"]]
        whole = table[["log_variance_ratio", "std_error", "lower", "upper"]]
        lines.append(row(name, "like students", LIKE, like))
        lines.append(row(name, "whole change", LIKE + SLOPE * SHIFT, whole))
    text = INTRODUCTION + "\n".join(lines) + "\n"
    arguments.output.write_text(text, encoding="utf-8")
    print(text)


def measure(cohorts: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Return the change from the first year to the second."""
    return measure_variance_drift({2021: cohorts[2021]}, cohorts[2017], "y ~ x", "~ x")


def two_years(seed: int, n_schools: int, n_students: int, lasting: float) -> dict[int, pd.DataFrame]:
    """Return the cohorts of both years."""
    stream = np.random.default_rng([2021, n_schools, seed])
    covariance = [[0.1, -0.02], [-0.02, 0.09]]
    kept = stream.multivariate_normal([0, 0], covariance, n_schools)
    cohorts = {}
    for year, like, shift in ((2017, 0.0, 0.0), (2021, LIKE, SHIFT)):
        own = stream.multivariate_normal([0, 0], covariance, n_schools)
        u, v = (lasting * kept + np.sqrt(1 - lasting**2) * own).T
        school = np.repeat(np.arange(n_schools), n_students)
        x = stream.normal(shift, size=len(school))
        log_variance = -0.6 + like + SLOPE * x + v[school]
        y = 0.6 * x + u[school] + np.exp(log_variance / 2) * stream.normal(size=len(school))
        cohorts[year] = pd.DataFrame({"school_id": [f"{k:03d}" for k in school], "y": y, "x": x})
    return cohorts


def row(design: str, quantity: str, truth: float, table: pd.DataFrame) -> str:
    """Return one row of the page: estimates, errors and ends of intervals against the truth."""
    known = table.dropna()
    estimate, error, lower, upper = known.to_numpy().T
    coverage = 100 * np.mean((lower < truth) & (truth < upper))
    noise = 100 * np.sqrt(0.95 * 0.05 / len(known))
    return (
        f"| {design} | {len(known)} | {quantity} | {truth:g} | {estimate.mean():.4f} |"
        f" {estimate.std(ddof=1):.4f} | {error.mean():.4f} | {coverage:.1f} | {noise:.1f} |"
    )


if __name__ == "__main__":
    main()
