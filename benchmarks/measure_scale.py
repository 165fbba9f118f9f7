"""The whole chain for students, from a state to a nation: time and memory of each step against records.

Usage: measure_scale.py [ROWS ...]     writes scale.md and scale.png beside this script

Ten cohorts of one domain, two tests a student, files by year, the default configuration otherwise; whole
schools, teachers and schools' variances, which are other systems, are left out.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import yaml
from measure_overhead import FLOOR, typical

ROOT = Path(__file__).parents[1]
SIZES = (20_000, 200_000, 2_000_000, 20_000_000)
COHORTS, TESTS, MEAN_COHORT = 10, 2, 53
OTHER_SYSTEMS = (
    "layered",
    "synthetic_teachers",
    "synthetic_whole_schools",
    "intake_adjusted",
    "location_scale",
)
OTHER_INPUT = ("whole_schools", "teacher_scores", "teacher_links")
# Asked of 20 million records: minutes, gigabytes of any job, slope of time between the largest sizes, share
# of the time in which jobs start.
BARS = {"minutes": 10, "gigabytes": 6, "slope": 1.10, "starting": 0.40}


def describe_study(rows: int) -> dict[str, Any]:
    """The default configuration with about `rows` records of one domain."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    for name in OTHER_SYSTEMS:
        config.pop(name)
    for name in OTHER_INPUT:
        config["input"].pop(name)
    config["study"]["domains"] = ["reading"]
    config["synthetic"]["domains"] = {"reading": config["synthetic"]["domains"]["reading"]}
    config["intake"]["measures"].pop("prior_composite")
    config["input"]["students"]["files"] = "students_{calendar_year}.csv"
    config["synthetic"]["schools"] = max(10, round(rows / (COHORTS * TESTS * MEAN_COHORT)))
    return config


def run(folder: Path, *options: str) -> float:
    """Wall seconds of a run."""
    began = time.monotonic()
    found = subprocess.run(
        [sys.executable, "-m", "snakemake", "--directory", str(folder), "--cores", "2", "--quiet", *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode != 0:
        sys.exit(found.stdout[-3000:] + found.stderr[-3000:])
    return time.monotonic() - began


def measure(rows: int, folder: Path) -> dict[str, Any]:
    """Time and memory of one size: the generation by itself, then everything else."""
    (folder / "config.yaml").write_text(
        yaml.safe_dump(describe_study(rows), sort_keys=False), encoding="utf-8"
    )
    generated = run(folder, "--until", "generate_state")
    wall = run(folder)
    jobs = pd.DataFrame(
        [
            {"step": path.parent.name, **json.loads(path.read_text(encoding="utf-8").splitlines()[-1])}
            for path in sorted((folder / "logs").glob("*/*.jsonl"))
        ]
    )
    jobs["cpu_time"] = pd.to_numeric(jobs["cpu_time"], errors="coerce").fillna(0.0)
    jobs["max_rss"] = pd.to_numeric(jobs["max_rss"], errors="coerce").fillna(0.0)
    ledger = pd.read_parquet(folder / "results" / "validation" / "ledger.parquet")
    steps = jobs.groupby("step").agg(jobs=("step", "size"), cpu=("cpu_time", "sum"), rss=("max_rss", "max"))
    return {
        "rows": int(ledger.loc[ledger["table"] == "assessments", "rows_in"].sum()),
        "generated": generated,
        "wall": wall,
        "cpu": float(steps.drop("generate_state")["cpu"].sum()),
        "gigabytes": float(steps.drop("generate_state")["rss"].max()) / 1024,
        "steps": steps.sort_values("cpu", ascending=False),
    }


def draw(found: list[dict[str, Any]]) -> None:
    """Cost against records, on logarithmic axes."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    rows = [one["rows"] for one in found]
    axes.loglog(rows, [one["wall"] for one in found], "o-", color="#17456b", label="wall time")
    axes.loglog(
        rows, [one["cpu"] for one in found], "s--", color="#b35c14", label="processor time of all jobs"
    )
    axes.set_xlabel("records of tests")
    axes.set_ylabel("seconds, 2 cores")
    axes.grid(which="major", alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(Path(__file__).with_name("scale.png"), dpi=120, metadata={"Software": None})


def page(found: list[dict[str, Any]]) -> str:
    """The page of results."""
    largest = found[-1]
    lines = [
        "# From a state to a nation",
        "",
        "Written by `.venv/bin/python benchmarks/measure_scale.py`; run it to renew this page.",
        "",
        "Ten cohorts of one domain with two tests a student: from files by year through validation,",
        "matching, intake, moments, relative, benchmark and joint models to effects and figures. The files",
        "are generated first, in a run of their own. Wall seconds on all cores; memory is that of the",
        "largest job.",
        "",
        f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()},"
        f" load at the end {os.getloadavg()[0]:.1f}",
        f"- snakemake {version('snakemake')}, pandas {version('pandas')}, pyarrow {version('pyarrow')}",
        "",
        "![Seconds against records, logarithmic](scale.png)",
        "",
        "| records | generated (s) | chain (s) | processor time of its jobs (s) | largest job (GB) |",
        "|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        lines.append(
            f"| {one['rows']:,} | {one['generated']:.0f} | {one['wall']:.0f} | {one['cpu']:.0f} |"
            f" {one['gigabytes']:.2f} |"
        )
    if len(found) > 1:
        (x0, y0), (x1, y1) = ((one["rows"], one["wall"]) for one in found[-2:])
        slope = np.log(y1 / y0) / np.log(x1 / x0)
        lines += [
            "",
            f"Slope between the two largest sizes: {slope:.2f} (bar {BARS['slope']:.2f}).",
            "",
            "Where schools are fewer than 200, as in the two smallest sizes, profile intervals of joint",
            "correlations begin in several places: in the smallest about half of the time (`fit_mixed`).",
        ]
    jobs = int(largest["steps"]["jobs"].sum())
    starting = jobs * typical([sys.executable, "-c", FLOOR])[1]
    lines += [
        "",
        f"At the largest size {jobs} jobs start and import pandas, pyarrow and pandera in {starting:.0f} s of"
        f" processor time, {starting / largest['cpu']:.0%} of all (bar {BARS['starting']:.0%}).",
        "",
        f"Bars for 20 million records: {BARS['minutes']} minutes, {BARS['gigabytes']} GB; the largest size"
        f" took {largest['wall'] / 60:.0f} minutes and {largest['gigabytes']:.1f} GB.",
        "",
        f"## Where {largest['rows']:,} records spend their time",
        "",
        "| step | jobs | processor time (s) | largest job (GB) |",
        "|---|---:|---:|---:|",
        *(
            f"| {step} | {row.jobs:.0f} | {row.cpu:.1f} | {row.rss / 1024:.2f} |"
            for step, row in largest["steps"].iterrows()
            if row.cpu >= 1
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or list(SIZES)
    found = []
    for rows in sizes:
        folder = Path(tempfile.mkdtemp(prefix="scale-"))
        try:
            found.append(measure(rows, folder))
        finally:
            shutil.rmtree(folder)
        print(found[-1]["rows"], f"{found[-1]['wall']:.0f} s", f"{found[-1]['gigabytes']:.2f} GB", flush=True)
    draw(found)
    Path(__file__).with_name("scale.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
