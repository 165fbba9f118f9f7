"""Times the regressions of whole schools and the multiverse, and writes benchmarks/intake_adjusted.md.

    .venv/bin/python benchmarks/compare_intake_adjusted.py

The peer is statsmodels alone, one `OLS(...).fit()` with studentised residuals for each of the
fifty regressions, from arrays that are ready. `--schools` shortens a trial, `--output` writes elsewhere.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.intake_adjusted import Choices, Policy, adjust_outcomes, load_policy, run_multiverse
from valueadded.intake_adjusted.panel import arrange_panel
from valueadded.intake_adjusted.schedule import schedule

HERE = Path(__file__).parent
YEARS = 4

INTRODUCTION = """\
# Speed of intake-adjusted performance

Written by `.venv/bin/python benchmarks/compare_intake_adjusted.py`; run it to renew this page.

Invented yearly values of every measure of the 2011 registry, from data frames in memory to every table:
windows, composites, 50 regressions with outliers, standard errors and diagnostics, performance of each
school. The peer starts from arrays that are ready: no windows, outliers or tables. Seconds; other work on the
machine lengthens wall time, processor time is what the program took.
"""


def invent(policy: Policy, schools: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(11)
    ids = np.array([f"{place:05d}" for place in range(schools)])
    types = np.array(["Primary", "Secondary", "Pri/Sec"])[np.arange(schools) % 3]
    advantage = random.normal(size=(schools, 1))
    parts = []
    for measure in policy.measures:
        entry = policy.measure(measure)
        score = (
            0.6 * advantage
            + 0.8 * random.normal(size=(schools, 1))
            + 0.3 * random.normal(size=(schools, YEARS))
        )
        if entry.above is not None:
            value = np.exp(4.9 + 0.6 * score)
        elif entry.lowest is not None and entry.highest is not None:
            value = entry.lowest + (entry.highest - entry.lowest) / (1 + np.exp(-score))
        else:
            value = 20 * np.exp(0.1 * score)
        parts.append(
            pd.DataFrame(
                {
                    "school_id": np.repeat(ids, YEARS),
                    "measure": measure,
                    "calendar_year": np.tile(np.arange(2011 - YEARS, 2011), schools),
                    "value": value.ravel(),
                    "n_students": 40.0,
                }
            )
        )
    return pd.concat(parts, ignore_index=True), pd.DataFrame({"school_id": ids, "school_type": types})


def peer(annual: pd.DataFrame, schools: pd.DataFrame, policy: Policy) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return response and design of each regression."""
    found = []
    for task in schedule(arrange_panel(annual, schools, policy), policy, Choices()):
        rows = task.members & np.isfinite(task.observed.values) & np.isfinite(task.columns).all(axis=1)
        found.append((task.observed.values[rows], np.column_stack([np.ones(rows.sum()), task.columns[rows]])))
    return found


def fit_peer(arrays: list[tuple[np.ndarray, np.ndarray]]) -> None:
    from statsmodels.regression.linear_model import OLS

    for response, design in arrays:
        fit = OLS(response, design).fit()
        fit.bse, fit.get_influence().resid_studentized_internal


def timed(call, repeats: int) -> tuple[float, float, float]:
    walls, processors = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return min(processors), min(walls), statistics.median(walls)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--schools", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, default=HERE / "intake_adjusted.md")
    chosen = parser.parse_args()
    policy = load_policy("victoria_2011")
    annual, schools = invent(policy, chosen.schools)
    arrays = peer(annual, schools, policy)
    rows = [
        (
            "50 regressions, all tables",
            "valueadded",
            2,
            lambda: adjust_outcomes(annual, schools, policy),
            chosen.repeats,
        ),
        ("50 regressions, arrays ready", "statsmodels", None, lambda: fit_peer(arrays), chosen.repeats),
        ("multiverse, 32 runs", "valueadded", 120, lambda: run_multiverse(annual, schools, policy), 1),
    ]
    fit_peer(arrays[:1])  # loads the library
    table = [
        "| work | program | processor (s) | minimum (s) | median (s) | target (s) |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for work, program, target, call, repeats in rows:
        numbers = " | ".join(f"{value:.2f}" for value in timed(call, repeats))
        table.append(f"| {work} | {program} | {numbers} | {'' if target is None else target} |")
    machine = f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    names = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "statsmodels"))
    text = "\n".join([INTRODUCTION, machine, f"- {names}; {chosen.repeats} repeats", ""])
    text += f"\n## {chosen.schools:,} schools, {YEARS} years\n\n" + "\n".join(table) + "\n"
    chosen.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    sys.exit(main())
